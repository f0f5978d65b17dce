"""Waits until a window has come to rest: nothing is laid out or drawn any more, and no job runs whose result it would show."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.ui.window.main_window import MainWindow

QUIET = 0.1  # seconds without any of these
KINDS = {QEvent.Type.Paint, QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.PolishRequest}


class LastChange(QObject):
    """When something was laid out or drawn last."""

    def __init__(self) -> None:
        super().__init__()
        self.at = time.monotonic()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in KINDS:
            self.at = time.monotonic()
        return False


def come_to_rest(window: MainWindow, qtbot: QtBot) -> None:
    """Docks find their sizes over several turns of the event loop, pictures come when they are worked out."""
    app, last, jobs = QApplication.instance(), LastChange(), window.session.jobs
    assert app is not None
    app.installEventFilter(last)
    try:
        qtbot.waitUntil(lambda: time.monotonic() - last.at > QUIET and not (jobs._live or jobs._asked))
    finally:
        app.removeEventFilter(last)
