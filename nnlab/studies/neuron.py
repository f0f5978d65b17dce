"""One neuron, taken apart by the kernels that train: every product, the sum as it grows, z, and what an activation makes of it.

A product is what the dense kernel gives for a sample of which all other inputs are 0; a sum so far is what it gives for the inputs up to
there. So what a person sees while dragging a number is computed as it is in training, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import operators
from nnlab.core.setting import Value
from nnlab.engine import kernel_curve
from nnlab.engine.evaluator import Evaluator
from nnlab.graph import edits
from nnlab.graph.graph import Graph

LAYER = "dense_1"  # of the networks below
MOST = 8
NONE = "identity"  # the activation of a neuron that has none


@dataclass(frozen=True, eq=False)
class NeuronSum:
    """A neuron on one sample. `products` has one entry for each group of inputs; `sums` the sum behind each of them, the last with b."""

    products: np.ndarray
    sums: np.ndarray
    z: float


@dataclass(frozen=True)
class Activated:
    """What an activation makes of z: y, its slope there, and a sentence about it."""

    name: str
    title: str
    y: float
    slope: float
    words: str


class LayerKernels:
    """Dense layers of any size, as the kernel of training computes them. Networks it has made are kept, as many as `MOST`."""

    def __init__(self, real: str = "float64") -> None:
        self.real = real
        self._known: dict[tuple[int, int], Evaluator] = {}

    def layer(self, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """z (samples, units) = x (samples, inputs) Wᵀ + b for weight (units, inputs) and bias (units,)."""
        evaluator = self._evaluator(*weight.shape)
        evaluator.state.set_parameters({f"{LAYER}.weight": weight, f"{LAYER}.bias": bias})
        return np.asarray(evaluator.activations(np.atleast_2d(x), [f"{LAYER}.y"])[f"{LAYER}.y"])

    def neuron_sum(self, x: np.ndarray, weight: np.ndarray, bias: float, groups: Sequence[Sequence[int]] | None = None) -> NeuronSum:
        """Products and sums of one neuron with weight (inputs,) on one sample x (inputs,); by default every input is a group of its own."""
        found = [[k] for k in range(len(x))] if groups is None else [list(group) for group in groups]
        alone, so_far = np.zeros((len(found), len(x))), np.zeros((len(found), len(x)))
        for row, group in enumerate(found):
            alone[row, group] = x[group]
            so_far[row:, group] = x[group]
        without = self.layer(np.vstack([alone, so_far]), weight[None, :], np.zeros(1))[:, 0]
        z = self.layer(x, weight[None, :], np.array([bias]))[0, 0]
        return NeuronSum(without[: len(found)], np.append(without[len(found) :], z), float(z))

    def _evaluator(self, units: int, inputs: int) -> Evaluator:
        """A network that is nothing but a layer; the loss behind it is never run."""
        if (units, inputs) not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            graph = edits.add_node(Graph(), "input", {"features": inputs})
            graph = edits.add_node(graph, "dense", {"units": units})
            graph = edits.add_node(graph, "mse")
            for source, target in zip(graph.nodes, graph.nodes[1:], strict=False):
                graph = edits.connect(graph, source.id, target.id)
            self._known[units, inputs] = Evaluator(graph, self.real)
        return self._known[units, inputs]


def activated(name: str, settings: Mapping[str, Value], z: float, real: str = "float64") -> Activated:
    """An activation at z, by its own kernels."""
    kind = operators[name]
    y, slope = kernel_curve.curve(kind, settings, np.array([z]), real)
    output = kind.outputs[0].name
    values = {kind.inputs[0].name: np.array([[z]]), output: y[None, :]} | {k: v for k, v in settings.items() if not isinstance(v, str)}
    words = next((e.words for e in kind.explain_forward if e.target == output and e.words is not None), None)
    said = "y is z itself." if name == NONE or words is None else words(ExplanationContext(values, values, output, (0, 0)))
    return Activated(name, "none" if name == NONE else kind.title, float(y[0]), float(slope[0]), said)


def curve(name: str, settings: Mapping[str, Value], low: float, high: float, points: int = 161) -> tuple[np.ndarray, np.ndarray]:
    """(z, y) of an activation between two ends, for a plot."""
    z = np.linspace(low, high, points)
    return z, kernel_curve.values(operators[name], settings, z, "float64")
