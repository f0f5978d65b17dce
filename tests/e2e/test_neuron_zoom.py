"""Looking into a neuron of a network that learns, in the real window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def go_to(window: MainWindow, card: str, unit: int) -> None:
    window._theme.reduced_motion = True
    window.canvas.view.zoom_to_unit(card, unit)
    window.canvas.view.grab()


def steps(window: MainWindow, qtbot: QtBot, count: int) -> None:
    goal = window.session.iteration + count
    window.session.run_iterations(count)

    def arrived() -> bool:
        frame = window.session.frame  # the one that is shown; the trainer may be a tick ahead
        return frame is not None and frame.iteration == goal and not window.session.is_playing

    qtbot.waitUntil(arrived, timeout=20_000)


def test_its_numbers_add_up_before_and_after_learning(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    neurons = window.canvas._live.neurons
    for _ in range(2):
        go_to(window, "dense_2", 3)
        qtbot.waitUntil(lambda: neurons.neuron("dense_2", 3) is not None, timeout=20_000)  # a frame with its tensors has to come first
        neuron = neurons.neuron("dense_2", 3)
        assert neuron is not None and neuron.products is not None and neuron.activation is not None
        assert neuron.products.total + neuron.bias == pytest.approx(neuron.z, abs=1e-5)  # type: ignore[operator]
        assert neuron.output == pytest.approx(np.tanh(neuron.z), abs=1e-6)
        steps(window, qtbot, 40)
        qtbot.wait(200)


def test_keys_and_arrows_lead_to_other_samples(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    steps(window, qtbot, 3)
    go_to(window, "input_1", 0)
    frame, neurons = window.session.frame, window.canvas._live.neurons
    assert frame is not None and window.session.data is not None
    assert neurons.choice.number == frame.samples[0]
    QTest.keyClick(window.canvas.view, Qt.Key.Key_Period)
    assert neurons.choice.number == frame.samples[1]
    window.canvas.view.grab()
    shown = neurons.neuron("input_1", 0)
    assert shown is not None
    assert shown.output == pytest.approx(window.session.data.x[frame.samples[1], 0], abs=1e-6)
    back, forward = neurons._buttons[("input_1", 0)]
    item = window.canvas.scene.items_by_card["input_1"]
    view = window.canvas.view
    for rect, number in ((forward, 2), (back, 1)):
        place = view.mapFromScene(QPointF(rect.center()) + item.position)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        assert neurons.choice.number == frame.samples[number]
        view.grab()
    QTest.keyClick(window.canvas.view, Qt.Key.Key_Comma)
    assert neurons.choice.number == frame.samples[0]


@pytest.mark.parametrize("example", ["iris", "digits", "sine", "residual", "digits_convnet"])
def test_every_unit_with_a_tile_can_be_looked_into(opened: Callable[..., MainWindow], qtbot: QtBot, example: str) -> None:
    window = opened(example)
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=10_000)
    window.show_workspace("train")
    steps(window, qtbot, 2)
    neurons = window.canvas._live.neurons
    for name, item in list(window.canvas.scene.items_by_card.items()):
        for tile in item.geometry.tiles[:2]:
            go_to(window, name, tile.unit)
            assert neurons.neuron(name, tile.unit) is not None, (name, tile.unit)
    loss = next(item for item in window.canvas.scene.items_by_card.values() if item.card.form == "loss")
    window.canvas.view.units.to_card(loss.card.id)
    window.canvas.view.grab()
    share = neurons.share(loss)
    assert share is not None
    assert share.loss >= 0
