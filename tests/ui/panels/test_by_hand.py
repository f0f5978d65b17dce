"""Losses by hand: what gives way where the panel is low, and what opens over the window then."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest


def test_lengths_give_way_then_squares_and_both_open_over_the_window(studio: Callable, qtbot) -> None:  # type: ignore[no-untyped-def]
    panel = studio().panel("by_hand", 320, 520)

    def shown() -> list[bool]:
        return [widget.isVisible() for widget in (panel.squares, panel.lengths, panel.open_button, panel.mse)]

    assert shown() == [True, True, False, True]
    assert panel.mse.text() == "3.667" and panel.mse_words.text() == "MSE  (1 + 9 + 1) / 3 = 11/3"
    panel.resize(320, 290)
    assert shown() == [True, False, True, True]
    panel.resize(320, 150)
    assert shown() == [False, False, True, True]
    panel.open_button.click()
    assert panel.is_open and shown() == [True, True, False, True] and panel.focusWidget() is panel.squares
    QTest.keyClick(panel.squares, Qt.Key.Key_Up)
    assert panel.squares.values[0] == 4.5
    QTest.keyClick(panel.squares, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.is_open)
    assert shown() == [False, False, True, True] and panel.mse.text() == "4.083"  # (1.5² + 9 + 1) / 3
    panel.resize(320, 520)
    assert shown() == [True, True, False, True]
