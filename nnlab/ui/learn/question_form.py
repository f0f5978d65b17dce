"""The question of a step: a number to type, words to choose from, or a mark to drag. What is hidden is revealed once it is answered.

`answered(text)` carries what was given: the number, or the place of the choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from nnlab.lessons.lesson import CHOICE, DRAG, LessonQuestion
from nnlab.lessons.play import number_in_words
from nnlab.ui.learn.drag_picture import DragPicture
from nnlab.ui.learn.rich_text import RichText
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import parse_number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import KeepsPressKeys, PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.text_undo import share_undo

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
NO_NUMBER = "Type a number, for example 0.25 or −3e−2."


class AnswerField(KeepsPressKeys, QLineEdit):
    """A field whose Space is a blank, also where that key plays."""


class AnswerChoice(KeepsPressKeys, QRadioButton):
    """A choice that Space makes, also where that key plays."""


class ChoiceWords(Label):
    """The words of a choice, over several lines where they are long; a click on them makes it."""

    def __init__(self, theme: Theme, words: str, button: AnswerChoice) -> None:
        super().__init__(theme, words, "body")
        self._button = button
        self.setWordWrap(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._button.click()


class QuestionForm(QWidget):
    """Shows one question at a time."""

    answered = Signal(str)
    show_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._question: LessonQuestion | None = None
        self._choices: list[tuple[QRadioButton, Label, Label]] = []
        self._group = QButtonGroup(self)
        self.words = RichText(theme, "option")
        self.field = AnswerField()
        self.field.setAccessibleName("Your prediction")
        share_undo(self.field)
        self.unit = Label(theme, "", "body", "text2")
        self.picture = DragPicture(theme)
        self.answer_button = PressButton("Answer")
        self.show_button = PressButton(icon(theme, "predict"), "Show me")
        self.show_button.setToolTip("Shows the right answer, and notes that it was shown")
        self.show_button.setFlat(True)
        self.verdict = Label(theme, "", "body", "text2")
        self.verdict.setWordWrap(True)
        self.why = RichText(theme, "body", "text2")
        self._arrange()
        self.answer_button.clicked.connect(self._give)
        self.show_button.clicked.connect(self.show_asked)
        self.picture.settled.connect(self._on_dragged)
        follow(theme, self)

    def set_presented(self, is_presented: bool) -> None:
        """The words larger, for whoever sits far away."""
        self.words.set_role("counter" if is_presented else "option")
        self.why.set_role("counter" if is_presented else "body")
        self.verdict.set_role("counter" if is_presented else "body")

    def _arrange(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._words: list[ChoiceWords] = []
        self._entry = QHBoxLayout()
        self._entry.addWidget(self.field, 1)
        self._entry.addWidget(self.unit)
        buttons = QHBoxLayout()
        buttons.addWidget(self.answer_button)
        buttons.addWidget(self.show_button)
        buttons.addStretch(1)
        for part in (self.words, self._grid, self._entry, self.picture, buttons, self.verdict, self.why):
            if isinstance(part, QWidget):
                self._column.addWidget(part)
            else:
                self._column.addLayout(part)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setSpacing(metrics.grid)
        self._grid.setVerticalSpacing(metrics.px(6))
        self._grid.setHorizontalSpacing(metrics.px(12))
        self.field.setMinimumHeight(metrics.form_row)

    def show_question(self, question: LessonQuestion, text: str, labels: Sequence[str]) -> None:
        """A new question: nothing is chosen, nothing revealed. `labels` are those of the choices."""
        self._question = question
        self.words.show_text(text)
        self.field.clear()
        self.unit.setText(question.unit)
        self.field.setVisible(question.kind not in (CHOICE, DRAG))
        self.unit.setVisible(bool(question.unit) and question.kind not in (CHOICE, DRAG))
        self.picture.setVisible(question.kind == DRAG)
        self._make_choices(labels)
        self.verdict.setText("")
        self.why.show_text("")
        self._set_open(True)

    def _make_choices(self, labels: Sequence[str]) -> None:
        for button, note, value in self._choices:
            self._group.removeButton(button)
            for part in (button, note, value):
                self._grid.removeWidget(part)
                part.hide()  # at once, so that the keyboard does not stay with it
                part.deleteLater()
        for words in self._words:
            self._grid.removeWidget(words)
            words.deleteLater()
        self._choices, self._words = [], []
        for row, label in enumerate(labels):
            button = AnswerChoice()
            button.setAccessibleName(label)
            self._words.append(ChoiceWords(self._theme, label, button))
            note, value = Label(self._theme, "", "caption", "text2"), Label(self._theme, "", "name")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._group.addButton(button, row)
            self._grid.addWidget(button, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self._words[-1], row, 1)
            self._grid.addWidget(note, row, 2)
            self._grid.addWidget(value, row, 3)
            for part in (button, self._words[-1], note, value):
                part.show()  # at once, so that it can have the keyboard
            self._choices.append((button, note, value))

    def choose(self, place: int) -> None:
        """Marks one of the choices, as a person does."""
        self._choices[place][0].setChecked(True)

    @property
    def choices(self) -> list[QRadioButton]:
        return [button for button, _, _ in self._choices]

    @property
    def is_open(self) -> bool:
        """Whether an answer can be given."""
        return not self.answer_button.isHidden()

    def take_keyboard(self) -> None:
        """The keyboard goes to where one answers."""
        entry = self.picture if not self.picture.isHidden() else self.choices[0] if self._choices else self.field
        entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the field, on a choice or on the picture gives the answer; none of them keeps that key."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == NO_MODIFIER:
            self._give()
        else:
            super().keyPressEvent(event)

    def _set_open(self, is_open: bool) -> None:
        self.answer_button.setVisible(is_open)
        self.show_button.setVisible(is_open)
        self.field.setReadOnly(not is_open)
        self.picture.setEnabled(is_open)
        for button, _, _ in self._choices:
            button.setEnabled(is_open)

    def _on_dragged(self) -> None:
        self.verdict.setText("")

    def _give(self) -> None:
        question = self._question
        if question is None or not self.answer_button.isVisible():
            return
        if question.kind == CHOICE:
            place = self._group.checkedId()
            if place < 0:
                self.tell("Choose one of them first.")
                return
            self.answered.emit(str(place))
        elif question.kind == DRAG:
            self.answered.emit(repr(self.picture.value))
        else:
            value = parse_number(self.field.text())
            if value is None:
                self.tell(NO_NUMBER)
                return
            self.answered.emit(repr(value))

    # What comes of an answer

    def tell(self, sentence: str) -> None:
        """A hint, or what is wrong with what was typed; read out by screen readers."""
        self.verdict.set_color("text2")
        self.verdict.setText(sentence)
        self.verdict.setAccessibleName(sentence)

    def show_recorded(self, sentence: str) -> None:
        """The prediction is kept and judged later: nothing is revealed yet."""
        self._set_open(False)
        self.tell(sentence)

    def ask_again(self, hint: str) -> None:
        """A prediction turned out wrong: what has happened can be seen now."""
        self._set_open(True)
        self.tell(hint)

    def reveal(self, right: str, given: str, shown: bool, values: Sequence[str], right_place: int, why: str) -> None:
        """The right answer, the first guess without blame, and one sentence why."""
        self._set_open(False)
        for row, (button, note, value) in enumerate(self._choices):
            value.setText(values[row])
            notes = [words for words, holds in (("right", row == right_place), ("your guess", str(row) == given)) if holds]
            note.setText(", ".join(notes))
            button.setChecked(row == right_place)
            button.setEnabled(False)
        question = self._question
        if question is not None and question.kind != CHOICE:
            if question.kind == DRAG:
                self.picture.reveal(float(right))
            words = f"It is {number_in_words(float(right))}"
            guess = f"; your first guess was {number_in_words(float(given))}" if given else ""
            self.verdict.setText(f"{words}{guess}.")
        elif shown:
            self.verdict.setText("Shown.")
        else:
            self.verdict.setText("")
        self.verdict.setAccessibleName(self.verdict.text())
        self.why.show_text(why)
