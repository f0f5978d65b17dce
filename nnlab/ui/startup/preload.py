"""What a window needs sooner or later is loaded on a thread, soon after it has opened: libraries, kernels of drawn curves, lessons.

The first formula would otherwise keep the window from answering for a tenth of a second, and longer on a slow disk; the first sight of an
activation's curve for as long as another thread compiles, since kernels are built one after another.
"""

from __future__ import annotations

import importlib
import importlib.abc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QTimer

from nnlab.core.courtesy import give_way
from nnlab.core.operator import operators
from nnlab.jobs.context import JobContext
from nnlab.lessons.library import shipped
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.run.garbage import display_collector
from nnlab.ui.run.session import LiveSession

LIBRARIES = (
    "safetensors",  # first: work can be saved as soon as there is any, also where the application's folder is moved then
    "nnlab.ui.look.formula_rows",  # formulas are seen with the first step
    "scipy.special", "cmap", "duckdb", "grandalf.layouts",
)  # fmt: skip
BEFORE_CURVES = 2  # of them
LAYER_KERNELS = ("input", "dense", "mse")  # see nnlab.studies.neuron.LayerKernels
DELAY = 1000  # milliseconds after which a window that was opened stands still, and a picture of it is drawn


def preload(session: LiveSession, delay: int = DELAY) -> None:
    """Begins in a moment, unless the session is closed by then; what is imported already costs nothing."""
    QTimer.singleShot(delay, session, lambda: _begin(session))


def _begin(session: LiveSession) -> None:
    if session.is_closed:
        return
    job = session.jobs.start("Loading libraries", load, quiet=True, lane="libraries")
    job.finished.connect(_leave_out)


def _leave_out(is_new: bool) -> None:
    """New libraries are left out of full collections, and with them what the window consists of: nothing tells them apart."""
    if is_new and (collector := display_collector()) is not None:
        collector.freeze_everything()


def load_at_once() -> None:
    """What a window that begins with a network shows and does first. Before the libraries are frozen for the collector."""
    importlib.import_module("nnlab.engine.machine_code")
    len(PANELS)


def load(context: JobContext) -> bool:
    """Whether anything was imported that had not been there. Between two of them it may be cancelled."""
    before = len(sys.modules)
    context.check()
    importlib.import_module("nnlab.core.polite_compiling")  # from now on what is compiled beside the window makes way for it, too
    with _politely():
        load_at_once()
    load_libraries(context, LIBRARIES[:BEFORE_CURVES])
    load_curves(context)  # before the others: in the palette each is seen with one click
    load_libraries(context, LIBRARIES[BEFORE_CURVES:])
    load_lessons(context)
    if not any(isinstance(finder, _Polite) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Polite())  # for good: a verdict or a diagnosis imports half a second of statistics when it needs them
    return len(sys.modules) > before


def load_curves(context: JobContext) -> None:
    """The kernels that the display runs itself, as far as they have been compiled: activations, whose curves it draws, and the layer of the
    neuron page."""
    drawn = [kind for kind in operators if kind.is_activation]
    shown = [*((kind.forward_adapter, "float32") for kind in drawn)]  # what glyphs are drawn by, first
    for real in ("float32", "float64"):
        shown += [(each, real) for kind in operators if kind in drawn or kind.name in LAYER_KERNELS for each in kind.adapters]
    for adapter, real in shown:
        context.check()
        if adapter.is_cached(real):
            adapter.address(real)
            give_way()


def load_lessons(context: JobContext) -> None:
    """Those that ship, with the examples they begin on: the workspace of lessons is shown without waiting for them to be read."""
    context.check()
    shipped()


def load_libraries(context: JobContext, names: Sequence[str] = LIBRARIES) -> None:
    with _politely():
        for name in names:
            context.check()
            importlib.import_module(name)


class _Polite(importlib.abc.MetaPathFinder):
    """Finds nothing: a library consists of hundreds of modules, and before each of them the display goes first."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        give_way()


@contextmanager
def _politely() -> Iterator[None]:
    finder = _Polite()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
