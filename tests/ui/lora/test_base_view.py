"""Layers before an adapter is attached: painted with what is being chosen, selected by clicks and keys, read out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.ui.canvas.model.strands import Strand
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.base_view import BaseLayer, BaseView

WEIGHTS = {"dense_1": np.linspace(-1, 1, 16 * 8, dtype=np.float32).reshape(16, 8), "dense_2": np.ones((4, 16), np.float32)}


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> BaseView:
    found = BaseView(theme)
    qtbot.addWidget(found)
    found.resize(760, 360)
    return found


def shown(view: BaseView, rank: int, selected: tuple[str, ...] = ()) -> None:
    strands = {"dense_1": Strand("dense_1", "task_a", rank, 2.0, True, False, size=rank * 24)} if rank else {}
    layers = [BaseLayer(name, weight, False, strands.get(name)) for name, weight in WEIGHTS.items()]
    view.show_layers(layers, selected, "Base: 192 parameters", "words")


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_only_what_is_chosen_is_dashed_in_accent(view: BaseView, theme: Theme, mode: str) -> None:
    theme.set_mode(mode)
    try:
        counts = []
        for rank in (0, 2):
            shown(view, rank)
            image, accent = view.grab().toImage(), theme.tokens.accent.rgb()
            counts.append([
                sum(image.pixel(x, y) == accent for x in range(int(p.left()), int(p.right())) for y in range(int(p.top()), int(p.bottom())))
                for p in (place.card for place in view.places())
            ])  # fmt: skip
        assert counts[0] == [0, 0] and counts[1][0] > 100 and counts[1][1] == 0
    finally:
        theme.set_mode("dark")


def test_clicks_and_keys_choose_layers(view: BaseView) -> None:
    shown(view, 0)
    told: list[tuple[str, ...]] = []
    view.chosen.connect(told.append)
    first, second = (place.card.center().toPoint() for place in view.places())
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, second)
    shown(view, 0, ("dense_2",))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, first)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, second)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert told == [("dense_2",), ("dense_2", "dense_1"), (), ("dense_1",), ("dense_2", "dense_1")]


def test_it_is_read_out_and_keeps_clear_of_a_form(view: BaseView) -> None:
    shown(view, 2)
    assert view.accessibleDescription() == (
        "Base: 192 parameters; dense_1, 16 × 8, task_a of rank 2 would add 48; dense_2, 4 × 16; words"
    )
    view.cover(420)
    assert all(place.card.right() <= 420 for place in view.places())
    view.cover(30)  # hardly anything would be left
    assert max(place.card.right() for place in view.places()) > 420
