"""A data set as a small picture: the points of the plane, the curve of a function, or a symbol for data that must be loaded first."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from nnlab.core.dataset import Dataset, Table
from nnlab.core.setting import check_settings
from nnlab.ui.look.colormaps import sign_pixels
from nnlab.ui.look.glyphs import symbol
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.class_colors import class_colors

SAMPLES = 240
# What a set that ships with scikit-learn looks like; making a picture from it would import that library for a second.
_SYMBOLS = {
    "digits": "numeric-4-box-outline", "iris": "flower-outline", "wine": "glass-wine", "breast_cancer": "microscope",
    "diabetes": "needle", "csv_file": "file-delimited-outline", "table": "table-large", "images": "image-multiple-outline",
    "reconstruction": "mirror", "typed": "keyboard-outline",
}  # fmt: skip
_OTHER = "table"
_GENERATED = ("Two inputs", "One input")


def thumbnail(dataset: Dataset, theme: Theme, side: int, ratio: float) -> QImage:
    """A square picture on the canvas' colour, `side` device-independent pixels wide."""
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.tokens.canvas)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(0, 0, side, side)
    if dataset.category in _GENERATED:
        _paint_samples(painter, area.adjusted(3, 3, -3, -3), _samples(dataset), theme)
    else:
        inset = side * 0.2
        symbol(_SYMBOLS.get(dataset.name, _OTHER)).draw(painter, area.adjusted(inset, inset, -inset, -inset), theme.tokens.text2)
    painter.end()
    return image


def _samples(dataset: Dataset) -> Table:
    """The set with its default settings, of fewer samples where it says how many."""
    given = {"samples": SAMPLES} if any(setting.name == "samples" for setting in dataset.settings) else {}
    return dataset.make(check_settings(dataset.settings, given, dataset.title), 0)


def _paint_samples(painter: QPainter, area: QRectF, table: Table, theme: Theme) -> None:
    vertical = table.x[:, 1] if table.x.shape[1] > 1 else table.y.ravel().astype(np.float64)
    places = _scaled(table.x[:, 0], vertical, area)
    if table.x.shape[1] == 1:
        order = np.argsort(table.x[:, 0])
        painter.setPen(QPen(theme.tokens.text, 1.5))
        painter.drawPolyline(QPolygonF([places[i] for i in order.tolist()]))
        return
    for color, chosen in _colors(table, theme):
        painter.setPen(QPen(color, max(2.0, area.width() / 16), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([places[i] for i in np.flatnonzero(chosen).tolist()]))


def _scaled(x: np.ndarray, y: np.ndarray, area: QRectF) -> list[QPointF]:
    """Points stretched over the area, y upwards."""
    shares = [(values - values.min()) / max(float(np.ptp(values)), 1e-12) for values in (x, y)]
    xs, ys = area.left() + shares[0] * area.width(), area.bottom() - shares[1] * area.height()
    return [QPointF(a, b) for a, b in zip(xs.tolist(), ys.tolist(), strict=True)]


def _colors(table: Table, theme: Theme) -> list[tuple[QColor, np.ndarray]]:
    if table.target.kind == "continuous":
        values = table.y[:, 0] / max(float(np.abs(table.y).max()), 1e-12)
        steps = np.rint(values * 4).astype(np.int64)
        return [(QColor.fromRgb(int(sign_pixels(np.array(step / 4), 1.0, theme.is_dark))), steps == step) for step in np.unique(steps)]
    if table.target.kind == "binary":
        return [(theme.tokens.neg, table.y == 0), (theme.tokens.pos, table.y == 1)]
    return [(QColor(*color), table.y == k) for k, color in enumerate(class_colors(table.target.classes, theme.is_dark))]
