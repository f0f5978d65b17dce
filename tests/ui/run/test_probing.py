"""Probes are computed beside the display, exact when training rests, and a fault of one is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.engine.evaluator import Evaluator
from nnlab.graph import edits
from nnlab.training.probe import Probe, probes
from nnlab.ui.run.live_view import LiveView
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


@pytest.fixture
def views(spiral: World) -> list[LiveView]:
    found: list[LiveView] = []
    spiral.session.ticked.connect(found.append)
    return found


@pytest.fixture
def add_probe() -> Iterator[Callable[[str, Callable], None]]:
    added: list[str] = []

    def add(name: str, compute: Callable) -> None:
        added.append(probes.add(Probe(name, compute)).name)

    yield add
    for name in added:
        probes.remove(name)


def test_at_rest_every_probe_is_of_the_frame_that_is_shown(spiral: World, views: list[LiveView], qtbot: QtBot) -> None:
    spiral.session.want("test", ("predictions", "decision"))
    spiral.session.run_iterations(50)
    qtbot.waitUntil(lambda: bool(views) and views[-1].frame.iteration == 50 and views[-1].is_exact)
    view = views[-1]
    network = Evaluator(view.project.graph)
    network.load(view.frame.parameters)
    np.testing.assert_array_equal(view.probes["predictions"].outputs, probes["predictions"](network, view.data).outputs)
    np.testing.assert_array_equal(view.probes["decision"].outputs, probes["decision"](network, view.data).outputs)


def test_views_go_on_while_a_probe_takes_its_time(spiral: World, views: list[LiveView], qtbot: QtBot, add_probe: Callable) -> None:
    go_on, entered, threads = threading.Event(), threading.Event(), []

    def slow(evaluator: object, data: object) -> int:
        threads.append(threading.current_thread())
        if len(threads) > 1:
            entered.set()
            assert go_on.wait(60)
        return len(threads)

    add_probe("slow", slow)
    spiral.session.want("test", ("slow",))
    qtbot.waitUntil(lambda: bool(views) and views[-1].probes.get("slow") == 1)
    spiral.session.play()
    qtbot.waitUntil(entered.is_set)
    seen = len(views)
    qtbot.waitUntil(lambda: len(views) >= seen + 10)
    assert views[-1].playing
    assert views[-1].probes["slow"] == 1
    assert not views[-1].is_exact
    go_on.set()
    qtbot.waitUntil(lambda: views[-1].probes["slow"] > 1)
    assert threading.current_thread() not in threads


def test_a_changed_network_is_not_shown_without_its_probes(spiral: World, views: list[LiveView], qtbot: QtBot) -> None:
    spiral.session.want("test", ("decision",))
    qtbot.waitUntil(lambda: bool(views) and views[-1].is_exact)
    spiral.session.play()
    for units in (5, 6, 7):
        views.clear()
        spiral.document.attempt("Units", lambda graph, units=units: edits.configure(graph, "dense_1", units=units))
        qtbot.waitUntil(lambda units=units: any(v.project.graph["dense_1"].settings["units"] == units for v in views))
        assert all("decision" in view.probes for view in views)


def test_a_fault_is_told_once_and_the_others_live_on(spiral: World, views: list[LiveView], qtbot: QtBot, add_probe: Callable) -> None:
    def broken(evaluator: object, data: object) -> None:
        raise ZeroDivisionError("on purpose")

    add_probe("broken", broken)
    told: list[tuple[str, str]] = []
    spiral.session.failed.connect(lambda message, detail: told.append((message, detail)))
    spiral.session.want("test", ("broken", "decision"))
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][0] == "The picture “broken” of the network could not be computed: ZeroDivisionError: on purpose."
    assert "test_probing" in told[0][1]
    qtbot.waitUntil(lambda: bool(views) and "decision" in views[-1].probes)
    spiral.session.run_iterations(3)
    qtbot.waitUntil(lambda: views[-1].frame.iteration == 3)
    assert len(told) <= 2  # at rest not more than once for a frame


def test_numbers_do_not_wait_for_a_slow_probe_of_a_changed_network(
    spiral: World, views: list[LiveView], qtbot: QtBot, add_probe: Callable
) -> None:
    go_on = threading.Event()
    add_probe("slow", lambda evaluator, data: go_on.wait(60))
    spiral.session.want("test", ("slow",))
    spiral.session.play()
    qtbot.waitUntil(lambda: len(views) > 5)
    assert views[-1].playing
    assert "slow" not in views[-1].probes
    go_on.set()
    qtbot.waitUntil(lambda: "slow" in views[-1].probes)


def test_a_session_may_close_while_a_probe_is_under_way(spiral: World, qtbot: QtBot, add_probe: Callable) -> None:
    go_on, entered = threading.Event(), threading.Event()

    def slow(evaluator: object, data: object) -> None:
        entered.set()
        assert go_on.wait(60)

    add_probe("slow", slow)
    spiral.session.want("test", ("slow",))
    qtbot.waitUntil(entered.is_set)
    threading.Timer(0.05, go_on.set).start()
    spiral.session.close()
    qtbot.wait(50)
