"""Hidden space: where every layer puts the input plane and the samples, and whether all the layers so far are no more than one matrix.

The plane is a grid of lines over two raw features, one line along one, none for more; each line is asked at many points, so that it can be
seen to bend. Two axes are looked at: two units, or the two directions in which the samples spread most (principal components).

Whether a layer is an affine function of the input, A x + c, is asked of the network itself: A and c follow from the answers at 0 and at the
unit vectors, and inputs of very different size then have to give exactly that. Layers without a bend between them always do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.domain import domain, raw_features
from nnlab.training.probe import Probe, register

LINES, POINTS = 13, 33  # lines along each feature, and points along a line
SAMPLES = 300
WIDEST = 1024  # units
MOST_INPUTS = 64  # of a matrix that is asked for
SIZES = (0.1, 1.0, 10.0, 100.0)  # of the inputs at which a layer has to be what its matrix says
TOLERANCE = 2e-4  # of the largest answer: the kernels sum in float32


@dataclass(frozen=True, eq=False)
class Affine:
    """y = matrix x + offset: (units, inputs) and (units,), of what the network is given (standardised features)."""

    matrix: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True, eq=False)
class LayerSpace:
    """A layer's answers on the grid (lines * POINTS, units) and for the samples (samples, units), and the two main directions of these.

    `mean` (units,), `axes` (2, units), `shares`: the part of the samples' spread along each. `affine`: what it comes down to, if it does.
    """

    grid: np.ndarray
    samples: np.ndarray
    mean: np.ndarray
    axes: np.ndarray
    shares: tuple[float, float]
    affine: Affine | None

    @property
    def units(self) -> int:
        return self.samples.shape[1]

    def placed(self, values: np.ndarray, units: tuple[int, int] | None = None) -> np.ndarray:
        """(points, 2): answers along two units, or along the main directions. A layer of one unit lies on a line."""
        if units is not None:
            return values[:, list(units)]
        return (values - self.mean) @ self.axes.T


@dataclass(frozen=True, eq=False)
class HiddenSpace:
    """`layers` by node, from the input on; `lines` is how many there are, the first half along the first feature."""

    lines: int
    sample_index: np.ndarray  # which training samples
    raw_grid: np.ndarray  # (lines * POINTS, features)
    layers: Mapping[str, LayerSpace]


def hidden_space(evaluator: Evaluator, data: Data) -> HiddenSpace:
    program = evaluator.program
    nodes = [node.id for node in program.graph.topological() if not node.kind.is_loss]
    names = {i: f"{i}.y" for i in nodes if f"{i}.y" in evaluator.before_loss_tensors}
    flat = {i: n for i, n in names.items() if len(program.places[n].shape) == 1 and program.places[n].row <= WIDEST}
    index = np.linspace(0, len(data.x) - 1, min(SAMPLES, len(data.x))).round().astype(np.int64)
    raw = _grid(data)
    asked, inputs = _asked(evaluator.features)
    lines = data.transform(raw) if len(raw) else np.empty((0, data.x.shape[1]))
    found = evaluator.activations(np.concatenate([lines, data.x[index], asked]), flat.values())
    layers = {}
    for node, name in flat.items():
        values = found[name]
        on_grid, samples, answers = np.split(values, [len(raw), len(raw) + len(index)])
        layers[node] = LayerSpace(on_grid, samples, *_main_axes(samples), _affine(asked, answers, inputs) if len(asked) else None)
    return HiddenSpace(len(raw) // POINTS, index, raw, layers)


def _grid(data: Data) -> np.ndarray:
    """The lines, point after point: those of equal second feature, then those of equal first."""
    count = raw_features(data)
    if count == 1:
        return np.linspace(*domain(data)[0], POINTS)[:, None]
    if count != 2:
        return np.empty((0, count))
    (x0, x1), (y0, y1) = domain(data)
    along, across = np.linspace(0, 1, POINTS), np.linspace(0, 1, LINES)
    first = np.stack([np.tile(along, LINES), np.repeat(across, POINTS)], axis=1)
    return np.concatenate([first, first[:, ::-1]]) * [x1 - x0, y1 - y0] + [x0, y0]


def _asked(features: int) -> tuple[np.ndarray, int]:
    """Inputs from which a matrix is read and with which it is tested: 0, the unit vectors, and some of every size, always the same."""
    if features > MOST_INPUTS:
        return np.empty((0, features)), features
    generator = np.random.default_rng(0)
    tests = [size * generator.standard_normal((8, features)) for size in SIZES]
    return np.concatenate([np.zeros((1, features)), np.eye(features), *tests]), features


def _affine(asked: np.ndarray, answers: np.ndarray, inputs: int) -> Affine | None:
    answers = answers.astype(np.float64)
    offset = answers[0]
    matrix = (answers[1 : 1 + inputs] - offset).T
    tests, given = answers[1 + inputs :], asked[1 + inputs :]
    expected = given @ matrix.T + offset
    if not np.isfinite(answers).all():
        return None
    sizes = np.abs(given) @ np.abs(matrix.T) + np.abs(offset)
    is_affine = bool((np.abs(tests - expected) <= TOLERANCE * sizes).all())
    return Affine(matrix, offset) if is_affine else None


def _main_axes(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """(mean, two directions, their shares of the variance); directions point where a fixed draw says, so that they do not flip."""
    values = np.nan_to_num(samples.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    mean, units = values.mean(axis=0), values.shape[1]
    centred = values - mean
    axes, shares = np.zeros((2, units)), [0.0, 0.0]
    total = float((centred**2).sum())
    if units > len(values):
        _, singular, found = np.linalg.svd(centred, full_matrices=False)
        variances = singular**2
    else:
        variances, vectors = np.linalg.eigh(centred.T @ centred)
        variances, found = variances[::-1], vectors.T[::-1]
    reference = np.random.default_rng(1).standard_normal(units)
    for k in range(min(2, units)):
        axes[k] = found[k] if found[k] @ reference >= 0 else -found[k]
        shares[k] = float(max(variances[k], 0.0)) / total if total > 0 else 0.0
    return mean, axes, (shares[0], shares[1])


register(Probe("hidden_space", hidden_space))
