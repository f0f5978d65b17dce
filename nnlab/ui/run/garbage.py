"""Cyclic garbage is collected on the display's thread only.

Python collects wherever an allocation happens to cross a threshold, so on the training thread as well; when the garbage holds widgets,
they are then destroyed on a thread that Qt does not allow, and the process dies some time later in code that did nothing wrong.
While a training thread exists beside a window, the automatic collection is off and a timer of the display does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer

INTERVAL = 200  # milliseconds


class DisplayCollector(QObject):
    """Looks at the collector's counters now and then, and collects what is due."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        for generation in (2, 1, 0):
            threshold = gc.get_threshold()[generation]
            if threshold and gc.get_count()[generation] > threshold:
                gc.collect(generation)
                return


def collect_on_display_thread() -> None:
    """Once for every application, from its display's thread."""
    app = QCoreApplication.instance()
    if app is not None and getattr(app, "nnlab_collector", None) is None:
        app.nnlab_collector = DisplayCollector(app)  # type: ignore[attr-defined]


def freeze() -> None:
    """What there is now stays: full collections leave it out, and take a third of the time once all libraries are there."""
    gc.freeze()


def thaw() -> None:
    """What has been left out is looked at again, since some of it is going away."""
    gc.unfreeze()
