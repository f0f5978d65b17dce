"""Filters and feature maps on a compact card: inside it, below its text, none on another, and as high as the layout knows."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import docking
from nnlab.graph.card_size import size_of
from nnlab.graph.validation import infer
from nnlab.templates.template import make, templates
from nnlab.ui.canvas.model.content import describe
from nnlab.ui.canvas.model.geometry import MOST_MAPS, collapsed, grid


def test_every_card_is_as_high_as_the_layout_knows_and_holds_its_pictures() -> None:
    project = Project(data=DataSettings("digits"))
    graph = make(templates["convnet"], {}, project, prepare(project.data)).project.graph
    shapes = infer(graph)
    pictured = 0
    for name, content in describe(graph, shapes).items():
        geometry = collapsed(content, 80.0)
        assert geometry.outline.height() == size_of(graph, shapes.get, docking.shown(graph)[name]).height
        parts = [geometry.header, *geometry.maps, *([geometry.filters] if geometry.filters is not None else [])]
        assert all(geometry.outline.contains(part) for part in parts)
        assert len(parts) == 1 or not any(first.intersects(second) for first, second in combinations(parts, 2))
        assert len(geometry.maps) == (min(content.maps[0], MOST_MAPS) if content.maps is not None else 0)
        larger = collapsed(content, 80.0, pictures=2.0)
        assert [m.height() > before.height() for m, before in zip(larger.maps, geometry.maps, strict=True)] == [True] * len(larger.maps)
        parts = [larger.header, *larger.maps, *([larger.filters] if larger.filters is not None else [])]
        assert all(larger.outline.contains(part) for part in parts)
        assert len(parts) == 1 or not any(first.intersects(second) for first, second in combinations(parts, 2))
        assert larger.outline == geometry.outline or content.maps is not None, "text alone takes no more room"
        pictured += bool(geometry.maps)
    assert pictured == 5, "an image, two convolutions, two poolings"


@pytest.mark.parametrize("shape", [(1, 8, 8), (16, 8, 8), (32, 4, 4), (100, 3, 7), (6, 28, 28)])
def test_maps_keep_their_proportions_and_stay_within_their_room(shape: tuple[int, int, int]) -> None:
    room = QRectF(-52.0, 10.0, 104.0, 54.0)
    places = grid(shape, room)
    assert all(room.adjusted(-0.01, -0.01, 0.01, 0.01).contains(place) for place in places)
    assert all(place.width() / place.height() == pytest.approx(shape[2] / shape[1]) for place in places)
