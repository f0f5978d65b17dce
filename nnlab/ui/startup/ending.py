"""Being told to end: by the system that shuts down (SIGTERM), the terminal (Ctrl-C), or because the terminal was closed.

Nobody is there to be asked whether to save. Unsaved work is written into its safety copy a last time, which the next window offers.
"""

from __future__ import annotations

import signal
from types import FrameType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")  # those that the system has


class Ending:
    """From its making on, a signal closes all windows and ends the event loop.

    `status` is the exit status that shells expect after a signal, None as long as there was none. It may come before the event loop
    runs, in one that waits for kernels to compile, or while the last window closes, whose own status is 0: `run` tells it in every case.

    Python calls a handler between two of its instructions; the timers of an open window see to it that there are some.
    """

    def __init__(self, app: QApplication) -> None:
        self.status: int | None = None
        self._app = app
        for name in SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._handle)

    def run(self) -> int:
        """The event loop, until the last window is closed or a signal comes; the exit status."""
        if self.status is None:
            status = self._app.exec()
        else:
            self._close_windows()
            status = self.status
        return status if self.status is None else self.status

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.status = 128 + number
        QTimer.singleShot(0, self._app, self._end)

    def _end(self) -> None:
        self._close_windows()
        self._app.exit(self.status or 0)

    def _close_windows(self) -> None:
        from nnlab.ui.window.main_window import MainWindow  # heavy: not before the kernels are compiled and there is one

        for window in self._app.topLevelWidgets():
            if isinstance(window, MainWindow):
                window.leave()
