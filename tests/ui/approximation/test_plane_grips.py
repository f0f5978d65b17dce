"""What is under the pointer on a map of the plane."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF

from nnlab.studies.approximation.unit_handles import RidgeUnit
from nnlab.ui.approximation.plane_grips import ARM, PlaneGrip, PlaneGrips, RidgeHandles
from nnlab.ui.look.theme import Theme


@pytest.fixture
def grips(theme: Theme) -> PlaneGrips:
    """100 pixels to a unit, y upwards from (0, 400); the edge of the unit is x = 1."""
    found = PlaneGrips(theme, lambda x, y: QPointF(100 * x, 400 - 100 * y))
    found.ridge = RidgeHandles(RidgeUnit((2.0, 0.0), -2.0, 1.0), (0.0, 3.0))
    found.cut = (0.0, 1.0), (4.0, 1.0)
    return found


def test_handles_stand_on_the_edge_and_across_it(grips: PlaneGrips) -> None:
    places = grips.places()
    assert places[PlaneGrip.RIDGE] == QPointF(100, 100), "the point of x = 1 that is nearest to (0, 3)"
    assert places[PlaneGrip.DIRECTION].x() == pytest.approx(100 + ARM) and places[PlaneGrip.DIRECTION].y() == pytest.approx(100)
    grips.ridge = RidgeHandles(RidgeUnit((2.0, 0.0), -2.0, 1.0), (0.0, 3.0), arm=0.5)
    assert grips.places()[PlaneGrip.DIRECTION] == QPointF(200, 100), "while it is dragged it says how steep the unit is"


def test_the_nearest_handle_then_the_cut_then_nothing(grips: PlaneGrips) -> None:
    assert grips.at(QPointF(104, 103)) is PlaneGrip.RIDGE
    assert grips.at(QPointF(100 + ARM, 102)) is PlaneGrip.DIRECTION
    assert grips.at(QPointF(2, 299)) is PlaneGrip.START and grips.at(QPointF(398, 304)) is PlaneGrip.END
    assert grips.at(QPointF(200, 304)) is PlaneGrip.CUT
    assert grips.at(QPointF(300, 200)) is PlaneGrip.NEW


def test_a_unit_that_reads_nothing_has_no_handles(grips: PlaneGrips) -> None:
    grips.ridge = RidgeHandles(RidgeUnit((0.0, 0.0), 1.0, 1.0), (0.0, 0.0))
    assert set(grips.places()) == {PlaneGrip.START, PlaneGrip.END}
    grips.cut = None
    assert grips.at(QPointF(200, 300)) is PlaneGrip.NEW
