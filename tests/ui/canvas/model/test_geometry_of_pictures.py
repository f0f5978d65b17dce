"""Filters and feature maps on a compact card: inside it, below its text, none on another, and as high as the layout knows."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QRectF

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import docking
from nnlab.graph.card_size import size_of
from nnlab.graph.validation import infer
from nnlab.templates.template import make, templates
from nnlab.ui.canvas.model.content import describe
from nnlab.ui.canvas.model.geometry import CardGeometry, collapsed


def parts_of(geometry: CardGeometry) -> list[QRectF]:
    """The header, every picture, and where the number of those that are hidden stands."""
    found = [geometry.header, *geometry.maps.places]
    found += [geometry.maps.more] if geometry.maps.more is not None else []
    filters = geometry.filters
    if filters is not None:
        found += [filters.place] if filters.more is None else [filters.place, filters.more]
    return found


def test_every_card_is_as_high_as_the_layout_knows_and_holds_its_pictures() -> None:
    project = Project(data=DataSettings("digits"))
    graph = make(templates["convnet"], {}, project, prepare(project.data)).project.graph
    shapes = infer(graph)
    pictured = 0
    for name, content in describe(graph, shapes).items():
        geometry = collapsed(content, 80.0)
        assert geometry.outline.height() == size_of(graph, shapes.get, docking.shown(graph)[name]).height
        parts = parts_of(geometry)
        assert all(geometry.outline.contains(part) for part in parts)
        assert len(parts) == 1 or not any(first.intersects(second) for first, second in combinations(parts, 2))
        assert len(geometry.maps.places) + geometry.maps.hidden == (content.maps[0] if content.maps is not None else 0)
        larger = collapsed(content, 80.0, pictures=2.0)
        assert len(larger.maps.places) > len(geometry.maps.places) or not geometry.maps.hidden
        parts = parts_of(larger)
        assert all(larger.outline.contains(part) for part in parts)
        assert len(parts) == 1 or not any(first.intersects(second) for first, second in combinations(parts, 2))
        assert larger.outline == geometry.outline or content.maps is not None, "text alone takes no more room"
        pictured += bool(geometry.maps.places)
    assert pictured == 5, "an image, two convolutions, two poolings"
