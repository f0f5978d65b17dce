"""Being told to end: by the system that shuts down (SIGTERM), the terminal (Ctrl-C), or because the terminal was closed.

Nobody is there to be asked whether to save. Unsaved work is written into its safety copy a last time, which the next window offers.
"""

from __future__ import annotations

import signal
from types import FrameType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from nnlab.ui.window.main_window import MainWindow

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")  # those that the system has


def end_on_signals(app: QApplication) -> None:
    """From now on they close all windows and end the event loop, with the exit status that shells expect.

    Python calls a handler between two of its instructions; the timers of an open window see to it that there are some.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        QTimer.singleShot(0, app, lambda: _end(app, number))

    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)


def _end(app: QApplication, number: int) -> None:
    for window in app.topLevelWidgets():
        if isinstance(window, MainWindow):
            window.leave()
    app.exit(128 + number)
