"""One breakpoint as a row: whether it is on, what it stops at, from which time on, how often it was reached; a button removes it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.core.setting import Setting
from nnlab.engine.breakpoint import MOST_TIMES, Breakpoint
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.painting import draw_focus

TIMES = Setting(
    "times", 1, "Stops from time", "Stepping stops there from this time on that it is reached", minimum=1, maximum=MOST_TIMES,
    logarithmic=True,
)  # fmt: skip


class BreakpointRow(QWidget):
    """`switched(is_on)`, `times_chosen(times)`, `removed`, `picked` by a click or Space, `moved(rows)` by Up and Down."""

    switched = Signal(bool)
    times_chosen = Signal(object)
    removed = Signal()
    picked = Signal()
    moved = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.place: Breakpoint | None = None
        self.check = Check(theme, name="On", tip="On: stepping stops here. Off: it is only counted.")
        self.words = ElidedLabel(theme, "", "body")
        self.hits = Label(theme, "", "caption", "text2")
        self.times = NumberField(theme, TIMES, arrows=False)
        self.remove = IconButton.of(theme, icon(theme, "close", color="text2"), "Remove this breakpoint")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.check)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.hits)
        self._row.addWidget(self.times)
        self._row.addWidget(self.remove)
        self.check.clicked.connect(self.switched)
        self.times.committed.connect(self.times_chosen)
        self.remove.clicked.connect(self.removed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        follow(theme, self)

    def show_breakpoint(self, shown: Breakpoint, words: str, hits: int, is_here: bool) -> None:
        """`is_here`: whether the network has what it stops at."""
        self.place = shown.place
        self.check.setChecked(shown.is_on)
        self.words.setText(words)
        self.words.set_color("text" if shown.is_on and is_here else "text3")
        self.words.setToolTip(words if is_here else f"{words}\nThis network has no such operation.")
        reached = f"{count(hits)} {'hit' if hits == 1 else 'hits'}"
        self.hits.setText(f"{count(hits)}×")
        self.hits.setToolTip("How often stepping has come here since the run began")
        if not self.times.is_busy:
            self.times.set_value(shown.times)
        state = "on" if shown.is_on else "off"
        self.setAccessibleName(f"Breakpoint: {words}, {state}, {reached}" + ("" if is_here else ", not in this network"))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.form_row)
        self._row.setContentsMargins(metrics.padding, 0, metrics.grid, 0)
        self._row.setSpacing(metrics.grid)
        self.times.setFixedWidth(metrics.px(44))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.switched.emit(not self.check.isChecked())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            draw_focus(painter, self.rect().adjusted(2, 1, -2, -1), self._theme.metrics.radius_button, self._theme.tokens)
            painter.end()
