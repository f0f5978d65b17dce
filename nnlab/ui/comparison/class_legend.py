"""Which colour is which class, and what the rings are, in one line under the pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
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
        self._ringed, self._is_same = 0, True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(18))

    @property
    def has_something(self) -> bool:
        """Whether it takes room: that does not depend on rings, whose number depends on the room."""
        return self._target is not None and 0 < self._target.classes <= MOST_NAMED

    def show_classes(self, target: Target, ringed: int = 0, is_same: bool = True) -> None:
        """`ringed`: samples of the next batch that the pictures ring, the same in all of them or not."""
        if (target, ringed, is_same) == (self._target, self._ringed, self._is_same):
            return
        self._target, self._ringed, self._is_same = target, ringed, is_same
        self.setAccessibleName("Classes: " + ", ".join(target.names))
        self.update()

    def _colors(self, target: Target) -> list[QColor]:
        tokens = self._theme.tokens
        if target.kind == "binary":
            return [tokens.neg, tokens.pos]
        return [QColor(*color) for color in class_colors(target.classes, self._theme.is_dark)]

    def _batch_words(self, metrics: QFontMetricsF) -> str:
        """What rings are said to be: the longest words that leave the names of the classes whole, or the shortest."""
        if not self._ringed or self._target is None:
            return ""
        words = ["next batch, the same " + str(self._ringed), "next batch", "next"] if self._is_same else ["next batch", "next"]
        between = self._theme.metrics.px(30)
        room = self.width() - sum(metrics.horizontalAdvance(name) + between for name in self._target.names)
        return next((text for text in words if metrics.horizontalAdvance(text) + self._theme.metrics.px(14) <= room), words[-1])

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None or not self.has_something:
            return
        painter, px = QPainter(self), self._theme.metrics.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        known = self._target.names
        batch = self._batch_words(metrics)
        room = self.width() - (metrics.horizontalAdvance(batch) + px(30) if batch else 0)
        share = room / max(1, len(known)) - px(30)
        is_whole = sum(metrics.horizontalAdvance(name) + px(30) for name in known) - px(16) <= room
        names = list(known) if is_whole else [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, share) for name in known]
        colors: list[QColor | None] = [*self._colors(self._target)]
        if batch:
            names.append(batch)
            colors.append(None)
        widths = [px(14) + metrics.horizontalAdvance(name) for name in names]
        left = (self.width() - sum(widths) - px(16) * (len(widths) - 1)) / 2
        for name, width, color in zip(names, widths, colors, strict=True):
            painter.setPen(Qt.PenStyle.NoPen if color is not None else QPen(self._theme.tokens.text, 1.5))
            painter.setBrush(color if color is not None else Qt.BrushStyle.NoBrush)
            radius = px(3.5) if color is not None else px(4.5)
            painter.drawEllipse(QPointF(left + px(4), self.height() / 2), radius, radius)
            painter.setPen(self._theme.tokens.text2)
            place = QRectF(left + px(14), 0, width, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            left += width + px(16)
        painter.end()
