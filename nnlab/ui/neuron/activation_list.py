"""What every activation makes of the same z: its glyph, its slope there and y; a click makes it the neuron's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.studies.neuron import Activated
from nnlab.ui.look.numbers import number
from nnlab.ui.look.operator_glyph import operator_glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus

NAME, VALUE, GAP = 34, 86, 8  # where names begin, what values take at the right, and between them and slopes, pixels at 100 %


class ActivationList(QWidget):
    """`chosen(name)`; the arrow keys move the choice."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[Activated, ...] = ()
        self._current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def rows(self) -> tuple[Activated, ...]:
        return self._rows

    def show_activations(self, rows: Sequence[Activated], current: str) -> None:
        self._rows, self._current = tuple(rows), current
        own = next((r for r in self._rows if r.name == current), None)
        self.setAccessibleName(f"Activation {own.title}, y {number(own.y)}, slope {number(own.slope)}" if own is not None else "Activation")
        self.apply_metrics()

    def apply_metrics(self) -> None:
        self.setFixedHeight(max(1, len(self._rows)) * self._row_height)
        self.update()

    @property
    def _row_height(self) -> int:
        return self._theme.metrics.px(36)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(240), len(self._rows) * self._row_height)

    def minimumSizeHint(self) -> QSize:
        """Names and values; slopes go first."""
        px = self._theme.metrics.px
        return QSize(px(NAME) + round(self._widest_name) + px(VALUE), len(self._rows) * self._row_height)

    @property
    def _widest_name(self) -> float:
        metrics = QFontMetricsF(self._theme.font("name"))
        return max((metrics.horizontalAdvance(row.title) for row in self._rows), default=0.0)

    @property
    def shows_slopes(self) -> bool:
        """Whether they have room between the names and the values."""
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        widest = max((metrics.horizontalAdvance(_slope(row)) for row in self._rows), default=0.0)
        return self.width() >= px(NAME) + self._widest_name + px(GAP) + widest + px(VALUE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // self._row_height)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._rows):
            self.chosen.emit(self._rows[row].name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        names = [r.name for r in self._rows]
        if step is None or self._current not in names:
            super().keyPressEvent(event)
            return
        self.chosen.emit(names[(names.index(self._current) + step) % len(names)])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, px, height = self._theme.tokens, self._theme.metrics.px, self._row_height
        shows_slopes = self.shows_slopes
        for k, row in enumerate(self._rows):
            room = QRectF(0, k * height, self.width(), height)
            is_own = row.name == self._current
            if is_own:
                painter.fillRect(room, tokens.sel)
            side = px(18)
            glyph = QRectF(px(6), room.center().y() - side / 2, side, side)
            operator_glyph(row.name).draw(painter, glyph, tokens.text if is_own else tokens.text2)
            painter.setPen(tokens.text)
            painter.setFont(self._theme.font("name" if is_own else "body"))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room.adjusted(px(NAME), 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, row.title)
            painter.setFont(self._theme.font("title" if is_own else "counter"))
            painter.drawText(room.adjusted(0, 0, -px(4), 0), middle | Qt.AlignmentFlag.AlignRight, number(row.y))
            if shows_slopes:
                painter.setPen(tokens.text2)
                painter.setFont(self._theme.font("caption"))
                painter.drawText(room.adjusted(0, 0, -px(VALUE), 0), middle | Qt.AlignmentFlag.AlignRight, _slope(row))
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()


def _slope(row: Activated) -> str:
    return f"slope {number(row.slope)}"
