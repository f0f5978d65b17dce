"""The dock area keeps the tabs of panels where the panels are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow


def stray(window: MainWindow) -> list[str]:
    """Tabs that can be seen though there is nothing to choose between."""
    bars = [bar for bar in window.area.children() if isinstance(bar, QTabBar) and bar.isVisible() and not bar.visibleRegion().isEmpty()]
    return [bar.tabText(0) for bar in bars if bar.count() < 2 or bar.geometry().intersects(window.canvas.geometry())]


@pytest.mark.parametrize("then", ["train", "build"])
def test_closed_in_step_and_opened_again_elsewhere(qtbot: QtBot, tmp_path: Path, then: str) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        first = open_one("spiral")
        first.show_workspace("step")
        qtbot.wait(100)
        first.files.give_up()
        first.close()
        store = Store(tmp_path / "store")
        store.set("workspace", then)
        store.forget(f"layout/{then}")
        second = open_one("spiral")
        qtbot.wait(100)
        assert stray(second) == []
        for workspace in ("step", then):
            second.show_workspace(workspace)
            qtbot.wait(50)
        assert stray(second) == []


def test_a_lone_tab_is_put_away(qtbot: QtBot, tmp_path: Path) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        window = open_one("spiral")
        window.show_workspace("step")
        qtbot.wait(100)
        lone = next(bar for bar in window.area.children() if isinstance(bar, QTabBar) and bar.count() == 1)
        lone.move(window.canvas.mapTo(window.area, QPoint(20, 10)))
        assert stray(window)
        window.show_workspace("train")
        qtbot.waitUntil(lambda: not stray(window))
