"""What the marks of losses by hand are: a tick is a target, a ring a prediction that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.theme import Theme, follow

WORDS = ("target", "prediction")
MARK, GAP = 20, 14  # pixels of a mark, and between two entries


class HandLegend(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("A tick is a target, a ring is a prediction")
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px, metrics = self._theme.metrics.px, QFontMetrics(self._theme.font("caption"))
        width = sum(px(MARK) + metrics.horizontalAdvance(word) for word in WORDS) + px(GAP)
        return QSize(width, max(px(18), metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), self._theme.metrics.px, self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        x, middle = 0.0, self.height() / 2
        for word in WORDS:
            if word == "target":
                painter.setPen(QPen(tokens.text, px(3)))
                painter.drawLine(QPointF(x, middle), QPointF(x + px(14), middle))
            else:
                painter.setPen(QPen(tokens.accent, 2.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(x + px(8), middle), px(5), px(5))
            width = painter.fontMetrics().horizontalAdvance(word)
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(x + px(MARK), 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, word)
            x += px(MARK) + width + px(GAP)
        painter.end()
