"""One way of the run as a row: its name, which iterations it has, its loss at the end; buttons return to it or drop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count, number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.painting import draw_focus


class BranchRow(QWidget):
    """`chosen` by a double click, Enter or the button; `removed` by its button or Delete. The one that is trained now has neither."""

    chosen = Signal()
    removed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.number = 0
        self.is_present = False
        self.words = ElidedLabel(theme, "", "body")
        self.loss = Label(theme, "", "caption", "text2")
        self.back = IconButton.of(theme, icon(theme, "undo", color="text2"), "Return to this branch")
        self.remove = IconButton.of(theme, icon(theme, "close", color="text2"), "Remove this branch", "Remove this branch; it is then gone")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.words, 1)
        for part in (self.loss, self.back, self.remove):
            self._row.addWidget(part)
        self.back.clicked.connect(self.chosen)
        self.remove.clicked.connect(self.removed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        follow(theme, self)

    def show_branch(self, number_: int, name: str, origin: int, latest: int, loss: float, is_present: bool) -> None:
        """`loss`: its smoothed loss where it ended, or where it is."""
        self.number, self.is_present = number_, is_present
        where = f"{count(origin)} to {count(latest)}"
        self.words.setText(f"{name}  {where}")
        self.words.set_color("text" if is_present else "text2")
        text = number(loss) if loss == loss else ""
        self.loss.setText(text)
        self.loss.setToolTip("The mean of its last batch losses")
        self.back.setVisible(not is_present)
        self.remove.setVisible(not is_present)
        self.setCursor(Qt.CursorShape.ArrowCursor if is_present else Qt.CursorShape.PointingHandCursor)
        state = "trained now" if is_present else "kept"
        self.words.setToolTip(f"{name}, iterations {where}, {state}")
        self.setAccessibleName(f"{name}, iterations {where}, {state}{f', loss {text}' if text else ''}")
        self.update()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.form_row)
        self._row.setContentsMargins(metrics.padding, 0, metrics.grid, 0)
        self._row.setSpacing(metrics.grid)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.is_present:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.is_present:
            self.chosen.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self.is_present:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.is_present:
            painter.fillRect(self.rect(), self._theme.tokens.sel)
            painter.fillRect(0, 0, 3, self.height(), self._theme.tokens.accent)
        if self.hasFocus():
            draw_focus(painter, self.rect().adjusted(2, 1, -2, -1), self._theme.metrics.radius_button, self._theme.tokens)
        painter.end()
