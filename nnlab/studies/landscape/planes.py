"""Planes in the space of all weights: through where a run stands, along two directions.

A random plane has two directions drawn from a normal distribution, whose filters are then made as long as those of the weights (Li, Xu,
Taylor, Studer, Goldstein, Visualizing the loss landscape of neural nets, NeurIPS 2018, section 4): a network whose layer is scaled up and
whose next layer is scaled down computes the same, and shall look the same. A filter is all that one unit is fed by: a row of a matrix, a
kernel of a convolution. Biases and other tensors of one axis stand still, as in that paper.

The plane of the path has the two directions along which the run has moved most: the principal components of its differences from where it
stands (section 7 there). Where the run was is then known in the plane, and how far from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.engine.program import Program
from nnlab.training.weight_path import WeightPath

PATH, RANDOM = "path", "random"
KINDS = (PATH, RANDOM)
COLUMNS = 2**18  # numbers of every point of a path that are looked at together


@dataclass(frozen=True, eq=False)
class WeightPlane:
    """`centre` (numbers,) and `directions` (2, numbers): parameters and buffers as in the arena; a buffer stands still.

    `shares`: of the squared distances of the run from where it stands, the part along each direction; None for a random plane.
    `unit` says in words what 1 along an axis is.
    """

    kind: str
    centre: np.ndarray
    directions: np.ndarray
    shares: tuple[float, float] | None
    unit: str

    def point(self, a: float, b: float, out: np.ndarray) -> np.ndarray:
        """The weights at centre + a · first + b · second, written into `out`."""
        np.multiply(self.directions[0], out.dtype.type(a), out=out)
        out += self.centre
        if b:
            out += self.directions[1] * out.dtype.type(b)
        return out


@dataclass(frozen=True, eq=False)
class PathInPlane:
    """The run in a plane: `places` (n, 2) along its directions, and `distances` (n,) of the weights from it."""

    places: np.ndarray
    distances: np.ndarray


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise NNLabError(f"A landscape has the plane {' or '.join(KINDS)}, not {kind!r}.")


def path_plane(program: Program, path: WeightPath) -> WeightPlane:
    """The plane of the path's two main directions; raises NNLabError where the run has not moved along two."""
    if len(path.iterations) == 2 and path.iterations[1] - path.iterations[0] >= 2:
        raise NNLabError(
            "Of this run only its start and where it stands are known, because the network is too large for more to be kept; "
            "choose a random plane."
        )
    if len(path.iterations) < 3:
        raise NNLabError("The plane of the path needs a run of at least 2 iterations; train it further, or choose a random plane.")
    numbers = sum(info.place.row for info in program.trained)
    if numbers < 2:
        raise NNLabError(f"A plane needs two numbers that learn, and this network has {numbers}; add a unit or a bias.")
    products = _products(program, path)
    values, vectors = np.linalg.eigh(products)
    total = float(np.trace(products))
    if not total > 0:
        raise NNLabError("The run has not moved: all of its states have the same weights; train it further, or choose a random plane.")
    directions = np.zeros((2, program.parameters_end), program.dtype)
    for axis in (0, 1):
        value, vector = float(values[-1 - axis]), vectors[:, -1 - axis]
        if value > 1e-12 * total:
            vector = vector if vector[np.argmax(np.abs(vector))] > 0 else -vector
            for part in _parts(program):
                directions[axis, part] = vector @ _differences(path, part) / np.sqrt(value)
        else:  # the run has moved along a line: any direction across it will do, and says nothing of the run
            directions[axis] = _across(program, directions[0])
    shares = (float(max(values[-1], 0.0)) / total, float(max(values[-2], 0.0)) / total)
    return WeightPlane(PATH, path.weights[path.now].copy(), directions, shares, "a distance of 1 between weights")


def random_plane(program: Program, centre: np.ndarray, seed: int = 0) -> WeightPlane:
    """Two filter-normalised directions through `centre`, a function of the seed; raises NNLabError where no filter has a length."""
    generator = np.random.default_rng(seed)
    directions = np.zeros((2, program.parameters_end), program.dtype)
    tensors = [info for info in program.trained if len(info.place.shape) > 1] or list(program.trained)
    for direction in directions:
        for info in tensors:
            weights = info.place.view(centre, 1)
            rows = weights.reshape(len(weights) if weights.ndim > 1 else 1, -1).astype(np.float64)
            drawn = generator.standard_normal(rows.shape)
            scale = np.linalg.norm(rows, axis=1, keepdims=True) / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-300)
            info.place.view(direction, 1)[...] = (drawn * scale).reshape(weights.shape)
    if not tensors:
        raise NNLabError("No weight of this network learns, so there is no landscape; unfreeze a layer.")
    if not directions.any(axis=1).all():
        raise NNLabError("All weights are 0, so no direction can be made as long as they are; train first, or choose the path's plane.")
    return WeightPlane(RANDOM, centre.copy(), directions, None, "once the length of every filter")


def placed(program: Program, plane: WeightPlane, path: WeightPath) -> PathInPlane:
    """Where the path is, by least squares, and how far from the plane."""
    count = len(path.iterations)
    inner, along, squares = np.zeros((2, 2)), np.zeros((count, 2)), np.zeros(count)
    for part in _parts(program):
        d = plane.directions[:, part].astype(np.float64)
        w = path.weights[:, part].astype(np.float64) - plane.centre[part]
        inner += d @ d.T
        along += w @ d.T
        squares += (w * w).sum(axis=1)
    places = np.linalg.lstsq(inner, along.T, rcond=None)[0].T
    left = squares - (places * along).sum(axis=1)
    left[left < 1e-12 * squares] = 0.0
    return PathInPlane(places, np.sqrt(np.maximum(left, 0.0)))


def _products(program: Program, path: WeightPath) -> np.ndarray:
    """(n, n): inner products of the differences from where the run stands, in float64, some columns at a time."""
    products = np.zeros((len(path.iterations),) * 2)
    for part in _parts(program):
        differences = _differences(path, part)
        products += differences @ differences.T
    return products


def _across(program: Program, first: np.ndarray) -> np.ndarray:
    """A direction of length 1 among what learns, at right angles to `first`; always the same."""
    drawn = np.zeros(len(first))
    generator = np.random.default_rng(0)
    for part in _parts(program):
        drawn[part] = generator.standard_normal(part.stop - part.start)
    drawn -= (drawn @ first) / max(float(first.astype(np.float64) @ first), 1e-300) * first
    return drawn / np.linalg.norm(drawn)


def _differences(path: WeightPath, part: slice) -> np.ndarray:
    return path.weights[:, part].astype(np.float64) - path.weights[path.now, part]


def _parts(program: Program) -> Iterator[slice]:
    """Where the numbers that learn lie, in parts of at most COLUMNS."""
    for info in program.trained:
        begin, end = info.place.offset, info.place.offset + info.place.row
        for start in range(begin, end, COLUMNS):
            yield slice(start, min(start + COLUMNS, end))
