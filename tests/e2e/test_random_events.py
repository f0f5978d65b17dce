"""Random mouse and keyboard events on the real window: no exception, no abort, and undo and redo of everything agree.

NNLAB_FUZZ_SECONDS sets how long (ten minutes before a release; a few seconds in the suite).
"""

from __future__ import annotations

import os
import random
import time

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from random_events import close_popups, random_event, tame
from shiboken6 import isValid

from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window
SECONDS = float(os.environ.get("NNLAB_FUZZ_SECONDS", "8"))
SEED = int(os.environ.get("NNLAB_FUZZ_SEED", "7"))


def test_random_events_leave_no_exception(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tame(window, monkeypatch)
    generator = random.Random(SEED)
    start = window.document.graph
    end = time.perf_counter() + SECONDS
    lasting, events = [window.canvas.view.viewport(), window.canvas, window.transport.bar], 0
    while time.perf_counter() < end:
        random_event(window, generator)
        events += 1
        if events % 20 == 0:
            QApplication.processEvents()
        close_popups()
        assert all(map(isValid, lasting)), "PySide counts as deleted what is not: see nnlab.ui.widgets.focus"
    assert events > 20
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing, timeout=10_000)
    document = window.document
    final = document.graph
    while document.can_undo:
        document.undo()
    assert document.graph == start
    while document.can_redo:
        document.redo()
    assert document.graph == final
