"""Libraries that a window needs sooner or later are imported on a thread, soon after it has opened: the first look at a data set of
scikit-learn would otherwise keep the window from answering for most of a second, and longer on a slow disk.
"""

from __future__ import annotations

import importlib

from PySide6.QtCore import QTimer

from nnlab.jobs.context import JobContext
from nnlab.ui.run.garbage import freeze
from nnlab.ui.run.session import LiveSession

LIBRARIES = ("cmap", "sklearn.datasets", "duckdb", "safetensors.numpy", "networkx", "fast_sugiyama", "grandalf.layouts")
DELAY = 1000  # milliseconds after which a window that was opened stands still, and a picture of it is drawn


def preload(session: LiveSession, delay: int = DELAY) -> None:
    """Begins in a moment, unless the session is closed by then; what is imported already costs nothing."""
    QTimer.singleShot(delay, session, lambda: _begin(session))


def _begin(session: LiveSession) -> None:
    if session.is_closed:
        return
    job = session.jobs.start("Loading libraries", load_libraries, quiet=True, lane="libraries")
    job.finished.connect(lambda _: freeze())


def load_libraries(context: JobContext) -> None:
    """Between two libraries it may be cancelled."""
    for name in LIBRARIES:
        context.check()
        importlib.import_module(name)
