"""Which colour is which class, in one line under the pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core.dataset import Target
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.class_colors import class_colors

MOST_NAMED = 6


class ClassLegend(QWidget):
    """A dot and a name for every class; nothing for numbers, or for more classes than one line holds."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._target: Target | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(18))

    @property
    def has_something(self) -> bool:
        return self._target is not None and 0 < self._target.classes <= MOST_NAMED

    def show_classes(self, target: Target) -> None:
        if target == self._target:
            return
        self._target = target
        self.setVisible(self.has_something)
        self.setAccessibleName("Classes: " + ", ".join(target.names))
        self.update()

    def _colors(self, target: Target) -> list[QColor]:
        tokens = self._theme.tokens
        if target.kind == "binary":
            return [tokens.neg, tokens.pos]
        return [QColor(*color) for color in class_colors(target.classes, self._theme.is_dark)]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None or not self._target.classes:
            return
        painter, px = QPainter(self), self._theme.metrics.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        share = self.width() / len(self._target.names) - px(30)
        names = [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, share) for name in self._target.names]
        widths = [px(14) + metrics.horizontalAdvance(name) for name in names]
        left = (self.width() - sum(widths) - px(16) * (len(widths) - 1)) / 2
        for name, width, color in zip(names, widths, self._colors(self._target), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(left + px(4), self.height() / 2), px(3.5), px(3.5))
            painter.setPen(self._theme.tokens.text2)
            place = QRectF(left + px(14), 0, width, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            left += width + px(16)
        painter.end()
