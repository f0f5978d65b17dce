"""The loss landscape: the loss over a plane in the space of all weights, with the run's path in it.

What is seen is a plane through as many dimensions as there are weights. The path does not lie in it, and its distance from it is part of
the answer: where the path is far off, the plane says little about what the run saw.

Points are computed from coarse to fine, so that every part of the result is a whole picture. All losses are of the same samples, all of the
training part or `samples` of them, by the engine's own kernels.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.memory import available_memory
from nnlab.core.setting import Setting
from nnlab.graph.graph import Graph
from nnlab.jobs.context import JobContext
from nnlab.studies.landscape.losses import LossAt
from nnlab.studies.landscape.planes import PATH, PathInPlane, WeightPlane, check_kind, path_plane, placed, random_plane
from nnlab.training.weight_path import WeightPath

RESOLUTION = Setting("resolution", 61, "Resolution", "Points along the first axis", minimum=5, maximum=401)
SAMPLES = Setting("samples", 1024, "Samples", "Training samples that the loss is a mean of, at most", minimum=1, maximum=10**9)
ASPECT = 1.6  # first axis to second, at the same scale
MARGIN = 0.22  # of the path's extent, on every side
STEPS = (8, 4, 2, 1)  # from coarse to fine
EVERY = 0.12  # seconds between two partial results
AT_ONCE = 30.0  # seconds that a landscape may take without being asked whether it may
LESS = ((61, 1024), (61, 256), (41, 256), (31, 256), (31, 64), (21, 64), (15, 64), (11, 32), (9, 16))


@dataclass(frozen=True)
class LandscapeSize:
    """How much is computed, and what that takes: `seconds` and `bytes` as measured and counted before."""

    resolution: int
    rows: int
    samples: int
    path_points: int
    seconds: float
    bytes: int

    @property
    def points(self) -> int:
        return self.resolution * self.rows

    @property
    def words(self) -> str:
        """"61 × 39 points of 1,024 samples: about 12 s and 30 MB"."""
        return f"{self.resolution} × {self.rows} points of {self.samples:,} samples: {_duration(self.seconds)} and {_size(self.bytes)}"


@dataclass(frozen=True, eq=False)
class Landscape:
    """`losses` (rows, columns) over `b` (rows,) and `a` (columns,), along the plane's directions from its centre; NaN: not computed yet.

    `path` places the run's `iterations`; at each, `path_losses` is the loss of the run's weights and `plane_losses` that of the point of
    the plane nearest to them, both over the same samples as the plane. `step`: every so many points are known in both directions.
    """

    plane: WeightPlane
    a: np.ndarray
    b: np.ndarray
    losses: np.ndarray
    iterations: np.ndarray
    now: int
    path: PathInPlane
    path_losses: np.ndarray
    plane_losses: np.ndarray
    size: LandscapeSize
    step: int

    @property
    def is_complete(self) -> bool:
        return self.step == 1

    @property
    def known(self) -> int:
        """How many points of the plane are computed."""
        return int(np.count_nonzero(~np.isnan(self.losses)))

    def filled(self) -> np.ndarray:
        """The losses with every gap filled by the nearest point of the finest grid that is known there."""
        rows, columns = self.losses.shape
        result = np.full(self.losses.shape, np.nan)
        for step in STEPS:
            grid = self.losses[::step, ::step]
            down = np.minimum((np.arange(rows) + step // 2) // step, len(grid) - 1)
            across = np.minimum((np.arange(columns) + step // 2) // step, grid.shape[1] - 1)
            spread = grid[down[:, None], across[None, :]]
            result = np.where(np.isnan(spread), result, spread)
        return result


def some_samples(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many of the samples, always the same ones: those that a landscape of so many is of."""
    if len(x) <= most:
        return x, y
    chosen = np.sort(np.random.default_rng(0).choice(len(x), most, replace=False))
    return x[chosen], y[chosen]


class LandscapeStudy:
    """A landscape that can be measured before it is computed.

    Raises NNLabError where the plane cannot be laid, NotEnoughMemory where there is no room for it.
    """

    def __init__(
        self, graph: Graph, x: np.ndarray, y: np.ndarray, path: WeightPath, kind: str = PATH, seed: int = 0, real: str = "float32",
        resolution: int = int(RESOLUTION.default), samples: int = int(SAMPLES.default), context: JobContext | None = None,
    ) -> None:  # fmt: skip
        check_kind(kind)
        self._resolution = int(RESOLUTION.check(resolution, "landscape"))
        self._most = int(SAMPLES.check(samples, "landscape"))
        self._graph, self._real, self._x, self._y, self._run_path = graph, real, x, y, path
        context = context or JobContext()
        self._loss = self._loss_of(self._most)
        program = self._loss.evaluator.program
        if path.weights.shape[1] != program.parameters_end:
            raise NNLabError("The path is of another network than the one whose landscape is wanted; train this one first.")
        context.check()
        self.plane = path_plane(program, path) if kind == PATH else random_plane(program, path.weights[path.now], seed)
        context.check()
        self.path = placed(program, self.plane, path)
        context.check()
        self._seconds = self._loss.seconds(self.plane.centre, context.check)
        self.size = self._sized(self._resolution, len(self._loss.x))

    def _loss_of(self, samples: int) -> LossAt:
        return LossAt(self._graph, *some_samples(self._x, self._y, samples), self._real)

    def _sized(self, resolution: int, samples: int) -> LandscapeSize:
        across, up = self._reach()
        rows = max(5, round((resolution - 1) * (up[1] - up[0]) / (across[1] - across[0])) + 1)
        path_points = len(self._run_path.iterations)
        share = samples / len(self._loss.x)
        evaluations = resolution * rows + 2 * path_points
        taken = self._run_path.weights.nbytes + 4 * self.plane.centre.nbytes + self._loss.arena_bytes + self._loss.x.nbytes
        return LandscapeSize(resolution, rows, samples, path_points, evaluations * self._seconds * share, taken)

    @property
    def is_long(self) -> bool:
        """Whether one should be asked first."""
        free = available_memory()
        return self.size.seconds > AT_ONCE or (free is not None and self.size.bytes > free)

    def less(self, seconds: float | None = None) -> LandscapeSize:
        """The most that is done in so many seconds (AT_ONCE), coarser or over fewer samples; the least there is where nothing is."""
        sizes = [
            self._sized(min(resolution, self._resolution), min(samples, self.size.samples)) for resolution, samples in LESS
        ]  # fmt: skip
        most = AT_ONCE if seconds is None else seconds
        return next((size for size in sizes if size.seconds <= most), sizes[-1])

    def _reach(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """From where to where along both directions: the path with a margin, at one scale; a random plane at least to 1 on every side."""
        if self.plane.kind != PATH:
            half = max(1.0, float(np.abs(self.path.places).max()) * (1 + MARGIN))
            return (-half, half), (-half, half)
        low, high = self.path.places.min(axis=0), self.path.places.max(axis=0)
        extent, middle = (high - low) * (1 + 2 * MARGIN), (low + high) / 2
        width = max(extent[0], extent[1] * ASPECT)
        halves = np.array([width, width / ASPECT]) / 2
        (left, bottom), (right, top) = middle - halves, middle + halves
        return (float(left), float(right)), (float(bottom), float(top))

    def compute(self, size: LandscapeSize | None = None, context: JobContext | None = None) -> Landscape:
        """All of it, or of this size. Hands over partial results (`Landscape`) and can be cancelled at any time."""
        context, size = context or JobContext(), size or self.size
        if size.samples != len(self._loss.x):
            self._loss = self._loss_of(size.samples)
        loss, check = self._loss, context.check
        (left, right), (bottom, top) = self._reach()
        count = len(self._run_path.iterations)
        found = Landscape(
            self.plane, np.linspace(left, right, size.resolution), np.linspace(bottom, top, size.rows),
            np.full((size.rows, size.resolution), np.nan), self._run_path.iterations, self._run_path.now, self.path,
            np.full(count, np.nan), np.full(count, np.nan), size, STEPS[0],
        )  # fmt: skip
        total, done, told = size.points + 2 * count, 0, time.monotonic()
        weights = np.empty_like(self.plane.centre)
        for k, place in enumerate(self.path.places):
            found.path_losses[k] = loss(self._run_path.weights[k], check)
            found.plane_losses[k] = loss(self.plane.point(place[0], place[1], weights), check)
            done += 2
            context.report(done, total, "The path")
        for row, column, step in _coarse_to_fine(size.rows, size.resolution):
            found.losses[row, column] = loss(self.plane.point(found.a[column], found.b[row], weights), check)
            done += 1
            context.report(done, total, f"{done - 2 * count:,} of {size.points:,} points")
            if done < total and time.monotonic() - told > EVERY:  # the last point makes it the result, not a part of it
                context.emit(_copied(found, step))
                told = time.monotonic()
        return replace(found, step=1)


def _coarse_to_fine(rows: int, columns: int) -> Iterator[tuple[int, int, int]]:
    """Every (row, column) once, first those of the coarsest grid; with how fine the grid is that is complete before it."""
    before = STEPS[0]
    for place, step in enumerate(STEPS):
        for row in range(0, rows, step):
            for column in range(0, columns, step):
                if place == 0 or row % before or column % before:
                    yield row, column, before
        before = step


def _copied(found: Landscape, step: int) -> Landscape:
    """As it is now: a value that nobody changes any more."""
    return replace(
        found, losses=found.losses.copy(), path_losses=found.path_losses.copy(), plane_losses=found.plane_losses.copy(), step=step
    )


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size / 1e6, 0.1):.3g} MB"
