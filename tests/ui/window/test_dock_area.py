"""The dock area keeps the tabs of panels where the panels are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QDockWidget, QTabBar
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.ui.files.store import Store
from nnlab.ui.window.main_window import MainWindow

RESTING = 4  # looks, 10 ms apart, that all find the same


def show_workspace(window: MainWindow, name: str, qtbot: QtBot) -> None:
    """Until docks and tabs lie where they stay: Qt lays them out over several turns of the event loop."""

    def places() -> list[tuple[QRect, bool]]:
        parts = [child for child in window.area.children() if isinstance(child, QTabBar | QDockWidget)]
        return [(part.geometry(), part.isVisible()) for part in parts]

    window.show_workspace(name)
    seen: list[object] = []

    def rests() -> bool:
        seen.append(places())
        return len(seen) > RESTING and all(one == seen[-1] for one in seen[-RESTING:])

    qtbot.waitUntil(rests)


def stray(window: MainWindow) -> list[str]:
    """Tabs that can be seen though there is nothing to choose between."""
    bars = [bar for bar in window.area.children() if isinstance(bar, QTabBar) and bar.isVisible() and not bar.visibleRegion().isEmpty()]
    return [bar.tabText(0) for bar in bars if bar.count() < 2 or bar.geometry().intersects(window.canvas.geometry())]


@pytest.mark.parametrize("then", ["train", "build"])
def test_closed_in_step_and_opened_again_elsewhere(qtbot: QtBot, tmp_path: Path, then: str) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        first = open_one("spiral")
        show_workspace(first, "step", qtbot)
        first.files.give_up()
        first.close()
        store = Store(tmp_path / "store")
        store.set("workspace", then)
        store.forget(f"layout/{then}")
        second = open_one("spiral")
        qtbot.waitUntil(lambda: second.isVisible() and stray(second) == [])
        for workspace in ("step", then):
            show_workspace(second, workspace, qtbot)
        assert stray(second) == []


def test_a_lone_tab_is_put_away(qtbot: QtBot, tmp_path: Path) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        window = open_one("spiral")
        show_workspace(window, "step", qtbot)
        lone = next(bar for bar in window.area.children() if isinstance(bar, QTabBar) and bar.count() == 1)
        lone.move(window.canvas.mapTo(window.area, QPoint(20, 10)))
        assert stray(window)
        window.show_workspace("train")
        qtbot.waitUntil(lambda: not stray(window))


def test_a_larger_window_leaves_no_tabs_where_they_were(qtbot: QtBot, tmp_path: Path) -> None:
    """Of a group that was made anew Qt keeps the former bar, which a resized window does not move."""
    with real_windows(qtbot, tmp_path / "store") as open_one:
        window = open_one("spiral")
        show_workspace(window, "train", qtbot)
        group = next(bar for bar in window.area.children() if isinstance(bar, QTabBar) and bar.count() > 1)
        former = QTabBar(window.area)
        for place in range(group.count()):
            former.addTab(group.tabText(place))
        former.move(window.canvas.mapTo(window.area, QPoint(20, 10)))
        former.show()
        former.raise_()
        assert stray(window)
        window.resize(1400, 900)
        qtbot.waitUntil(lambda: not stray(window))
