"""A thin line with the part of some work that is done."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import fill_rounded


class ProgressLine(QWidget):
    """`words` follow the percentage where a screen reader says it: "of the sweep done"."""

    def __init__(self, theme: Theme, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._words, self._share = theme, words, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(4))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(100), self._theme.metrics.px(4))

    def show_share(self, share: float) -> None:
        self._share = share
        self.setAccessibleName(f"{int(100 * share)} % {self._words}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room, radius = QRectF(self.rect()), self.height() / 2
        fill_rounded(painter, room, radius, self._theme.tokens.line)
        room.setWidth(room.width() * self._share)
        fill_rounded(painter, room, radius, self._theme.tokens.text2)
        painter.end()
