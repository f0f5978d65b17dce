"""Curves are copied for who shows them, once, and stand where their frame stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.engine.history import Curves, History
from nnlab.ui.run.live_view import LiveView, RunView, smoothed_words
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[History]:
    """Every history that was copied."""
    found: list[History] = []
    original = History.curves

    def counted(self: History) -> Curves:
        found.append(self)
        return original(self)

    monkeypatch.setattr(History, "curves", counted)
    return found


def test_nothing_is_copied_for_views_that_nobody_reads(spiral: World, copies: list[History]) -> None:
    views: list[LiveView] = []
    spiral.session.ticked.connect(views.append)
    spiral.train(200)
    assert views and copies == []
    assert views[-1].curves is views[-1].curves
    assert len(copies) == 1


def test_curves_that_are_read_late_end_where_their_frame_does(spiral: World, qtbot: QtBot) -> None:
    views: list[LiveView] = []
    spiral.session.ticked.connect(views.append)
    spiral.train(30)
    qtbot.waitUntil(lambda: bool(views) and views[-1].frame.iteration == 30)
    early = views[-1]
    spiral.train(50)
    qtbot.waitUntil(lambda: views[-1].frame.iteration == 80)
    late = views[-1].curves
    assert early.curves.iterations.tolist() == list(range(1, 31)) and late.iterations.tolist() == list(range(1, 81))
    np.testing.assert_array_equal(early.curves.smoothed, late.smoothed[:30])
    np.testing.assert_array_equal(early.curves.norms, late.norms[:30])
    np.testing.assert_equal(early.curves.losses, early.losses)  # NaN where nothing was evaluated
    assert early.losses.smoothed == early.curves.smoothed[-1]
    assert early.curves.mean[-1] == early.frame.loss


def test_the_losses_of_a_view_are_those_of_its_history(spiral: World, qtbot: QtBot) -> None:
    views: list[LiveView] = []
    spiral.session.ticked.connect(views.append)
    spiral.train(2 * 50)  # whole epochs, so that validation was measured
    qtbot.waitUntil(lambda: bool(views) and views[-1].frame.iteration == 100)
    view = views[-1]
    assert view.losses.validation == view.curves.validation_losses[-1] and view.losses.training == view.curves.training_losses[-1]


def test_a_smoothed_loss_says_over_how_many_batches() -> None:
    assert smoothed_words(1).endswith("so early, the last one alone")
    assert smoothed_words(2).startswith("Mean of the last 2 batch losses") and "last 1,200 batch" in smoothed_words(1200)


def test_losses_of_another_run_are_those_of_its_frames_moment() -> None:
    from nnlab.engine.compile import Update
    from nnlab.engine.run import Run
    from nnlab.engine.setup import Setup

    x, y = np.linspace(-1, 1, 24).reshape(12, 2), np.linspace(0, 1, 12)[:, None]
    project = spiral_project()
    run = Run(Setup(project.graph, x, (y > 0.5).astype(float), x[:4], y[:4] > 0.5, update=Update("sgd", 0.1), batch_size=4))
    run.train(9)
    frame = SimpleNamespace(iteration=6)
    beside = RunView(1, "seed 1", project, frame, run.history, "")  # type: ignore[arg-type]
    assert beside.losses == run.history.losses_at(6)
    assert beside.losses.evaluated_at == 6 and beside.losses.smoothed == run.history.curves().mean[5]
    assert beside.curves.iterations.tolist() == [1, 2, 3, 4, 5, 6]
    assert (beside.is_in_the_past, beside.stopped) == (False, "")


def test_a_number_that_is_none_is_not_known() -> None:
    from nnlab.ui.run.live_view import known

    assert known(float("nan")) is None
    assert (known(0.0), known(-2.5), known(float("inf"))) == (0.0, -2.5, float("inf"))


def view_of(**changed: Any) -> LiveView:
    """A view at iteration 100 of a run that does fifty iterations a second."""
    project = spiral_project()
    known: dict[str, Any] = {
        "project": project, "data": SimpleNamespace(x=np.zeros((100, 2))), "frame": SimpleNamespace(iteration=100), "history": None,
        "marks": (), "probes": {}, "playing": True, "is_exact": False, "iterations_per_second": 50.0, "frames_per_second": 60.0,
    }  # fmt: skip
    return LiveView(**{**known, **changed})


def test_how_far_a_picture_is_behind() -> None:
    probed = {"scores": 25, "newer": 120}
    assert view_of(probed_at=probed).seconds_behind("scores") == 1.5
    assert view_of(probed_at=probed).seconds_behind("newer") == 0.0, "never ahead"
    assert view_of(probed_at=probed).seconds_behind("others") == 0.0
    assert view_of(probed_at=probed, playing=False).seconds_behind("scores") == 0.0
    assert view_of(probed_at=probed, iterations_per_second=0.0).seconds_behind("scores") == 0.0
    assert view_of(probed_at=probed, iterations_per_second=0.5).seconds_behind("scores") == 150.0


@pytest.mark.parametrize(("samples", "batches"), [(0, 1), (1, 1), (16, 1), (17, 2), (100, 7)])
def test_batches_of_an_epoch(samples: int, batches: int) -> None:
    project = spiral_project()
    project = replace(project, training=replace(project.training, batch_size=16))
    assert view_of(project=project, data=SimpleNamespace(x=np.zeros((samples, 2)))).batches == batches


def test_the_moment_as_another_run_shows_it() -> None:
    frame, history = SimpleNamespace(iteration=100), SimpleNamespace()
    other = RunView(3, "seed 1", spiral_project(), frame, history, "", True, probes={"a": 1}, probed_at={"a": 90})  # type: ignore[arg-type]
    whole = view_of(others=(other,), name="own")
    assert (whole.run, whole.is_in_the_past, whole.stretch, whole.crowded, whole.phase_shares) == (0, False, 1.0, False, None)
    own = whole.of_run(0)
    assert (own.others, own.name, own.frame) == ((), "own", whole.frame)
    found = whole.of_run(3)
    assert (found.run, found.name, found.frame, found.history, found.probes, found.probed_at, found.is_in_the_past, found.others) == (
        3, "seed 1", frame, history, {"a": 1}, {"a": 90}, True, (),
    )  # fmt: skip
    with pytest.raises(KeyError):
        whole.of_run(2)
