"""In the real window: fresh or confidently wrong, one click that can be undone; MSE's gradient vanishes there, cross-entropy's does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import prepare
from nnlab.jobs.context import TaskContext
from nnlab.studies.wrong_start import wrong_start
from nnlab.training.complete_run import prepare_run
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.ui.comparison import start_switch
from nnlab.ui.comparison.start_switch import FRESH, GIVEN, WRONG
from nnlab.ui.look import numbers
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]


@pytest.fixture
def views() -> list[LiveView]:
    return []


@pytest.fixture
def window(fresh: Opener, views: list[LiveView]) -> Iterator[MainWindow]:
    """Above a curve, cross-entropy beside MSE, after 30 iterations."""
    found = fresh("points_above_curve")
    found.show_workspace("compare")
    found.session.ticked.connect(views.append)
    found.comparison._choose("loss", ["binary_cross_entropy", "mse"])
    yield found
    found.session.ticked.disconnect(views.append)


def train(window: MainWindow, qtbot: QtBot, steps: int) -> None:
    target = window.session.iteration + steps
    window.session.run_iterations(steps)
    qtbot.waitUntil(lambda: window.session.iteration == target and not window.session.is_playing, timeout=20_000)


def said(window: MainWindow) -> str:
    message = window.message_bar.current
    return message.text if message is not None else ""


def click(window: MainWindow, name: str) -> None:
    QTest.mouseClick(window.comparison.start.choice.button(name), Qt.MouseButton.LeftButton)


def start_wrong(window: MainWindow, qtbot: QtBot) -> None:
    click(window, WRONG)
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=20_000)


def test_one_click_starts_all_runs_sure_and_wrong_and_undo_brings_them_back(
    window: MainWindow, qtbot: QtBot, views: list[LiveView]
) -> None:
    document, switch = window.document, window.comparison.start
    train(window, qtbot, 30)
    before = document.project
    start_wrong(window, qtbot)
    initial = document.project.initial
    assert initial == wrong_start(before), "the bits that Python learns"
    assert document.step(document.undo_stack.count() - 1).name == "Confidently wrong start"
    assert switch.choice.current == WRONG and "Adam 0.02, 4,000 updates" in switch.choice.toolTip()
    qtbot.waitUntil(lambda: views[-1].frame.iteration == 0 and len(views[-1].others) == 1, timeout=10_000)
    run = prepare_run(before.graph, prepare(before.data), before.training, start=initial)
    weights = run.state.arena[: run.program.parameters_end].tobytes()
    assert views[-1].frame.parameters.tobytes() == weights == views[-1].others[0].frame.parameters[: run.program.parameters_end].tobytes()
    train(window, qtbot, 7)
    window.session.rewind()
    qtbot.waitUntil(lambda: views[-1].frame.iteration == 0, timeout=10_000)
    assert views[-1].frame.parameters.tobytes() == weights, "a rewind goes back to it"
    document.undo()
    assert document.project == before and switch.choice.current == FRESH
    qtbot.waitUntil(lambda: views[-1].frame.iteration == 30, timeout=10_000)
    document.redo()
    assert switch.choice.current == WRONG
    click(window, FRESH)
    assert document.project == before and document.step(document.undo_stack.count() - 1).name == "Fresh start"


def test_the_pictures_show_that_the_gradient_of_mse_vanishes(window: MainWindow, qtbot: QtBot, views: list[LiveView]) -> None:
    panel = window.comparison
    start_wrong(window, qtbot)
    qtbot.waitUntil(lambda: len(panel.equal_starts.gradients) == 2, timeout=10_000)
    entropy, mse = panel.equal_starts.gradients
    assert entropy > 50 * mse
    assert f"Norm of the first gradient: Binary cross-entropy {numbers.number(entropy, 3)}, MSE {numbers.number(mse, 3)}" in (
        panel.start.choice.toolTip()
    )
    qtbot.waitUntil(lambda: numbers.number(entropy, 3) in panel.happening.pictures.pictures[0].accessibleName(), timeout=10_000)
    train(window, qtbot, 1)
    for run, first in zip((views[-1], views[-1].of_run(views[-1].others[0].run)), (entropy, mse), strict=True):
        assert float(np.sqrt((run.curves.norms[0].astype(np.float64) ** 2).sum())) == pytest.approx(first, rel=1e-6)


def test_learning_it_can_be_given_up(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*arguments: object) -> None:
        context = next(argument for argument in arguments if isinstance(argument, TaskContext))
        while True:
            context.check()

    monkeypatch.setattr(start_switch, "wrong_start", endless)
    switch = window.comparison.start
    click(window, WRONG)
    assert switch.is_learning and switch.choice.current == WRONG
    click(window, FRESH)
    assert not switch.is_learning and switch.choice.current == FRESH and window.document.project.initial is None
    click(window, WRONG)
    assert switch.job is not None
    switch.job.cancel()  # as by the transport bar
    qtbot.waitUntil(lambda: not switch.is_learning, timeout=10_000)
    assert switch.choice.current == FRESH


def test_a_project_that_changes_meanwhile_is_not_given_weights_of_another(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_switch, "RECIPE", SwappedLabels(updates=20_000))
    click(window, WRONG)
    window.session.dice()
    diced = window.document.project
    qtbot.waitUntil(lambda: not window.comparison.start.is_learning, timeout=30_000)
    assert window.document.project == diced and "The project changed while the wrong start was learned" in said(window)


def test_the_dice_and_given_weights_are_shown(window: MainWindow, qtbot: QtBot) -> None:
    document, switch = window.document, window.comparison.start
    start_wrong(window, qtbot)
    window.session.dice()
    assert document.project.initial is None and switch.choice.current == FRESH
    values = {"dense_1.bias": np.zeros(8, np.float32), "dense_2.bias": np.zeros(1, np.float32)}
    document.edit("Given", replace(document.project, initial=InitialWeights("run 3", "Learned by run 3", values)))
    assert switch.choice.current == GIVEN and switch.choice.button(GIVEN).text() == "run 3"
    assert switch.choice.toolTip().startswith(
        "Learned by run 3. dense_1.weight, dense_2.weight do not fit and are drawn from the seed"
    )
    assert switch.caption.color == "warn"
    click(window, FRESH)
    assert not switch.choice.button(GIVEN).isVisible() and switch.choice.current == FRESH


def test_numbers_have_no_wrong_labels(fresh: Opener) -> None:
    window = fresh("sine")
    window.show_workspace("compare")
    assert not window.comparison.start.choice.button(WRONG).isEnabled()
    window.actions_by_id["compare.wrong_start"].trigger()
    assert "the target is numbers" in said(window) and window.document.project.initial is None


def test_it_has_a_command_too(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    window.actions_by_id["compare.wrong_start"].trigger()
    qtbot.waitUntil(lambda: window.document.project.initial is not None, timeout=20_000)
    window.actions_by_id["compare.wrong_start"].trigger()
    assert window.document.project.initial is None
