"""Drawing samples: what may be drawn, where, and what becomes of other data."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.ui.panels.controls.point_edits import added, drawable, erased, is_drawn, points_of, why_not

POINTS = DataSettings("points", {"points": "-2 1 0; 1.5 2 1", "task": "classes", "classes": 2})


def test_points_are_added_behind_those_there_are_and_count_as_classes() -> None:
    more = added(POINTS, [(3.0, -1.0, 3)])
    assert points_of(more).points == ((-2.0, 1.0, 0), (1.5, 2.0, 1), (3.0, -1.0, 3))
    assert (more.settings["classes"], more.settings["task"]) == (4, "classes"), "class 3 is the fourth"
    assert added(POINTS, [(0.0, 0.0, 0)]).settings["classes"] == 2
    assert points_of(POINTS).points == ((-2.0, 1.0, 0), (1.5, 2.0, 1))


def test_the_plane_ends_at_eight() -> None:
    assert len(points_of(added(POINTS, [(8.0, -8.0, 0)])).points) == 3
    with pytest.raises(DataError, match=r"A point at 8\.01, 2 lies outside"):
        added(POINTS, [(0.0, 0.0, 0), (8.01, 2.0, 0)])


def test_points_around_a_place_are_erased_but_not_the_last_one() -> None:
    assert points_of(erased(POINTS, -2.0, 1.0, 0.5, 0.5)).points == ((1.5, 2.0, 1),)
    assert erased(POINTS, 5.0, 5.0, 0.5, 0.5) is POINTS, "there is nothing to erase"
    with pytest.raises(DataError, match="This cannot be drawn"):
        erased(POINTS, 0.0, 0.0, 8.0, 8.0)


def test_samples_in_a_plane_become_points_in_their_order() -> None:
    circle = DataSettings("circle")
    data = prepare(circle)
    assert why_not(circle, data) == "" and not is_drawn(circle)
    drawn = drawable(circle, data)
    assert is_drawn(drawn) and why_not(drawn, data) == "" and drawable(drawn, data) is drawn
    assert (drawn.settings["task"], drawn.settings["classes"]) == ("classes", 2)
    assert (drawn.seed, drawn.validation_share, drawn.standardize) == (circle.seed, circle.validation_share, circle.standardize)
    found, whole = points_of(drawn).array, len(data.x) + len(data.validation_x)
    assert len(found) == whole
    first = np.flatnonzero(np.asarray(data.train_index) == 0)
    if len(first):
        assert found[0][:2] == pytest.approx(data.raw_x[first[0]], rel=1e-3)
    held = np.asarray(data.validation_index)
    for row, place in enumerate(held[:5]):
        assert found[place][:2] == pytest.approx(data.raw_validation_x[row], rel=1e-3)
        assert found[place][2] == data.validation_y[row]


@pytest.mark.parametrize(("name", "words"), [("iris", "is neither"), ("diabetes", "is neither"), ("digits", "is neither")])
def test_what_does_not_lie_in_a_plane_is_not_drawn(name: str, words: str) -> None:
    settings = DataSettings(name)
    data = prepare(settings)
    assert words in why_not(settings, data)
    with pytest.raises(DataError, match=words):
        drawable(settings, data)
