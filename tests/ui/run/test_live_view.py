"""Curves are copied for who shows them, once, and stand where their frame stands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.engine.history import Curves, History
from nnlab.ui.run.live_view import LiveView, smoothed_words
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
    from types import SimpleNamespace

    from nnlab.engine.compile import Update
    from nnlab.engine.run import Run
    from nnlab.engine.setup import Setup
    from nnlab.ui.run.live_view import RunView

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
