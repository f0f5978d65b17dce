"""The inside of a neuron, as plain values: its products, their sum, its bias, its activation and the point on its curve.

Everything is read from one `Sample`; nothing is computed here but the products that a dense layer adds up (no tensor holds them) and the
sum of those that are not listed. Nothing here knows Qt; `neuron_painting` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.engine.kernel_curve import POINTS, curve, reach
from nnlab.graph.graph import Graph, Node
from nnlab.ui.canvas.model.content import INPUT, CardContent, Weights
from nnlab.ui.canvas.neurons.sample import Sample

LISTED = 16  # up to so many inputs are all listed, where there is room
LARGEST = 8  # of more, so many: those with the largest products
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(number: int) -> str:
    """12 as ₁₂."""
    return str(number).translate(_SUBSCRIPTS)


@dataclass(frozen=True)
class Term:
    """One product of the weighted sum."""

    index: int
    label: str  # x₁, a₃, or the feature's name
    x: float
    w: float

    @property
    def product(self) -> float:
        return self.x * self.w


@dataclass(frozen=True)
class Rest:
    """The products that are not listed."""

    count: int
    total: float


@dataclass(frozen=True, eq=False)
class Products:
    """What a unit weighs: inputs x and weights w, (inputs,) each; `letter` and `names` say what the inputs are called."""

    x: np.ndarray
    w: np.ndarray
    letter: str = "x"
    names: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        return float(self.x @ self.w)

    def term(self, index: int) -> Term:
        label = self.names[index] if index < len(self.names) else self.letter + subscript(index + 1)
        return Term(index, label, float(self.x[index]), float(self.w[index]))

    def listed(self, rows: int) -> tuple[tuple[Term, ...], Rest | None]:
        """Terms for at most `rows` rows: all in order if they fit, else the largest by magnitude and a row for the rest."""
        count = len(self.x)
        if count <= min(rows, LISTED):
            return tuple(self.term(i) for i in range(count)), None
        shown = max(0, min(rows - 1, LARGEST))
        products = self.x * self.w
        # What is not a number comes first: it is what one is looking for.
        order = np.argsort(-np.nan_to_num(np.abs(products), nan=np.inf), kind="stable")
        chosen, others = order[:shown], order[shown:]
        return tuple(self.term(int(i)) for i in chosen), Rest(len(others), float(products[others].sum()))


@dataclass(frozen=True, eq=False)
class Activation:
    """An activation's curve and the point where the sample is on it; `slope` is the derivative there."""

    title: str
    z: float
    a: float
    slope: float
    x: np.ndarray  # (POINTS,)
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Neuron:
    """What is shown inside the tile of one unit. `result` is the letter of `output`: x, z, a or y."""

    title: str  # "dense_1, neuron 3"
    short: str  # "neuron 3"
    unit: int
    result: str
    output: float
    products: Products | None = None
    bias: float | None = None
    z: float | None = None
    activation: Activation | None = None
    words: str = ""  # what an activation without a curve of its own is called: "softmax of all units"
    reads: tuple[tuple[str, float], ...] = ()  # what any other operator reads for this unit: (where from, value)
    column: np.ndarray | None = None  # on an input card: the feature's values over the training data
    image: np.ndarray | None = None  # on an input card of images: the sample, (rows, columns)
    image_shape: tuple[int, int] | None = None  # when the products' inputs are an image's pixels


@dataclass(frozen=True)
class NeuronContext:
    """What the inside of a card's units is worked out from, besides the sample."""

    graph: Graph
    cards: Mapping[str, CardContent]
    owner: Mapping[str, str]  # card by node
    names: tuple[str, ...] = ()  # of the inputs, on the input card
    image_shape: tuple[int, int] | None = None
    features: np.ndarray | None = None  # the training data, (samples, features)
    real: str = "float32"


def describe(card: CardContent, unit: int, weights: Weights | None, around: NeuronContext, sample: Sample) -> Neuron | None:
    """The inside of a unit; `weights` of the edge into the card. None while the sample's values are not known."""
    values = sample.row(card.values)
    if values is None or values.ndim != 1 or unit >= len(values):
        return None
    output = float(values[unit])
    if card.form == INPUT:
        return _input(card, unit, output, values, around)
    title, short = f"{card.title}, neuron {unit + 1}", f"neuron {unit + 1}"
    last = around.graph[card.last]
    if weights is not None:
        products = _products(unit, weights, around, sample)
        z = sample.row(f"{card.id}.y")
        if products is None or z is None or unit >= len(z):
            return None
        bias = sample.parameter(f"{card.id}.{card.bias}") if card.bias else None
        source = around.cards[around.owner[weights.source.partition(".")[0]]]
        of_pixels = around.image_shape if source.form == INPUT and _is_image(source, around) else None
        activation = _activation(last, float(z[unit]), output, around) if len(card.nodes) > 1 else None
        return Neuron(
            title, short, unit, "a" if len(card.nodes) > 1 else "z", output, products,
            None if bias is None else float(bias[unit]), float(z[unit]), activation,
            f"{last.kind.title} of all units" if len(card.nodes) > 1 and activation is None else "", image_shape=of_pixels,
        )  # fmt: skip
    reads = _reads(card, unit, around, sample)
    if last.kind.is_activation and len(card.nodes) == 1 and len(reads) == 1:
        z_alone = reads[0][1]
        activation = _activation(last, z_alone, output, around)
        words = "" if activation is not None else f"{last.kind.title} of all units"
        return Neuron(title, short, unit, "a", output, z=z_alone, activation=activation, words=words, reads=reads)
    return Neuron(title, short, unit, "y", output, words=" · ".join(around.graph[n].kind.title for n in card.nodes), reads=reads)


def _input(card: CardContent, unit: int, output: float, values: np.ndarray, around: NeuronContext) -> Neuron:
    if _is_image(card, around):
        assert around.image_shape is not None
        return Neuron(card.title, card.title, unit, "x", output, image=values.reshape(around.image_shape))
    name = around.names[unit] if unit < len(around.names) else f"x{subscript(unit + 1)}"
    column = None if around.features is None or unit >= around.features.shape[1] else around.features[:, unit]
    return Neuron(f"{card.title}, {name}", name, unit, "x", output, column=column)


def _is_image(card: CardContent, around: NeuronContext) -> bool:
    return around.image_shape is not None and card.units == around.image_shape[0] * around.image_shape[1]


def _products(unit: int, weights: Weights, around: NeuronContext, sample: Sample) -> Products | None:
    x, matrix = sample.row(weights.source), sample.parameter(weights.parameter)
    if x is None or matrix is None or x.shape != (weights.inputs,) or matrix.shape != (weights.units, weights.inputs):
        return None
    source = around.cards[around.owner[weights.source.partition(".")[0]]]
    names = around.names if source.form == INPUT and len(around.names) == weights.inputs else ()
    is_activated = source.form != INPUT and around.graph[source.last].kind.is_activation
    letter = "a" if is_activated else "x"
    return Products(x.astype(np.float64), matrix[unit].astype(np.float64), letter, names)


def _activation(node: Node, z: float, a: float, around: NeuronContext) -> Activation | None:
    """The curve from the activation's own kernels; None for one that looks at all units, as softmax does."""
    if not node.kind.is_elementwise:
        return None
    half = reach(z)
    x = np.linspace(-half, half, POINTS)
    y, _ = curve(node.kind, node.settings, x, around.real)
    slope = float(curve(node.kind, node.settings, np.array([z]), around.real)[1][0])
    return Activation(node.kind.title, z, a, slope, x, y)


def _reads(card: CardContent, unit: int, around: NeuronContext, sample: Sample) -> tuple[tuple[str, float], ...]:
    """What an operator of any kind reads for this unit: the same unit of every input that is as long as its output."""
    found = []
    for edge in around.graph.inputs(card.id):
        values = sample.row(f"{edge.source}.{edge.source_port}")
        if values is not None and values.shape == (card.units,):
            found.append((edge.source, float(values[unit])))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Share:
    """What one sample adds to the loss."""

    outputs: np.ndarray  # the network's, before the loss
    probabilities: np.ndarray | None  # where the loss makes some of them
    target: np.ndarray  # () for a class number, else (outputs,)
    is_class: bool
    loss: float


def share(card: CardContent, graph: Graph, sample: Sample) -> Share | None:
    """The sample's part of the loss; None while it is not known."""
    kind = graph[card.id].kind
    edges = graph.inputs(card.id)
    outputs = sample.row(f"{edges[0].source}.{edges[0].source_port}") if edges else None
    loss, target = sample.row(f"{card.id}.sample_loss"), sample.row(f"{card.id}.{kind.target.name}") if kind.target else None
    if outputs is None or loss is None or target is None:
        return None
    is_class = kind.link == "softmax" and np.ndim(target) == 0
    return Share(outputs.reshape(-1), sample.row(f"{card.id}.probability"), np.asarray(target), is_class, float(np.sum(loss)))
