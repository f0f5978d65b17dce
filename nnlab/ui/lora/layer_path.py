"""The network in words, from the input to the loss; the layers with adapters can be opened."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.focus import ShowsKeyboardFocus
from nnlab.ui.widgets.painting import draw_focus

ARROW = " → "
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class LayerPath(ShowsKeyboardFocus, QWidget):
    """`chosen(layer)` by a click, or by ← and → from one layer with adapters to the next."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._nodes: tuple[str, ...] = ()
        self._open: tuple[str, ...] = ()
        self._current = ""
        self._end: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layer")
        self.setToolTip("The layer whose matrices are shown; ← and → go to the next one with an adapter")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(34))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(300), self._theme.metrics.px(34))

    def set_end(self, widget: QWidget) -> None:
        """Puts a widget at the right end; words give way to it."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, self._theme.metrics.px(8), 0)
        row.addStretch(1)
        row.addWidget(widget)
        self._end = widget

    def show_path(self, nodes: tuple[str, ...], with_adapters: tuple[str, ...], current: str) -> None:
        self._nodes, self._open, self._current = nodes, with_adapters, current
        self.setAccessibleDescription(current)
        self.update()

    def places(self) -> dict[str, QRectF]:
        """Where each word stands; nodes without adapters far from the current layer give way when there is no room."""
        px = self._theme.metrics.px
        nodes = self._nodes
        measure = QFontMetricsF(self._theme.font("name"))
        arrow, most = measure.horizontalAdvance(ARROW), self.width() - px(40)
        if self._end is not None and not self._end.isHidden():
            most -= self._end.sizeHint().width()
        widths = {node: measure.horizontalAdvance(node) for node in nodes}
        if sum(widths.values()) + arrow * (len(nodes) - 1) > most:
            nodes = self._open
        found, x = {}, float(px(20))
        for node in nodes:
            found[node] = QRectF(x, 0, widths[node] + 1, self.height())
            x += widths[node] + arrow
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.canvas)
        before: QRectF | None = None
        for node, place in self.places().items():
            painter.setFont(self._theme.font("name" if node == self._current else "body"))
            painter.setPen(tokens.text if node == self._current else tokens.text2 if node in self._open else tokens.text3)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter, node)
            if before is not None:
                painter.setPen(tokens.text3)
                painter.setFont(self._theme.font("body"))
                between = QRectF(before.right(), 0, place.left() - before.right(), self.height())
                painter.drawText(between, Qt.AlignmentFlag.AlignCenter, ARROW.strip())
            before = place
        if self.shows_focus:
            word = self.places().get(self._current, QRectF(self.rect()))
            draw_focus(painter, word.adjusted(-6, 4, 6, -4), self._theme.metrics.radius_field, tokens)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for node, place in self.places().items():
            if place.contains(event.position()) and node in self._open:
                self.chosen.emit(node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = _STEPS.get(event.key())
        if by is None or self._current not in self._open:
            event.ignore()
            return
        at = self._open.index(self._current) + by
        if 0 <= at < len(self._open):
            self.chosen.emit(self._open[at])
