"""What goes through an adapted layer besides its weights: the gradients of its adapter, or the numbers of one sample on both paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.engine.step import gradient_name
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import BASE_OUTPUT, LoraAdapter
from nnlab.ui.canvas.model.lookup import Lookup
from nnlab.ui.widgets.segmented import Option

WEIGHTS, GRADIENTS, ACTIVATIONS = "weights", "gradients", "activations"
OPTIONS = (
    Option(WEIGHTS, "Weights", "W₀, A, B, the update and W"),
    Option(GRADIENTS, "Gradients", "∂L/∂A and ∂L/∂B of the last batch in place of A and B; none is computed for W₀"),
    Option(ACTIVATIONS, "Activations", "One sample on its way: x, the r numbers that A passes on, what W₀ makes of x, and z"),
)


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """∂L/∂A (rank, inputs) and ∂L/∂B (units, rank) of the last batch; None where no gradient is computed. `x` is the Euclidean length of
    ∂L/∂x over the batch, which the frozen path carries on; None where nothing before the layer learns."""

    a: np.ndarray | None
    b: np.ndarray | None
    x: float | None = None


@dataclass(frozen=True, eq=False)
class LayerActivations:
    """Of one sample: x (inputs,), h = A x (rank,), z₀ = W₀ x + b (units,) and z (units,). h and z₀ are None where no adapter is beside."""

    sample: int
    x: np.ndarray
    z: np.ndarray
    h: np.ndarray | None = None
    base: np.ndarray | None = None


def source_tensor(graph: Graph, layer: str) -> str:
    """The tensor that is the layer's x; "" where nothing is connected to it."""
    return next((f"{edge.source}.{edge.source_port}" for edge in graph.edges if edge.target == layer), "")


def gradient_tensors(graph: Graph, layer: str, adapter: LoraAdapter) -> tuple[str, str, str]:
    """The names of ∂L/∂A, ∂L/∂B and ∂L/∂x as a frame has them."""
    own = [f"{layer}.{adapter.tensor(part)}" for part in ("lora_A", "lora_B")]
    a, b, x = (gradient_name(name) if name else "" for name in (*own, source_tensor(graph, layer)))
    return a, b, x


def layer_gradients(graph: Graph, layer: str, adapter: LoraAdapter, values: Lookup) -> LayerGradients:
    a, b, x = (values(name) if name else None for name in gradient_tensors(graph, layer, adapter))
    return LayerGradients(a, b, None if x is None else float(np.linalg.norm(x.astype(np.float64))))


def layer_activations(graph: Graph, layer: str, adapter: LoraAdapter, row: Lookup, sample: int) -> LayerActivations | None:
    """`row` looks a tensor of the sample up, without its batch axis; None before there is anything to see, and of sequences."""
    x, z = row(source_tensor(graph, layer)), row(f"{layer}.y")
    if x is None or z is None or x.ndim != 1 or z.ndim != 1:
        return None
    return LayerActivations(sample, x, z, row(f"{layer}.{adapter.tensor('lora_h')}"), row(f"{layer}.{BASE_OUTPUT}"))
