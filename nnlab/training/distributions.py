"""Distributions over the time of a run: how weights, activations and gradients of every layer are spread, and what four ratios say of it.

Taken from frames, so from numbers the engine computed for the iterations that were looked at. A layer is a node with a weight that learns,
with the activation that reads it. The rows are bounded: when they are full, every second one is dropped.

The signal-to-noise ratio of a layer's gradient is ‖mean‖ / ‖standard deviation‖ over the last batches looked at, element by element, as in
Shwartz-Ziv and Tishby, Opening the black box of deep neural networks via information (2017): above 1 the batches agree on a direction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnlab.engine.frame import Frame
from nnlab.engine.steps import gradient_name, tensor_name
from nnlab.graph.graph import Graph, Node
from nnlab.graph.layers import is_layer
from nnlab.training.statistics import saturation, update_ratio

MOST_ROWS = 128
BINS = 40
MOST_NUMBERS = 4096  # of a tensor that are counted, evenly spaced among all
BATCHES = 32  # whose gradients the signal-to-noise ratio is over
FEWEST_BATCHES = 4
SMALLEST = 1e-12  # a gradient below it is drawn as this


@dataclass(frozen=True, eq=False)
class BinnedValues:
    """counts (BINS,) of numbers in equal bins from `low` to `high`."""

    low: float
    high: float
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class LayerRow:
    """One layer at one iteration. `gradients` are of log10 |∂L/∂w|. NaN for a ratio that does not exist.

    `saturated`: share of activations that pass hardly any gradient; `dead`: share of units that pass none for the whole batch.
    """

    iteration: int
    weights: BinnedValues | None
    activations: BinnedValues | None
    gradients: BinnedValues | None
    saturated: float
    dead: float
    update: float
    signal: float


@dataclass(eq=False)
class _LayerPast:
    rows: list[LayerRow] = field(default_factory=list)
    batches: deque[np.ndarray] = field(default_factory=lambda: deque(maxlen=BATCHES))


class Distributions:
    """`take` frames in the order of their iterations; `layers` are the rows of every layer, oldest first."""

    def __init__(self) -> None:
        self._layers: dict[str, _LayerPast] = {}
        self._newest: tuple[int, int] | None = None  # revision and iteration of the last frame

    @property
    def layers(self) -> Mapping[str, list[LayerRow]]:
        return {name: past.rows for name, past in self._layers.items()}

    def forget(self) -> None:
        self._layers.clear()
        self._newest = None

    def take(self, frame: Frame) -> bool:
        """Remembers a frame that holds OUTPUTS, GRADIENTS and UPDATES; one of an earlier iteration or another network begins anew.

        Whether it has become a row: frames that follow too closely only count as batches of the signal-to-noise ratio.
        """
        now = frame.revision, frame.iteration
        if self._newest is not None and (now[0] != self._newest[0] or now < self._newest):
            self.forget()
        if now == self._newest or frame.rows == 0:
            return False
        self._newest = now
        graph, is_row = frame.program.graph, self._is_far_enough(frame.iteration)
        for node in graph.topological():
            name = f"{node.id}.weight"
            if not is_layer(node) or frame.get(name) is None:
                continue
            past = self._layers.setdefault(node.id, _LayerPast())
            gradient = _some(frame.get(gradient_name(name)))
            if gradient is not None:
                past.batches.append(gradient.astype(np.float64))
            if is_row:
                past.rows.append(_row(graph, node, frame, gradient, past.batches))
                if len(past.rows) > MOST_ROWS:
                    del past.rows[1::2]
        return is_row

    def _is_far_enough(self, iteration: int) -> bool:
        """From the last row, that so many of them reach over all that was passed."""
        rows = next((past.rows for past in self._layers.values()), None)
        return not rows or iteration - rows[-1].iteration >= (rows[-1].iteration - rows[0].iteration) // MOST_ROWS


def activation_of(graph: Graph, node: Node) -> Node | None:
    """The activation that reads a layer's output, if one does."""
    readers = [graph[edge.target] for edge in graph.outgoing(node.id)]
    return next((reader for reader in readers if reader.kind.is_elementwise and not reader.kind.is_loss), None)


def row_of_frame(frame: Frame, layer: str) -> LayerRow:
    """One layer in a frame that holds OUTPUTS, GRADIENTS and UPDATES; a single batch has no signal-to-noise ratio."""
    graph = frame.program.graph
    return _row(graph, graph[layer], frame, _some(frame.get(gradient_name(f"{layer}.weight"))), deque())


def _row(graph: Graph, node: Node, frame: Frame, gradient: np.ndarray | None, batches: deque[np.ndarray]) -> LayerRow:
    reader = activation_of(graph, node)
    outputs = frame.get(tensor_name(reader.id if reader is not None else node.id, "y"))
    flat = saturation(reader, frame, tensor_name(node.id, "y")) if reader is not None else None
    weights = frame.get(f"{node.id}.weight")
    ratio = update_ratio(frame, f"{node.id}.weight")
    logarithms = None if gradient is None else np.log10(np.maximum(np.abs(gradient.astype(np.float64)), SMALLEST))
    return LayerRow(
        frame.iteration, spread(_some(weights)), spread(_some(outputs)), spread(logarithms),
        np.nan if flat is None else flat.share, np.nan if flat is None or flat.dead is None else flat.dead / flat.units,
        np.nan if ratio is None else ratio, signal_to_noise(batches),
    )  # fmt: skip


def signal_to_noise(batches: deque[np.ndarray] | list[np.ndarray]) -> float:
    """‖mean‖ / ‖standard deviation‖ of gradients over batches; NaN with too few of them, or where they do not differ."""
    if len(batches) < FEWEST_BATCHES:
        return float("nan")
    table = np.stack(list(batches))
    noise = float(np.linalg.norm(table.std(axis=0)))
    return float(np.linalg.norm(table.mean(axis=0))) / noise if noise > 0 else float("nan")


def spread(values: np.ndarray | None) -> BinnedValues | None:
    """How finite numbers are spread; None without any."""
    if values is None:
        return None
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    low, high = float(finite.min()), float(finite.max())
    if high <= low:
        low, high = low - 0.5 * max(abs(low), 1e-6), high + 0.5 * max(abs(high), 1e-6)
    return BinnedValues(low, high, np.histogram(finite, BINS, (low, high))[0])


def _some(values: np.ndarray | None) -> np.ndarray | None:
    """At most MOST_NUMBERS of a tensor, always from the same places."""
    if values is None or not values.size:
        return None
    flat = np.ravel(values)
    return flat.copy() if flat.size <= MOST_NUMBERS else flat[:: -(-flat.size // MOST_NUMBERS)].copy()
