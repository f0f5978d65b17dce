"""Tiles of units: equal shares of the width, chosen by mouse and keys, and told in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.ui.approximation.unit_tiles import UnitPictures, UnitTiles
from nnlab.ui.look.theme import Theme


@pytest.fixture
def tiles(qtbot: QtBot, theme: Theme) -> UnitTiles:
    made = UnitTiles(theme)
    qtbot.addWidget(made)
    made.resize(400, 80)
    curves = np.array([[0.0, 1.0], [0.0, -2.0], [0.0, 3.0]])
    made.show_units(UnitPictures(0.5, curves, np.array([2, 1, 3]), np.array([1.0, -2.0, 3.0])), 1, True)
    return made


def test_four_tiles_share_the_width(tiles: UnitTiles) -> None:
    assert [tiles.place_at(x) for x in (0, 99, 100, 250, 399, 900)] == [0, 0, 1, 2, 3, 3]
    widths = [tiles.tile(place).width() for place in range(4)]
    assert widths == [widths[0]] * 4 and tiles.tile(1).left() - tiles.tile(0).left() == 100
    assert tiles.tile(1).left() < tiles.knob < tiles.tile(1).right()


def test_keys_and_mouse_choose_how_many_are_added(tiles: UnitTiles) -> None:
    chosen: list[int] = []
    tiles.chosen.connect(chosen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(tiles, key)
    QTest.mouseClick(tiles, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(250, 20))
    assert chosen == [2, 0, 3, 0, 2]


def test_words_name_the_unit_as_the_network_counts_it(tiles: UnitTiles) -> None:
    assert tiles.accessibleDescription() == "1 of 3 added, the last is unit 2"
    assert tiles.words_at(0) == "The bias of the output: 0.5000"
    assert tiles.words_at(2) == "Unit 1 contributes at most −2.000"
    tiles.show_units(None, 0, False)
    assert tiles.words_at(0) == ""
