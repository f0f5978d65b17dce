"""Pixels from a point to a piece of a line."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF

from nnlab.ui.panels.plotting.distances import distance_to_line


def test_beside_the_line_before_it_and_behind_it() -> None:
    start, end = QPointF(0, 0), QPointF(10, 0)
    assert distance_to_line(QPointF(4, 3), start, end) == 3
    assert distance_to_line(QPointF(-3, 4), start, end) == 5
    assert distance_to_line(QPointF(13, 4), start, end) == 5
    assert math.isclose(distance_to_line(QPointF(3, 4), start, start), 5)
