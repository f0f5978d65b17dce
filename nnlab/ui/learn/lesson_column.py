"""The lesson's column at the left of the window: where one is, what to read, what to predict, what to do. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.ui.learn.lesson_parts import ActionBox, PassedStep, PassedSteps, StepSegments
from nnlab.ui.learn.question_form import QuestionForm
from nnlab.ui.learn.rich_text import RichText
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

WIDTH, LARGE_WIDTH, NARROW_WIDTH = 328, 520, 288  # pixels: of the column, in a large window, in a narrow one
LARGE_FROM, NARROW_BELOW = 2000, 1120
SHARE, PRESENTED_SHARE = 0.42, 0.36  # of the window, at most
LINES = 3  # of steps passed
SETTLES = 300  # milliseconds in which what has changed finds its place


class LessonColumn(QWidget):
    """Its signals say what the person wants; `answered` carries the answer, `step_chosen` a place, `followed` the address of a link."""

    leave_asked = Signal()
    next_asked = Signal()
    back_asked = Signal()
    skip_asked = Signal()
    show_asked = Signal()
    show_answer_asked = Signal()
    answered = Signal(str)
    step_chosen = Signal(int)
    followed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._is_presented = theme, False
        self.setObjectName("lesson")
        self.setAccessibleName("Lesson")
        self.place = Label(theme, "", "caption", "text2")
        self.leave_button = _flat(theme, "close", "Leave", "Back to your own project; the lesson keeps its place")
        self.title = Label(theme, "", "number")
        self.title.setWordWrap(True)
        self.segments = StepSegments(theme)
        self.passed = PassedSteps(theme)
        self.step_title = Label(theme, "", "title")
        self.step_title.setWordWrap(True)
        self.text = RichText(theme, "counter")
        self.question = QuestionForm(theme)
        self.action = ActionBox(theme)
        self.why_button = _flat(theme, "down", "Why", "Opens the explanation")
        self.why = RichText(theme, "body", "text2")
        self.back_button = _flat(theme, "left", "Back", "The step before (Alt Page Up)")
        self.count = Label(theme, "", "body", "text2")
        self.skip_button = _flat(theme, "right", "Skip", "Goes on without doing this step")
        self.next_button = PressButton("Next")
        self.next_button.setToolTip("The next step (Page Down)")
        self.next_button.setDefault(True)
        self._news: QWidget | None = None  # what is scrolled to while the timer runs
        self._news_timer = QTimer(self, singleShot=True, interval=SETTLES)
        self._arrange()
        self._connect()
        follow(theme, self)

    def _arrange(self) -> None:
        self._page = QWidget()
        self._text_column = QVBoxLayout(self._page)
        self._head = QHBoxLayout()
        self._head.addWidget(self.place, 1)
        self._head.addWidget(self.leave_button)
        reading = (self.title, self.segments, self.passed, self.step_title, self.text, self.question, self.action)
        for part in (*reading, self.why_button, self.why):
            self._text_column.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft if part is self.why_button else Qt.AlignmentFlag(0))
        self._text_column.addStretch(1)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._page)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.back_button)
        self._foot.addStretch(1)
        self._foot.addWidget(self.count)
        self._foot.addWidget(self.skip_button)
        self._foot.addWidget(self.next_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 1, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._head)
        self._column.addWidget(self.area, 1)
        self._column.addLayout(self._foot)

    def _connect(self) -> None:
        self.area.verticalScrollBar().rangeChanged.connect(self._scroll_to_news)
        for button, signal in (
            (self.leave_button, self.leave_asked), (self.back_button, self.back_asked), (self.skip_button, self.skip_asked),
            (self.next_button, self.next_asked),
        ):  # fmt: skip
            button.clicked.connect(signal)
        self.action.show_asked.connect(self.show_asked)
        self.question.answered.connect(self.answered)
        self.question.show_asked.connect(self.show_answer_asked)
        self.segments.chosen.connect(self.step_chosen)
        self.why_button.clicked.connect(self._toggle_why)
        for text in (self.text, self.why, self.question.why, self.question.words):
            text.followed.connect(self.followed)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        width = self.window().width() if self.parentWidget() is not None else 0
        is_large = width >= LARGE_FROM or self._is_presented
        wanted = LARGE_WIDTH if is_large else NARROW_WIDTH if width < NARROW_BELOW * self._theme.scale else WIDTH
        share = PRESENTED_SHARE if self._is_presented else SHARE
        self.setFixedWidth(min(round(wanted * self._theme.scale), max(NARROW_WIDTH, round(share * width)) if width else 10_000))
        padding = metrics.px(20)
        self._head.setContentsMargins(padding, metrics.px(10), metrics.px(12), metrics.px(4))
        self._text_column.setContentsMargins(padding, 0, padding, metrics.padding)
        self._text_column.setSpacing(metrics.px(10))
        self._foot.setContentsMargins(metrics.px(12), metrics.px(10), padding, metrics.px(12))
        self._foot.setSpacing(metrics.grid)
        self.update()

    # Showing

    def show_place(self, place: str, title: str, states: Sequence[str], current: int, passed: Sequence[PassedStep]) -> None:
        self.place.setText(place)
        self.title.setText(title)
        self.segments.show_steps(states, current)
        self.passed.show_steps(passed, LINES)
        self.passed.setVisible(bool(passed) and not self._is_presented)
        self.count.setText(f"{current + 1} of {len(states)}")

    def show_step(self, number: int, title: str, text: str, folder: Path) -> None:
        """What there is to read; all of it is what a screen reader says of the page."""
        self.step_title.setText(f"{number}  {title}")
        self.text.show_text(text, folder)
        self.area.setAccessibleName(f"Step {number}, {title}. {self.text.plain}")

    def show_why(self, text: str) -> None:
        """What opens under the step, once it is done; empty: nothing."""
        self.why.show_text(text)
        self.why_button.setVisible(bool(text))
        if not text:
            self.why.hide()
            self._mark_why()

    def open_why(self) -> bool:
        """Opens the explanation, if there is one that is closed."""
        if self.why_button.isHidden() or self.why.isVisible():
            return False
        self._toggle_why()
        self.area.ensureWidgetVisible(self.why)
        return True

    def bring_into_view(self, part: QWidget) -> None:
        """Scrolls to a part of the step that has just changed; the lines around it find their heights over several turns."""
        self._news = part
        self._news_timer.start()
        QTimer.singleShot(0, self, self._scroll_to_news)

    def _scroll_to_news(self) -> None:
        if self._news is not None and self._news_timer.isActive() and self._news.isVisible():
            self.area.ensureWidgetVisible(self._news)

    def take_keyboard(self) -> None:
        """What comes next has the keyboard: going on, the answer, or the text, where Space plays and keys are the window's."""
        if self.next_button.isVisibleTo(self):
            self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._is_presented and not self.question.isHidden() and self.question.is_open:
            self.question.take_keyboard()
        else:
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_presented(self, is_presented: bool) -> None:
        """Larger words and nothing that only the one who learns alone needs."""
        self._is_presented = is_presented
        self.text.set_role("number" if is_presented else "counter")
        self.step_title.set_role("loss" if is_presented else "title")
        self.why.set_role("counter" if is_presented else "body")
        self.question.set_presented(is_presented)
        self.passed.setVisible(not is_presented and self.passed.has_steps)
        self.apply_metrics()

    def _toggle_why(self) -> None:
        self.why.setVisible(not self.why.isVisible())
        self._mark_why()

    def _mark_why(self) -> None:
        is_open = self.why.isVisible()
        self.why_button.setIcon(icon(self._theme, "up" if is_open else "down"))
        self.why_button.setAccessibleName("Why, open" if is_open else "Why, closed")

    def show_way_on(self, can_go_on: bool, can_go_back: bool, is_last: bool) -> None:
        self.next_button.setVisible(can_go_on)
        self.next_button.setText("Finish" if is_last else "Next")
        self.skip_button.setVisible(not can_go_on)
        self.back_button.setEnabled(can_go_back)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.panel)
        painter.setPen(tokens.line)
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.drawLine(0, self._foot.geometry().top(), self.width(), self._foot.geometry().top())
        painter.end()


def _flat(theme: Theme, role: str, text: str, tip: str) -> PressButton:
    button = PressButton(icon(theme, role), text)
    button.setFlat(True)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
