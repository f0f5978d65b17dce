"""Shapes of marks in pixels, and that what is far outside every screen is pulled in before Qt draws it."""

from __future__ import annotations

import numpy as np
import pyqtgraph
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPolygonF
from pytestqt.qtbot import QtBot

from nnlab.ui.approximation.marks import FAR, SPACING, AreaBetween, Outside, diamond, hatch, triangle, within_reach
from nnlab.ui.look.theme import Theme


def points(polygon: QPolygonF) -> list[tuple[float, float]]:
    return [(point.x(), point.y()) for point in polygon.toList()]


def test_a_triangle_stands_on_its_foot_and_a_diamond_about_its_centre() -> None:
    assert points(triangle(10.0, 50.0, 5.0)) == [(10, 45), (13, 50), (7, 50)]
    assert points(diamond(QPointF(3, 4), 2.0)) == [(3, 2), (5, 4), (3, 6), (1, 4)]


def test_far_points_are_pulled_in_and_near_ones_stay() -> None:
    polygon = QPolygonF([QPointF(1e12, -1e12), QPointF(-1e300, 7), QPointF(5, 6)])
    assert points(within_reach(polygon)) == [(FAR, -FAR), (-FAR, 7), (5, 6)]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_hatch_repeats_without_a_seam_at_any_density(qapp: object, theme: Theme, ratio: float) -> None:
    image = hatch(theme.tokens, ratio).texture().toImage()
    assert image.width() == image.height() == 2 * SPACING * ratio
    seen = {image.pixelColor(x, y).rgb() for x in range(image.width()) for y in range(image.height())}
    assert theme.tokens.panel.rgb() in seen and len(seen) > 1
    side = image.width()  # lines run up to the right at 45 degrees, so a pixel returns on the next diagonal
    assert image.pixelColor(2, side - 5) == image.pixelColor(2 + side // 2, side - 5 - side // 2)


def test_what_is_outside_and_what_lies_between_two_curves_is_painted(qtbot: QtBot, theme: Theme) -> None:
    view = pyqtgraph.GraphicsView()
    qtbot.addWidget(view)
    box = pyqtgraph.ViewBox(defaultPadding=0.0)
    view.setCentralItem(box)
    view.resize(200, 100)
    outside, area = Outside(), AreaBetween()
    for item in (outside, area):
        box.addItem(item, ignoreBounds=True)
    box.setRange(xRange=(0.0, 2.0), yRange=(-1.0, 1.0), padding=0.0)
    red, blue = QColor(255, 0, 0), QColor(0, 0, 255)
    area.show_area(np.array([0.0, 1.0, 1.0, 2.0]), np.zeros(4), np.array([0.5, 0.5, -0.5, -0.5]), red, blue)
    image = view.grab().toImage()
    scale = image.width() / 200

    def at(x: float, y: float) -> QColor:
        place = box.mapViewToScene(QPointF(x, y))
        return image.pixelColor(round(place.x() * scale), round(place.y() * scale))

    assert at(0.5, 0.25) == red and at(1.5, -0.25) == blue
    assert at(0.5, -0.25) == at(1.5, 0.25) != red
    area.clear()
    assert area.is_empty
    outside.show_interval(0.5, 1.5, theme.tokens)
    image = view.grab().toImage()
    inside = {at(1.0, y).rgb() for y in np.linspace(-0.9, 0.9, 40)}
    beyond = {at(0.25, y).rgb() for y in np.linspace(-0.9, 0.9, 40)}
    assert len(inside) == 1 and theme.tokens.panel.rgb() in beyond and len(beyond) > 1
    assert at(0.5, 0.0) == theme.tokens.stroke, "a line at the border"
