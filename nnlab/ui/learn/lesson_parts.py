"""Parts of the lesson's column: the segments of its steps, the steps that are done, and the box of the action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnlab.lessons.play import DONE, OPEN, SHOWN, SKIPPED
from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.painting import draw_focus, fill_rounded, outline_rounded

STATE_WORDS = {OPEN: "to come", DONE: "done", SHOWN: "shown", SKIPPED: "skipped"}


class StepSegments(QWidget):
    """One segment a step: done bright, the present one accent, those to come quiet. `chosen(place)` by click or arrow keys."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, width: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._fixed = theme, width
        self._states: tuple[str, ...] = ()
        self._current = -1
        self.setSizePolicy(QSizePolicy.Policy.Fixed if width else QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if not width:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        follow(theme, self)

    def show_steps(self, states: Sequence[str], current: int) -> None:
        self._states, self._current = tuple(states), current
        passed = sum(state != OPEN for state in states)
        at = f"step {current + 1} of {len(states)}, " if current >= 0 else ""
        self.setAccessibleName(f"Steps of the lesson: {at}{passed} done")
        self.updateGeometry()
        self.update()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(14))
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.metrics.px
        width = len(self._states) * px(self._fixed + 4) if self._fixed else px(200)
        return QSize(width, px(14))

    def _rect(self, place: int) -> QRectF:
        gap, count = self._theme.metrics.px(4), max(1, len(self._states))
        width = (self.width() - gap * (count - 1)) / count
        return QRectF(place * (width + gap), (self.height() - self._theme.metrics.px(4)) / 2, width, self._theme.metrics.px(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        for place, state in enumerate(self._states):
            color = tokens.accent if place == self._current else tokens.text2 if state in (DONE, SHOWN) else tokens.stroke
            rect = self._rect(place)
            if place == self._current:  # told by its height, too
                rect.adjust(0, -1.5, 0, 1.5)
            fill_rounded(painter, rect, 2, color)
        if self.hasFocus():
            draw_focus(painter, self.rect(), 4, tokens)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._fixed:
            event.ignore()  # of a row that is clicked as a whole
            return
        for place in range(len(self._states)):
            if self._rect(place).adjusted(-2, -8, 2, 8).contains(event.position()):
                self.chosen.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and 0 <= self._current + step < len(self._states):
            self.chosen.emit(self._current + step)
        else:
            super().keyPressEvent(event)


@dataclass(frozen=True)
class PassedStep:
    """A line of the steps that were passed."""

    number: int
    title: str
    words: str
    state: str


class PassedSteps(QWidget):
    """The steps before, each in one line with what was done in it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[QWidget] = []
        self._shown: tuple[PassedStep, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.px(4))

    @property
    def has_steps(self) -> bool:
        return bool(self._shown)

    def show_steps(self, steps: Sequence[PassedStep], most: int) -> None:
        """The last of them, `most` lines; those before in one line with their number."""
        wanted = tuple(steps)
        if wanted == self._shown and len(self._rows) == min(len(wanted), most):
            return
        self._shown = wanted
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        hidden = max(0, len(wanted) - most)
        if hidden:
            hidden += 1
        self._rows = []
        if hidden:
            first = PassedStep(0, f"{hidden} steps before", "", DONE)
            self._rows.append(self._made(first))
        self._rows += [self._made(step) for step in wanted[hidden:]]
        for row in self._rows:
            self._column.addWidget(row)

    def _made(self, step: PassedStep) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self._theme.metrics.grid)
        sign = Label(self._theme, "✓" if step.state in (DONE, SHOWN) else "·", "caption", "accent")
        title = ElidedLabel(self._theme, f"{step.number}  {step.title}" if step.number else step.title, "body", "text2")
        words = step.words or (STATE_WORDS[step.state] if step.state in (SHOWN, SKIPPED) else "")
        line.addWidget(sign)
        line.addWidget(title, 1)
        if words:
            short_words = step.state in (SHOWN, SKIPPED) and not step.words
            said = (Label if short_words else ElidedLabel)(self._theme, words, "caption", "text3")
            said.setToolTip(words)
            said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.addWidget(said, 0 if short_words else 1)
        row.setAccessibleName(f"Step {step.number}, {step.title}: {words or STATE_WORDS[step.state]}")
        return row


class ActionBox(QWidget):
    """The one thing to do: an accent box with an empty ring, then what was done with a check. `show_asked` for "show me"."""

    show_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_done, self._is_waiting = False, False
        self.words = Label(theme, "", "name")
        self.words.setWordWrap(True)
        self.show_button = PressButton(icon(theme, "pick"), "Show me")
        self.show_button.setObjectName("learn.show_action")
        self.show_button.setToolTip("Does it for you, by the same controls")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.show_button)
        self.show_button.clicked.connect(self.show_asked)
        follow(theme, self)

    def show_action(self, words: str, is_done: bool, is_waiting: bool) -> None:
        """`is_waiting`: a prediction comes first."""
        self._is_done, self._is_waiting = is_done, is_waiting
        self.words.setText(words)
        self.words.set_color("text3" if is_waiting else "text")
        self.show_button.setVisible(not is_done and not is_waiting)
        self.setAccessibleName(f"{'Done' if is_done else 'After your prediction' if is_waiting else 'To do'}: {words}")
        self.update()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.px(42), metrics.px(10), metrics.px(10), metrics.px(10))
        self._row.setSpacing(metrics.grid)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        middle = QRectF(px(14), self.height() / 2 - px(9), px(18), px(18))
        if self._is_done:
            fill_rounded(painter, self.rect(), self._theme.metrics.radius_button, tokens.sel)
            glyph("check").draw(painter, middle, tokens.accent)
        else:
            color = tokens.stroke if self._is_waiting else tokens.accent
            outline_rounded(painter, self.rect(), self._theme.metrics.radius_button, color, 2)
            painter.setPen(QPen(color, 2))
            painter.drawEllipse(middle.adjusted(1, 1, -1, -1))
        painter.end()
