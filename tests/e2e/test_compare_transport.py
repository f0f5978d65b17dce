"""In the real window: where runs are compared the transport bar says how good each is, in place of losses of several kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from nnlab.ui.look import numbers
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]
LOSSES = ("batch_loss", "smoothed")


@pytest.fixture
def window(fresh: Opener) -> MainWindow:
    """As wide as it needs to be for every counter."""
    found = fresh("points_above_curve")
    found.resize(1700, 900)
    found.show_workspace("compare")
    return found


def train(window: MainWindow, qtbot: QtBot, steps: int) -> None:
    target = window.session.iteration + steps
    window.session.run_iterations(steps)
    qtbot.waitUntil(lambda: window.session.iteration == target and not window.session.is_playing, timeout=20_000)


def shown(window: MainWindow, *names: str) -> list[bool]:
    """`run_1` is the second run's figure."""
    bar = window.transport.bar
    counters = bar.counters | {f"run_{place}": run for place, run in enumerate(bar.figures)}
    return [counters[name].isVisible() for name in names]


def test_two_runs_show_their_accuracy_and_one_its_losses(window: MainWindow, qtbot: QtBot) -> None:
    bar, pictures = window.transport.bar, window.comparison.happening.pictures.pictures
    train(window, qtbot, 10)
    assert shown(window, *LOSSES, "run_0") == [True, True, False]
    window.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    qtbot.waitUntil(lambda: window.session.iteration == 0, timeout=10_000)
    train(window, qtbot, 40)
    qtbot.waitUntil(lambda: shown(window, *LOSSES, "run_0", "run_1", "run_2") == [False, False, True, True, False], timeout=10_000)
    qtbot.waitUntil(lambda: bar.figures[1].text == pictures[1].figure != "– %", timeout=10_000)
    assert bar.figures[0].text == pictures[0].figure and pictures[0].figure.endswith(" %")
    assert bar.figures[0].accessibleName() == f"accuracy, Binary cross-entropy {pictures[0].figure}"
    assert bar.figures[1].accessibleName() == f"MSE {pictures[1].figure}"
    assert bar.figures[0].toolTip() == "accuracy of the run with Binary cross-entropy, of the training samples"
    window.show_workspace("train")
    assert shown(window, *LOSSES, "run_0", "run_1") == [True, True, False, False]
    window.show_workspace("compare")
    qtbot.waitUntil(lambda: shown(window, "batch_loss", "run_0") == [False, True], timeout=10_000)
    window.comparison.end()
    qtbot.waitUntil(lambda: shown(window, *LOSSES, "run_0", "run_1") == [True, True, False, False], timeout=10_000)


def test_numbers_are_measured_by_r2_and_what_has_no_room_gives_way(fresh: Opener, qtbot: QtBot) -> None:
    window = fresh("ripple")
    window.resize(1024, 700)
    window.show_workspace("compare")
    window.comparison._choose("", ["learning_rate=0.001,0.003,0.03"])
    train(window, qtbot, 20)
    bar = window.transport.bar
    qtbot.waitUntil(lambda: bar.figures[0].accessibleName().startswith("R², 0.01 "), timeout=10_000)
    visible = [counter for counter in (*bar.counters.values(), *bar.figures) if counter.isVisible()]
    assert bar.counters["iteration"].isVisible() and bar.figures[0].isVisible()
    assert all(counter.geometry().right() <= bar.width() for counter in visible)
    assert not bar.counters["batch_loss"].isVisible()
    assert window.session.data is not None and not len(window.session.data.validation_x)
    plot = window.comparison.happening.scores.plot  # nothing was set aside: the moments shown
    qtbot.waitUntil(lambda: [line.iterations[-1:].tolist() for line in plot.lines] == [[20]] * 4, timeout=20_000)
    assert [line.name for line in plot.lines] == ["0.01", "0.001", "0.003", "0.03"]
    pictures = window.comparison.happening.pictures.pictures
    assert [numbers.number(line.value, 3) for line in plot.lines] == [picture.score.text() for picture in pictures]
