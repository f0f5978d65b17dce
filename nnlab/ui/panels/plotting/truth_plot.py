"""Predicted against true: a perfect network puts every sample on the diagonal."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.core.preparation import Data
from nnlab.training.probes.predictions import Predictions
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.items import Points, PointsItem
from nnlab.ui.panels.plotting.plot import DASHES, Margins, Plot


class TruthPlot(Plot):
    """True value along x, predicted along y, on the same scale."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._data: Data | None = None
        self._predictions: Predictions | None = None
        self.is_plain = False  # among others of its kind, with less around it
        super().__init__(theme, "Predicted against true", parent)
        self.points = PointsItem()
        self.view.addItem(self.points, ignoreBounds=True)
        self.all_wanted.connect(self._show_everything)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(52), px(4), px(2), px(38)) if self.is_plain else Margins(px(64), px(8), px(12), px(42))

    def show_predictions(self, data: Data, predictions: Predictions) -> None:
        is_new = data is not self._data
        self._data, self._predictions = data, predictions
        if is_new:
            self.is_following = True
            self._show_everything()
        tokens = self._theme.tokens
        groups = [
            Points(true.ravel(), outputs.astype(np.float64).ravel(), color, hollow)
            for true, outputs, color, hollow in (
                (data.validation_y[: len(predictions.validation_outputs)], predictions.validation_outputs, tokens.text, True),
                (data.y[: len(predictions.outputs)], predictions.outputs, tokens.text3, False),
            )
            if len(outputs) and true.size == outputs.size
        ]
        self.points.show_points(groups[::-1], 1.8, self.ground_color)

    def _show_everything(self) -> None:
        """The range of the true values; predictions come in as the network learns. All the same: of the first predictions, too."""
        if self._data is None:
            return
        values = np.concatenate([self._data.y.ravel(), self._data.validation_y.ravel()])
        low, high = float(values.min()), float(values.max())
        if low == high and self._predictions is not None:
            outputs = np.concatenate([values, self._predictions.outputs.ravel(), self._predictions.validation_outputs.ravel()])
            outputs = outputs[np.isfinite(outputs)]
            low, high = float(outputs.min()), float(outputs.max())
        pad = 0.05 * (high - low) or max(1.0, abs(high))
        self.set_range((low - pad, high + pad), (low - pad, high + pad))

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        px, tokens, picture = self._theme.metrics.px, self._theme.tokens, self.picture
        painter.setPen(tokens.text3)
        name = self._data.target.names[0] if self._data is not None else ""
        below = picture.translated(0, picture.height() + px(21))
        words = QFontMetricsF(painter.font()).elidedText(f"true {name}", Qt.TextElideMode.ElideRight, self.width() - px(4))
        width = QFontMetricsF(painter.font()).horizontalAdvance(words)
        # A name that is wider than the plot takes the room beside it.
        below.setLeft(max(px(2), min(picture.center().x() - width / 2, self.width() - px(2) - width)))
        below.setRight(self.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)
        painter.save()
        painter.translate(QPointF(px(2), picture.center().y()))
        painter.rotate(-90)
        painter.drawText(QPointF(-painter.fontMetrics().horizontalAdvance("predicted") / 2, painter.fontMetrics().ascent()), "predicted")
        painter.restore()

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        (x0, x1), (y0, y1), picture = self.x_range, self.y_range, self.picture
        low, high = max(x0, y0), min(x1, y1)
        if high <= low:
            return
        pen = QPen(self._theme.tokens.text, 1.5)
        pen.setDashPattern([length / 1.5 for length in DASHES])
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(picture)
        painter.drawLine(
            QPointF(float(self.x_pixels(low)), float(self.y_pixels(low))), QPointF(float(self.x_pixels(high)), float(self.y_pixels(high)))
        )
        painter.setClipping(False)
