"""Which numbers of the window can be asked where they come from, and what each answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QWidget

from nnlab.engine.program import RATE
from nnlab.training import provenance, provenance_of_data
from nnlab.training.excerpt import Replayed
from nnlab.training.provenance import Provenance
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.run.answers import wait_for
from nnlab.ui.run.drawing_pace import USUAL, stretched
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.past import Past
from nnlab.ui.widgets.traced import trace
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.provenance_popover import ProvenancePopover
from nnlab.ui.window.sources.canvas import CanvasNumbers
from nnlab.ui.window.sources.inspector import trace_inspector

TRACED = (
    "metrics", "weights", "prediction", "loss", "gradient_flow", "runs", "cost", "samples", "distributions", "landscape", "diagnosis",
)  # fmt: skip

OfView = Callable[[LiveView], Provenance | None]


class Replays:
    """Has iterations of the window's run once more, on a job's thread, as long as the answer is wanted."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self.is_wanted = True

    def __call__(self, iteration: int, since: int) -> Replayed:
        return wait_for(self._past.request_excerpt(iteration, since)).replay(lambda: self.is_wanted)


class NumberSources(QObject):
    """Belongs to a window; its `popover` tells of the newest moment that is shown."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._view: LiveView | None = None
        self.replays = Replays(window.session.past)
        self.popover = ProvenancePopover(window._theme, window, window.session.jobs)
        self.popover.wanted.connect(self._want)
        window.session.ticked.connect(self._take)
        window.session.emptied.connect(self._clear)
        self._trace_counters(window)
        trace_inspector(window.inspector.node.numbers, self.replays)
        trace(window.canvas.view.viewport(), CanvasNumbers(window.canvas, lambda: self._view, self.replays), cursor=False)
        for panel in TRACED:
            window.panels.when_made(panel, self._trace_panel)

    def _trace_counters(self, window: MainWindow) -> None:
        counters, again = window.transport.bar.counters, self.replays
        sources: tuple[tuple[QWidget, OfView], ...] = (
            (counters["batch_loss"], partial(provenance.batch_loss, replay=again)),
            (counters["smoothed"], partial(provenance.smoothed_loss, replay=again)),
            (counters["validation"], partial(provenance_of_data.part_loss, is_validation=True, replay=again)),
            (counters["learning_rate"], _rate), (counters["epoch"], _epoch), (counters["iteration"], _iteration),
            (counters["batch"], _batch), (counters["iterations_per_second"], _pace), (counters["frames_per_second"], _frames),
        )  # fmt: skip
        for widget, source in sources:
            trace(widget, partial(self._answer, source))

    def _trace_panel(self, panel: LivePanel) -> None:
        from nnlab.ui.window.sources.panels import trace_panel  # brings in the panels it knows

        trace_panel(panel, lambda: self._view, self.replays)

    def _want(self, is_wanted: bool) -> None:
        self.replays.is_wanted = is_wanted

    def _take(self, view: LiveView) -> None:
        self._view = view

    def _clear(self) -> None:
        self._view = None
        self.popover.close_box()

    def _answer(self, source: OfView, place: QPointF | None) -> Provenance | None:
        return None if self._view is None else source(self._view)


def _rate(view: LiveView) -> Provenance | None:
    """The learning rate of the last update: what was set, or what the schedule made of it."""
    scheduled = view.frame.get(RATE) if view.frame.iteration else None
    value = view.project.training.learning_rate if scheduled is None else float(scheduled[0])
    origin = f"schedule {view.project.training.schedule}, from {view.project.training.learning_rate:g}"
    return Provenance("Learning rate", value, RATE, view.frame.iteration, "none: it is a setting", "", origin)


def _epoch(view: LiveView) -> Provenance:
    words = f"Counted by the engine: complete passes over the {len(view.data.x):,} training rows."
    return provenance.counted("Epoch", view.frame.epoch, "epoch", view.frame.iteration, words)


def _iteration(view: LiveView) -> Provenance:
    return provenance.counted(
        "Iteration", view.frame.iteration, "iteration", view.frame.iteration, "Counted by the engine: updates so far."
    )


def _batch(view: LiveView) -> Provenance:
    size, rows = view.project.training.batch_size, len(view.data.x)
    words = f"Counted by the engine: {rows:,} training rows in batches of {size:,} make {view.batches:,} of them an epoch."
    return provenance.counted("Batch", view.frame.batch, "batch", view.frame.iteration, words, r"\lceil N / B \rceil")


def _pace(view: LiveView) -> Provenance | None:
    words = "Measured: updates over the seconds they took, by this computer's clock."
    value = view.iterations_per_second
    return provenance.counted("Iterations per second", value, "clock", view.frame.iteration, words) if view.playing else None


def _frames(view: LiveView) -> Provenance | None:
    words = "Measured: how often this window looked for something new to draw in the last second, by this computer's clock."
    if view.stretch > 1.0:
        every = stretched(USUAL, view.stretch)
        words += f" Training wants every core: a picture that comes thirty times a second else comes {1.0 / every:.0f} times."
    return provenance.counted("Frames per second", view.frames_per_second, "clock", None, words) if view.playing else None
