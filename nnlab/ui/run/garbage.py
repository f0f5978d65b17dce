"""Cyclic garbage is collected on the display's thread only.

Python collects wherever an allocation happens to cross a threshold, so on the training thread as well; when the garbage holds widgets,
they are then destroyed on a thread that Qt does not allow, and the process dies some time later in code that did nothing wrong.
While a training thread exists beside a window, the automatic collection is off and a timer of the display does its work.

Full collections leave out what is frozen. Libraries are frozen before the first window is made, so that a full look goes through windows
alone and takes milliseconds. What is imported later is mixed with a window's own objects and frozen along with them; when a session closes
after that, everything is looked at once, and what has survived is frozen again.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer

INTERVAL = 200  # milliseconds


class DisplayCollector(QObject):
    """Looks at the collector's counters now and then, and collects what is due: at once what a closed session has left."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._sessions = 0
        self._libraries_are_frozen = False
        self._sessions_are_frozen = False
        self._is_due = False
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def session_opened(self) -> None:
        self._sessions += 1

    def session_closed(self) -> None:
        self._sessions -= 1

    def session_destroyed(self) -> None:
        """Its window goes with it; what they leave is collected at the next look."""
        self._is_due = True

    def freeze_libraries(self) -> None:
        """Once, while no session is open."""
        if not self._libraries_are_frozen and not self._sessions:
            self._libraries_are_frozen = True
            gc.freeze()

    def freeze_everything(self) -> None:
        """Open sessions too."""
        self._sessions_are_frozen = self._sessions > 0
        gc.freeze()

    def collect(self) -> None:
        """What is due; the timer calls it."""
        if self._is_due:
            self._is_due = False
            self._collect_all()
            return
        for generation in (2, 1, 0):
            threshold = gc.get_threshold()[generation]
            if threshold and gc.get_count()[generation] > threshold:
                gc.collect(generation)
                return

    def _collect_all(self) -> None:
        if not self._sessions_are_frozen:
            gc.collect()
            return
        gc.unfreeze()
        gc.collect()
        self.freeze_everything()  # the libraries again, and sessions that are still open


def display_collector() -> DisplayCollector | None:
    """The application's, made when it is first asked for from the display's thread; None without an application."""
    app = QCoreApplication.instance()
    if app is None:
        return None
    collector: DisplayCollector | None = getattr(app, "nnlab_collector", None)
    if collector is None:
        collector = DisplayCollector(app)
        app.nnlab_collector = collector  # type: ignore[attr-defined]
    return collector
