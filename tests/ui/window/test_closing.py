"""What is left of windows that were opened and closed: nothing."""

from __future__ import annotations

import gc
import os
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import SIGNAL, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_windows import real_windows, shut
from shiboken6 import isValid
from thoroughness import cases

from nnlab.app import open_window
from nnlab.jobs.context import JobContext
from nnlab.ui.files.store import Store
from nnlab.ui.look import formula
from nnlab.ui.startup.preload import load
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

pytestmark = pytest.mark.window
WARM_UP = len(workspaces())  # what a workspace's first window reads, such as the lessons, is kept for all others
WINDOWS = WARM_UP + cases(10, 42)
THOROUGHLY = cases(3, WARM_UP)  # windows whose boxes and looks are tried, which are the same in every workspace
KERNELS = ("nnlab.core.kernel.adapter", "nnlab.core.kernel.code_cache")  # kept for good, each once; a slow window loads more of them
MEGABYTES_PER_WINDOW = 1.0  # what the allocator may keep for itself; a window that stays holds 22


def use_and_close(store: Store, qtbot: QtBot, workspace: str, thoroughly: bool = False) -> None:
    """A window that has stepped and shown a card's settings, and `thoroughly` its boxes and other looks, closed as by its cross."""
    window = open_window("spiral", store=store)
    window.show_workspace(workspace)
    with qtbot.waitSignal(window.session.stepped, timeout=20_000):
        window.stepper.over()
    window.selection.set(next(iter(window.document.graph)).id)
    if thoroughly:
        show_boxes_and_looks(window, qtbot)
    with qtbot.waitSignal(window.destroyed, timeout=20_000):
        shut(window)
    assert not isValid(window)
    gc.collect()  # as the display's timer does in time; what is due is garbage by now


def show_boxes_and_looks(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=20_000)
    window.commands.set_actions(window.all_actions())
    window.commands.open_palette()
    window.shortcuts.open_sheet(window.all_actions())
    window.shortcuts.close_box()
    window.toggle_theme()
    window.scale(1)
    window.scale(-1)


def instances() -> Counter[str]:
    """How many objects of our classes Python still knows, but for what caches of a fixed size keep."""
    formula.typeset.cache_clear()
    gc.collect()
    names = ((getattr(type(thing), "__module__", ""), type(thing).__qualname__) for thing in gc.get_objects())
    return Counter(
        f"{module}.{name}" for module, name in names if isinstance(module, str) and module.startswith("nnlab.") and module not in KERNELS
    )


def megabytes() -> float:
    """Memory this process holds, or 0.0 where the system does not say."""
    known = Path("/proc/self/statm")
    return int(known.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if known.exists() else 0.0


def listening(app: QApplication) -> int:
    """How many follow the theme."""
    theme = app.nnlab_theme  # type: ignore[attr-defined]
    return theme.receivers(SIGNAL("changed()")) + theme.receivers(SIGNAL("metrics_changed()"))


def test_many_windows_opened_and_closed_leave_nothing(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    store, names = Store(tmp_path / "store"), list(workspaces())
    load(JobContext())  # as every window does when it has been open for a second
    for i in range(WARM_UP):
        use_and_close(store, qtbot, names[i % len(names)], thoroughly=i < THOROUGHLY)
    widgets, listeners, before, memory = len(qapp.allWidgets()), listening(qapp), instances(), megabytes()
    for i in range(WINDOWS - WARM_UP):
        use_and_close(store, qtbot, names[i % len(names)], thoroughly=i < THOROUGHLY)
    left = instances()
    left.subtract(before)
    growth = megabytes() - memory
    assert len(qapp.allWidgets()) <= widgets
    assert {name: count for name, count in left.items() if count > 0} == {}
    assert growth < MEGABYTES_PER_WINDOW * (WINDOWS - WARM_UP)
    assert listening(qapp) <= listeners


def test_a_window_that_refuses_to_close_stays(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        window = open_one("spiral")
        with monkeypatch.context() as patch:
            patch.setattr(window.files, "may_close", lambda: False)
            assert not window.close()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert isValid(window) and window.isVisible()
