"""One input of a person's own, put through the network: what it answers, and every layer's activations on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.metrics import predicted_numbers, probabilities

OVERSAMPLING = 4  # points of a drawing along a pixel's side, as in the handwritten digits of scikit-learn
PEN = 4.6 / 32  # width of the pen, as a share of the image's side


@dataclass(frozen=True, eq=False)
class OwnAnswer:
    """`shares` (classes,) of a classifier, else `numbers` (outputs,); `layers`: flat activations by node, `tensors` the same
    by name, (1, …).

    `nearest` is the training sample whose features are nearest (as the network sees them), `distance` how far it is.
    `outside`: raw features that lie outside the range of the training samples, by name.
    """

    shares: np.ndarray | None
    numbers: np.ndarray
    layers: Mapping[str, np.ndarray]
    tensors: Mapping[str, np.ndarray]
    nearest: int
    distance: float
    outside: tuple[str, ...]


def answer(evaluator: Evaluator, data: Data, raw: np.ndarray) -> OwnAnswer:
    """For raw features (features,), by the parameters the evaluator holds."""
    row = np.asarray(raw, dtype=np.float64).reshape(1, -1)
    if not np.isfinite(row).all():
        raise NNLabError("An input is made of finite numbers.")
    x = data.transform(row)
    link, target = evaluator.program.graph.losses[0].kind.link, data.target
    names = {node.id: f"{node.id}.y" for node in evaluator.program.graph.topological() if not node.kind.is_loss}
    found = evaluator.activations(x, [n for n in names.values() if n in evaluator.before_loss_tensors])
    outputs = evaluator.predict(x)
    shares = probabilities(outputs, link)[0] if target.classes else None
    layers = {node: found[name].ravel() for node, name in names.items() if name in found}
    apart = np.linalg.norm(data.x - x, axis=1)
    nearest = int(np.argmin(apart))
    low, high = data.raw_x.min(axis=0), data.raw_x.max(axis=0)
    beyond = np.flatnonzero((row[0] < low) | (row[0] > high))
    outside = tuple(data.raw_features[k] for k in beyond)
    return OwnAnswer(shares, predicted_numbers(outputs, target, link)[0], layers, found, nearest, float(apart[nearest]), outside)


class DrawnImage:
    """A drawing with a round pen on a grid finer than the image; a pixel is the share of its points that were drawn on."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.points = np.zeros((rows * OVERSAMPLING, columns * OVERSAMPLING), dtype=bool)

    def stroke(self, start: tuple[float, float], end: tuple[float, float], is_drawn: bool = True) -> None:
        """Along a line between two places (across, down), each 0 … 1 over the image; erases where not `is_drawn`."""
        height, width = self.points.shape
        down, across = np.indices(self.points.shape) + 0.5
        (x0, y0), (x1, y1) = ((x * width, y * height) for x, y in (start, end))
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy
        share = np.clip(((across - x0) * dx + (down - y0) * dy) / length, 0, 1) if length else 0.0
        radius = PEN * max(height, width) / 2
        self.points[np.hypot(across - x0 - share * dx, down - y0 - share * dy) <= radius] = is_drawn

    def clear(self) -> None:
        self.points[:] = False

    def image(self) -> np.ndarray:
        """(rows, columns), 0 … 1."""
        cells = self.points.reshape(self.rows, OVERSAMPLING, self.columns, OVERSAMPLING)
        return cells.mean(axis=(1, 3))

    def take(self, image: np.ndarray) -> None:
        """As near as points can come to an image 0 … 1: so many of each pixel's, from its middle outwards."""
        middle = (OVERSAMPLING - 1) / 2
        down, across = np.indices((OVERSAMPLING, OVERSAMPLING))
        order = np.argsort(np.hypot(down - middle, across - middle), axis=None, kind="stable")
        rank = np.empty(OVERSAMPLING**2)
        rank[order] = np.arange(OVERSAMPLING**2)
        wanted = np.rint(np.clip(image, 0, 1) * OVERSAMPLING**2)
        cells = rank.reshape(1, OVERSAMPLING, 1, OVERSAMPLING) < wanted[:, None, :, None]
        self.points[:] = cells.reshape(self.points.shape)
