"""The numbers a finding stands on, as a few bars: those at fault in the colour of a warning, where they are nothing a dashed line."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.training.diagnosis import FindingChart
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow

BARS, WIDEST, LEAST = 34, 22, 2.0  # height of the bars, width of one at most and height of one at least, pixels
DECADES = 1.0  # below the smallest value that a logarithmic scale begins


class FindingBars(QWidget):
    """Bars with labels below where these have room, and the caption under all of them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.chart: FindingChart | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def show_chart(self, chart: FindingChart | None) -> None:
        """None hides it."""
        if chart != self.chart:
            self.chart = chart
            said = "" if chart is None else ", ".join(f"{at}: {number(v, 3)}" for at, v in zip(chart.labels, chart.values, strict=True))
            self.setAccessibleName("" if chart is None else f"{chart.caption}: {said}")
            self.update()

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self.setFixedHeight(px(BARS) + 2 * round(QFontMetricsF(self._theme.font("caption")).height()) + px(4))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self.height())

    def heights(self) -> np.ndarray:
        """Of the bars, as shares of the highest; what is not a finite number is as high as can be."""
        chart = self.chart
        assert chart is not None
        values = np.array(chart.values, dtype=np.float64)
        if chart.logarithmic:
            known = np.isfinite(values) & (values > 0)
            logarithms = np.log10(values, where=known, out=np.full(len(values), math.nan))
            low = float(np.nanmin(logarithms)) - DECADES if known.any() else 0.0
            values = np.where(known, logarithms - low, np.where(values > 0, math.inf, 0.0))
        top = float(np.max(values[np.isfinite(values)], initial=0.0))
        return np.clip(np.where(np.isfinite(values), values / top if top > 0 else 0.0, 1.0), 0.0, 1.0)

    def _slots(self) -> list[QRectF]:
        """The column of every bar, with its label."""
        assert self.chart is not None
        count, px = len(self.chart.values), self._theme.metrics.px
        slot = min(self.width() / max(count, 1), float(px(34)) if count > 4 else px(72))
        return [QRectF(k * slot, 0, slot, px(BARS)) for k in range(count)]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.chart is not None:
            slots = self._slots()
            place = next((k for k, slot in enumerate(slots) if slot.left() <= event.pos().x() < slot.right()), None)
            text = "" if place is None else f"{self.chart.labels[place]}: {number(self.chart.values[place])}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        chart = self.chart
        if chart is None or not chart.values:
            return
        painter, tokens, metrics = QPainter(self), self._theme.tokens, self._theme.metrics
        font = self._theme.font("caption")
        measure = QFontMetricsF(font)
        slots, bottom, line = self._slots(), float(metrics.px(BARS)), measure.height()
        widest = max(measure.horizontalAdvance(text) for text in chart.labels)
        fits = len(slots) < 2 or widest + metrics.px(4) <= slots[0].width()
        for k, (slot, share) in enumerate(zip(slots, self.heights(), strict=True)):
            width = max(1.0, min(metrics.px(WIDEST), slot.width() - (metrics.px(6) if slot.width() > metrics.px(12) else 1)))
            left, meant = slot.center().x() - width / 2, k in chart.meant
            if share == 0.0:
                pen = QPen(tokens.warn if meant else tokens.stroke, 1.5)
                pen.setDashPattern([4.0, 2.0])
                painter.setPen(pen)
                painter.drawLine(QPointF(left, bottom - 1), QPointF(left + width, bottom - 1))
            else:
                height = max(LEAST, float(share) * bottom)
                painter.fillRect(QRectF(left, bottom - height, width, height), tokens.warn if meant else tokens.text2)
            if fits or (meant and len(chart.meant) == 1):
                painter.setFont(self._theme.font("caption_strong" if meant else "caption"))
                painter.setPen(tokens.text if meant else tokens.text2)
                room = QRectF(slot.center().x() - max(widest, slot.width()) / 2 - 2, bottom + 1, max(widest, slot.width()) + 4, line)
                room.moveLeft(max(0.0, min(room.left(), self.width() - room.width())))
                painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, chart.labels[k])
        painter.setFont(font)
        painter.setPen(tokens.text2)
        below = QRectF(0, bottom + line + metrics.px(2), self.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, measure.elidedText(chart.caption, Qt.TextElideMode.ElideRight, self.width()))
        painter.end()
