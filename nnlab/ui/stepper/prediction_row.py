"""Predict, then reveal: the result of a moment stays hidden until somebody has said what it will be, or asks for it.

Checked against what the engine wrote, with a hint of what is wrong. Questions can be kept in the project as an exercise; the answers given
in this window are a table.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import NNLabError
from nnlab.engine.program import PHASES
from nnlab.engine.question import SHAPE, VALUE, Question
from nnlab.studies.prediction import Judged, judge, judge_shape, parts_of
from nnlab.ui.document.document import Document
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import parse_number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.segmented import Option, Segmented

KINDS = (Option(VALUE, "Value", "The number that is written"), Option(SHAPE, "Shape", "The shape of the tensor that is written"))


@dataclass(frozen=True)
class GivenAnswer:
    """One line of the table of answers."""

    iteration: int
    question: str
    answer: str
    correct: bool
    computed: str
    hint: str


class PredictionRow(QWidget):
    """Shown while predictions are asked for. `changed` when something is hidden or revealed; `told` and `failed` are for the window."""

    changed = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, theme: Theme, model: StepModel, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model, self._document = theme, model, document
        self.is_asking = False
        self._revealed: object = None  # the moment and element that are not hidden any more
        self.answers: list[GivenAnswer] = []
        self.kind = Segmented(theme, KINDS, "What is predicted")
        self.field = QLineEdit()
        self.field.setPlaceholderText("your prediction")
        self.field.setAccessibleName("Your prediction")
        self.check_button = PressButton("Check")
        self.reveal_button = PressButton("Reveal")
        self.exercise_button = QToolButton()
        self.exercise_button.setText("Exercise")
        self.exercise_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.exercise_button)
        self.exercise_button.setMenu(self._menu)
        self.verdict = Label(theme, "", "body", "text2")
        self.verdict.setWordWrap(True)
        self._sign = QLabel()
        self._arrange()
        self.field.returnPressed.connect(self.check)
        self.check_button.clicked.connect(self.check)
        self.reveal_button.clicked.connect(self.reveal)
        self.kind.chosen.connect(self._say_nothing)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.setVisible(False)
        follow(theme, self)

    def _arrange(self) -> None:
        self._row, words = QHBoxLayout(), QHBoxLayout()
        for part in (self.kind, self.field, self.check_button, self.reveal_button, self.exercise_button):
            self._row.addWidget(part, 1 if part is self.field else 0)
        words.addWidget(self._sign)
        words.addWidget(self.verdict, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._row)
        column.addLayout(words)

    def apply_metrics(self) -> None:
        self._row.setSpacing(self._theme.metrics.grid)
        self.field.setMinimumWidth(self._theme.metrics.px(84))

    # Hiding

    @property
    def _now(self) -> object:
        moment = self._model.moment
        return (self._model.trace, moment.target, moment.index) if moment is not None else None

    @property
    def hides(self) -> bool:
        """Whether the result of the present moment is to be guessed."""
        now = self._now
        if not self.is_asking or now is None:
            return False
        known = self._revealed
        return not (isinstance(known, tuple) and isinstance(now, tuple) and known[0] is now[0] and known[1:] == now[1:])

    def ask(self, asks: bool) -> None:
        """Hides every moment from now on, or shows them all."""
        self.is_asking, self._revealed = asks, None
        self.setVisible(asks)
        self._say_nothing()
        self.changed.emit()
        if asks:
            self.field.setFocus()

    def refresh(self) -> None:
        """Another moment or element."""
        if self.hides:
            self._say_nothing()
            self.field.clear()
        for part in (self.field, self.check_button, self.reveal_button):
            part.setEnabled(self.hides)

    def reveal(self) -> None:
        """Shows the numbers of this moment."""
        self._revealed = self._now
        self.changed.emit()

    # Judging

    @property
    def question(self) -> Question | None:
        """About the element that is explained now."""
        instruction, moment = self._model.instruction, self._model.moment
        if instruction is None or moment is None:
            return None
        phase, parameter = PHASES[instruction.phase], instruction.parameter or ""
        return Question(instruction.node_id, phase, moment.target, moment.index, self.kind.current, parameter)

    def check(self) -> None:
        """Judges what was typed; a right answer reveals the moment."""
        moment, explanation, question, text = self._model.moment, self._model.explanation, self.question, self.field.text().strip()
        if moment is None or question is None or not text:
            return
        shape = np.shape(moment.after[moment.target])
        if question.kind == SHAPE:
            judged, computed = judge_shape(text, shape), " × ".join(map(str, shape))
        else:
            typed = parse_number(text)
            if typed is None:
                self._say(Judged(False, f"“{text}” is not a number; type for example 0.25 or −3e−2."))
                return
            factors, terms = parts_of(moment, explanation) if explanation is not None else ((), ())
            judged, computed = judge(typed, moment.added, factors, terms), repr(moment.added)
        frame = self._model.frame
        iteration = frame.iteration if frame is not None else 0
        self.answers.append(GivenAnswer(iteration, question.words, text, judged.correct, computed, judged.hint))
        if judged.correct:
            self.reveal()
        self._say(judged)

    def _say_nothing(self, _: object = None) -> None:
        self.verdict.setText("")
        self._sign.clear()

    def _say(self, judged: Judged) -> None:
        self.verdict.setText(judged.hint)
        side = self._theme.metrics.icon
        name, color = ("check", "accent") if judged.correct else ("warning", "warn")
        self._sign.setPixmap(icon(self._theme, name, color=color).pixmap(side, side))

    # An exercise

    @property
    def exercise(self) -> tuple[Question, ...]:
        return self._document.project.debugging.exercise

    def _fill_menu(self) -> None:
        menu, count = self._menu, len(self.exercise)
        menu.clear()
        menu.addAction("Add this question", self.add_question).setEnabled(self.question is not None)
        menu.addAction(f"Next question ({count})", self.next_question).setEnabled(count > 0)
        menu.addAction("Remove all questions", self.clear).setEnabled(count > 0)
        menu.addSeparator()
        menu.addAction("Save answers as CSV…", self.save_answers).setEnabled(bool(self.answers))

    def add_question(self) -> None:
        """Keeps the present question in the project; one that is there already is not kept twice."""
        question = self.question
        if question is not None and question not in self.exercise:
            self._keep("question added to the exercise", (*self.exercise, question))

    def clear(self) -> None:
        self._keep("questions removed", ())

    def _keep(self, label: str, questions: tuple[Question, ...]) -> None:
        project = self._document.project
        try:
            self._document.edit(label, replace(project, debugging=replace(project.debugging, exercise=questions)))
        except NNLabError as error:
            self.failed.emit(str(error))

    def next_question(self) -> None:
        """Goes to the moment of the question after the present one, and hides it."""
        questions, now = self.exercise, self.question
        following = questions[(questions.index(now) + 1) % len(questions)] if now in questions else questions[0]
        instruction = next((i for i in self._model.instructions if following.is_about(i)), None)
        if instruction is None:
            self.failed.emit(f"The network has no operation for the question “{following.words}” any more.")
            return
        self._revealed = None
        self.kind.choose(following.kind)
        self._model.look_at(instruction.pc, following.target, following.index)

    def save_answers(self) -> None:
        """Every answer given in this window, right or wrong."""
        name, _ = QFileDialog.getSaveFileName(self, "Save answers", "answers.csv", "Comma-separated values (*.csv)")
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(f"{name}.csv")
        try:
            text = answers_table(self.answers).encode()
            write_atomically(path, lambda file: file.write(text))
        except NNLabError as error:
            self.failed.emit(str(error))
        else:
            right = sum(answer.correct for answer in self.answers)
            self.told.emit(f"Written to {path}: {right} of {len(self.answers)} answers are right.")


def answers_table(answers: list[GivenAnswer]) -> str:
    """CSV with one line for each answer."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("iteration", "question", "answer", "correct", "computed", "hint"))
    for answer in answers:
        writer.writerow(("yes" if value is True else "no" if value is False else value) for value in astuple(answer))
    return text.getvalue()
