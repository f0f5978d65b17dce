"""What the panels and the canvas are shown on every tick: one immutable value, made by the session."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.engine.history import Curves, Losses
from nnlab.files.project import Project
from nnlab.training.branch import Branch
from nnlab.training.clock import NO_PROGRESS, TrainingProgress
from nnlab.ui.look.numbers import count


@dataclass(frozen=True)
class Mark:
    """A setting that was changed while training: shown on every plot over iterations."""

    iteration: int
    text: str


class CurvesSource(Protocol):
    """Where curves are copied from: the run's history."""

    def curves(self) -> Curves:
        """A consistent copy of what there is by now."""

    def losses_at(self, iteration: int | None) -> Losses:
        """What was known after an iteration, without a copy of all."""


@dataclass(frozen=True, eq=False)
class RunView:
    """Another run at the same moment. `name` says what differs in it; `stopped` why it stays behind, empty while it goes on."""

    run: int
    name: str
    project: Project
    frame: Frame
    history: CurvesSource
    stopped: str
    is_in_the_past: bool = False
    progress: TrainingProgress = NO_PROGRESS
    probes: Mapping[str, Any] = field(default_factory=dict)  # those that were asked for of every run
    probed_at: Mapping[str, int] = field(default_factory=dict)  # as of a LiveView

    @cached_property
    def curves(self) -> Curves:
        """As `LiveView.curves`."""
        return _curves(self.history, None if self.is_in_the_past else self.frame)

    @cached_property
    def losses(self) -> Losses:
        """As `LiveView.losses`."""
        return self.history.losses_at(self.frame.iteration)


@dataclass(frozen=True, eq=False)
class LiveView:
    """One moment for the display. `probes` holds the newest result of every probe that was asked for (see nnlab.training.probe).

    While training runs they may be of an earlier frame; `is_exact` says that training rests and all are of this one.

    It shows the run of number `run`; `name` tells it from the `others`, which train beside it and stand at the same iteration.
    """

    project: Project
    data: Data
    frame: Frame
    history: CurvesSource
    marks: tuple[Mark, ...]
    probes: Mapping[str, Any]
    playing: bool
    is_exact: bool
    iterations_per_second: float
    frames_per_second: float
    run: int = 0
    name: str = ""
    others: tuple[RunView, ...] = ()
    is_in_the_past: bool = False  # the runs were put where they were at an earlier iteration; the curves show all they have passed
    progress: TrainingProgress = NO_PROGRESS  # epochs and seconds at the iterations the run has passed
    branches: tuple[Branch, ...] = ()  # that are kept and shown beside it
    probed_at: Mapping[str, int] = field(default_factory=dict)  # the iteration whose weights every probe's result is of
    phase_shares: tuple[float, ...] | None = None  # of the time, by phase of a step; None while it is not known
    crowded: bool = False  # training wants every core: what the window does is taken from it
    stretch: float = 1.0  # how many times longer than usual pictures wait then, see nnlab.ui.run.drawing_pace

    def of_run(self, run: int) -> LiveView:
        """The same moment as the run of this number shows it, by itself; KeyError when there is none."""
        if run == self.run:
            return replace(self, others=())
        other = {other.run: other for other in self.others}[run]
        return replace(
            self, project=other.project, frame=other.frame, history=other.history, probes=other.probes, run=other.run, name=other.name,
            others=(), is_in_the_past=other.is_in_the_past, progress=other.progress, probed_at=other.probed_at,
        )  # fmt: skip

    def seconds_behind(self, probe: str) -> float:
        """How long ago, at the pace of training, the weights were those that a probe's result is of; 0 while training rests."""
        at = self.probed_at.get(probe)
        if at is None or not self.playing or self.iterations_per_second <= 0:
            return 0.0
        return max(0, self.frame.iteration - at) / self.iterations_per_second

    def tensor(self, name: str) -> np.ndarray | None:
        """A tensor of the frame by name ("dense_1.weight", "dense_1.d_weight", "tanh_1.y"), None if it has none."""
        return self.frame.get(name)

    @property
    def batches(self) -> int:
        """Batches per epoch."""
        size = self.project.training.batch_size
        return max(1, -(-len(self.data.x) // size))

    @cached_property
    def curves(self) -> Curves:
        """The history up to this frame: copied when somebody shows it, once for all who do, and never ahead of the frame."""
        return _curves(self.history, None if self.is_in_the_past else self.frame)

    @cached_property
    def losses(self) -> Losses:
        """What was known at this frame's iteration."""
        return self.history.losses_at(self.frame.iteration)


def smoothed_words(window: int) -> str:
    """What a smoothed loss over so many batch losses is."""
    if window <= 1:
        return "Mean of the newest batch losses, a twentieth of the run: so early, the last one alone"
    return f"Mean of the last {count(window)} batch losses, a twentieth of the run"


def known(value: float) -> float | None:
    """None for a loss that there is none of."""
    return None if math.isnan(value) else value


def _curves(history: CurvesSource, frame: Frame | None) -> Curves:
    known = history.curves()
    return known if frame is None else known.until(frame.iteration)
