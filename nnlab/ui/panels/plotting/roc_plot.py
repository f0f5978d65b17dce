"""ROC curves: the share of positives found over the share of negatives wrongly called positive, for every threshold.

A perfect network has its curve in the upper left corner, guessing follows the diagonal. Two classes have one curve, more have one a class
against the rest, in the classes' colours. The pointer reads the nearest curve: which class, its area, and the threshold there.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nnlab.training.scores import RocCurve
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.class_colors import class_colors
from nnlab.ui.panels.plotting.plot import DASHES, Margins, Plot, line_pen, make_line
from nnlab.ui.panels.plotting.ticks import Tick
from nnlab.ui.widgets.painting import fill_rounded

EDGE = 0.02  # of the range, so that a perfect curve is not on the border
TICKS = (0.0, 0.5, 1.0)


class RocPlot(Plot):
    def __init__(self, theme: Theme) -> None:
        self._curves: tuple[RocCurve, ...] = ()
        self._read: tuple[int, int] | None = None  # a curve and a place along it
        self._lines: list[pg.PlotCurveItem] = []
        super().__init__(theme, "ROC curves")
        self.all_wanted.connect(self._show_everything)
        self.pointed.connect(self._point)
        theme.changed.connect(self._color_lines)
        self._show_everything()

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(40), px(8), px(12), px(42))

    def show_curves(self, curves: tuple[RocCurve, ...]) -> None:
        is_other = len(curves) != len(self._curves)
        self._curves, self._read = curves, None
        while len(self._lines) < len(curves):
            self._lines.append(make_line(self._theme.tokens.text))
            self.view.addItem(self._lines[-1], ignoreBounds=True)
        for k, line in enumerate(self._lines):
            shown = curves[k] if k < len(curves) else None
            line.setData(*((shown.false_positives, shown.true_positives) if shown is not None else ([], [])))
        if is_other:
            self._color_lines()
        self.setAccessibleDescription("; ".join(f"{curve.of}: area {curve.auc:.3f}" for curve in curves))
        self.repaint_around()

    def _colors(self) -> list[QColor]:
        if len(self._curves) == 1:
            return [self._theme.tokens.text]
        return [QColor(*color) for color in class_colors(len(self._curves), self._theme.is_dark)]

    def _color_lines(self) -> None:
        for line, color in zip(self._lines, self._colors(), strict=False):
            line.setPen(line_pen(color, 2.0))

    def _show_everything(self) -> None:
        self.set_range((-EDGE, 1.0 + EDGE), (-EDGE, 1.0 + EDGE))

    def _point(self, place: QPointF | None) -> None:
        read, least = None, math.inf
        if place is not None and self.picture.contains(place):
            for k, curve in enumerate(self._curves):
                x, y = self.x_pixels(curve.false_positives), self.y_pixels(curve.true_positives)
                away = np.hypot(np.asarray(x) - place.x(), np.asarray(y) - place.y())
                nearest = int(np.argmin(away))
                if away[nearest] < least:
                    read, least = (k, nearest), float(away[nearest])
        if read != self._read:
            self._read = read
            self.repaint_around()

    def x_ticks(self) -> list[Tick]:
        return [Tick(at, f"{at:g}") for at in TICKS] if self.is_following else super().x_ticks()

    def y_ticks(self) -> list[Tick]:
        return [Tick(at, f"{at:g}") for at in TICKS] if self.is_following else super().y_ticks()

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        px, tokens, picture = self._theme.metrics.px, self._theme.tokens, self.picture
        pen = QPen(tokens.text3, 1)
        pen.setDashPattern(list(DASHES))
        painter.save()
        painter.setClipRect(picture)
        painter.setPen(pen)
        painter.drawLine(*(QPointF(float(self.x_pixels(at)), float(self.y_pixels(at))) for at in (0.0, 1.0)))
        painter.restore()
        painter.setPen(tokens.text3)
        below = QRectF(0, picture.bottom() + px(22), self.width(), px(20))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "false positive rate")

    @property
    def legend(self) -> list[tuple[str, QRectF]]:
        """What the colours mean, with the area under each curve, and where it stands: lower right, where no good curve comes by.

        Nothing for a single curve; of many those that fit.
        """
        if len(self._curves) < 2:
            return []
        px, picture = self._theme.metrics.px, self.picture
        metrics = QFontMetricsF(self._theme.font("caption"))
        areas, most = metrics.horizontalAdvance(" 0.000"), 0.7 * picture.width() - px(24)
        names = [metrics.elidedText(curve.of, Qt.TextElideMode.ElideMiddle, most - areas) for curve in self._curves]
        words = [f"{name} {curve.auc:.3f}" for name, curve in zip(names, self._curves, strict=True)]
        width = max(metrics.horizontalAdvance(text) for text in words)
        height = metrics.height()
        fitting = words[: max(0, int((0.75 * picture.height()) // height))]
        top = picture.bottom() - px(6) - height * len(fitting)
        left = picture.right() - px(6) - width
        return [(text, QRectF(left, top + k * height, width + 1, height)) for k, text in enumerate(fitting)]

    def _paint_legend(self, painter: QPainter) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        for (text, place), color in zip(self.legend, self._colors(), strict=False):
            ground = QColor(tokens.panel)
            ground.setAlpha(200)
            painter.fillRect(place.adjusted(-px(18), 0, px(2), 0), ground)
            painter.setPen(line_pen(color, 2.0 * self.stroke))
            painter.drawLine(QPointF(place.left() - px(16), place.center().y()), QPointF(place.left() - px(5), place.center().y()))
            painter.setPen(tokens.text2)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def paint_above(self, painter: QPainter) -> None:
        self._paint_legend(painter)
        if self._read is not None:
            px, tokens, (k, at) = self._theme.metrics.px, self._theme.tokens, self._read
            curve = self._curves[k]
            place = QPointF(float(self.x_pixels(curve.false_positives[at])), float(self.y_pixels(curve.true_positives[at])))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colors()[k])
            painter.drawEllipse(place, px(4), px(4))
            painter.setFont(self._theme.font("caption"))
            threshold = float(curve.thresholds[at])
            beyond = f", from {numbers.number(threshold, 3)}" if math.isfinite(threshold) else ""
            words = f"{curve.of}: area {curve.auc:.3f}{beyond}"
            metrics = QFontMetricsF(painter.font())
            width = metrics.horizontalAdvance(words) + px(12)
            left = min(max(place.x() - width / 2, 2.0), self.width() - width - 2.0)
            pill = QRectF(left, min(place.y() + px(8), self.picture.bottom() - px(22)), width, metrics.height() + px(4))
            fill_rounded(painter, pill, px(4), tokens.raised)
            painter.setPen(tokens.text)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
        super().paint_above(painter)
