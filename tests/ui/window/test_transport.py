"""The speed of a first run: slow enough to be watched, said how to be left, and remembered once it was chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from real_windows import real_windows, shut

from nnlab.app import open_window
from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.training.complete_run import prepare_run
from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.transport import WATCHED


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window of someone who has never opened one."""
    window = open_window("spiral", store=Store(tmp_path / "fresh"))
    qtbot.waitExposed(window)
    yield window
    shut(window)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    with real_windows(qtbot, tmp_path / "fresh") as open_one:
        yield open_one


def test_a_first_run_is_one_that_can_be_watched(first: MainWindow, qtbot: QtBot) -> None:
    bar = first.transport.bar
    assert first.transport.speed == WATCHED and bar.speed.text == "200/s"
    assert bar.speed_hint.isVisible() and bar.speed_hint.text == "Shift+Space"
    qtbot.waitUntil(lambda: first.session.can_run, timeout=10_000)
    views: list[int] = []
    first.session.ticked.connect(lambda view: views.append(view.frame.iteration))
    QTest.keyClick(first.canvas.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(views) and views[-1] >= 60, timeout=20_000)
    seen = [b - a for a, b in pairwise(views)]
    assert max(seen) <= WATCHED, "at full speed there are thousands between two pictures"


def test_the_spiral_is_learned_within_twenty_seconds_and_not_at_once() -> None:
    project = load_example("spiral")
    run = prepare_run(project.graph, prepare(project.data), project.training)
    loss = []
    for seconds in (1, 20):
        run.train(int(seconds * WATCHED) - run.iteration)
        loss.append(run.validate()[0])
    assert loss[0] > 0.5, "after a second it has only begun"
    assert loss[1] < 0.05


def test_the_key_goes_to_full_speed_and_back(first: MainWindow, qtbot: QtBot) -> None:
    bar = first.transport.bar
    first.canvas.view.setFocus()
    QTest.keyClick(first.canvas.view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert math.isinf(first.transport.speed) and bar.speed.text == "full" and not bar.speed_hint.isVisible()
    assert first.actions_by_id["run.full_speed"].isChecked()
    QTest.keyClick(first.canvas.view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert first.transport.speed == WATCHED and not bar.speed_hint.isVisible()
    assert not first.session.is_playing


def test_the_hint_has_room_and_takes_the_place_of_no_figure_of_the_run(first: MainWindow, qtbot: QtBot) -> None:
    """Where there is no room for all, the rates go for it: what is learned is told, how fast may wait."""
    bar = first.transport.bar

    def shown() -> set[str]:
        return {name for name in ("validation", "learning_rate") if bar.counters[name].isVisible()}

    for size in (QSize(1024, 700), QSize(1120, 800), QSize(1200, 800), QSize(1280, 800), QSize(1440, 800)):
        first.resize(size)
        qtbot.waitUntil(lambda size=size: first.size() == size)
        bar.show_speed_hint(True)
        assert bar.speed_hint.isVisible() and bar.rect().contains(bar.speed_hint.geometry()), size
        with_hint = shown()
        bar.show_speed_hint(False)
        assert shown() <= with_hint, size
        assert size.width() < 1280 or with_hint == {"validation", "learning_rate"}


def test_a_speed_that_was_chosen_is_remembered(first: MainWindow, opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    slider = first.transport.bar.speed.slider
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, 10))
    chosen = first.transport.speed
    assert chosen != WATCHED and not math.isinf(chosen) and not first.transport.bar.speed_hint.isVisible()
    second = opened("xor")
    assert second.transport.speed == chosen and not second.transport.bar.speed_hint.isVisible()
    second.transport.set_speed(math.inf)
    assert math.isinf(opened("xor").transport.speed)
