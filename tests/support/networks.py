"""Networks and random graphs that many tests use."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import nnlab
from nnlab.core.operator import Operator, operators
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph


def mlp(sizes: list[int], activation: str = "tanh", loss: str = "mse") -> Graph:
    """A dense network: sizes[0] features, hidden layers with an activation, sizes[-1] outputs."""
    b = nnlab.GraphBuilder()
    h = b.input(features=sizes[0])
    for units in sizes[1:-1]:
        h = b.node(activation, b.dense(h, units=units))
    b.node(loss, b.dense(h, units=sizes[-1]))
    return b.build()


def targets(graph: Graph, rows: int, generator: np.random.Generator) -> np.ndarray:
    """Random targets that the graph's loss accepts."""
    from nnlab.engine.compile import compile

    program = compile(graph, 1)
    assert program.target_name is not None
    link = graph.losses[0].kind.link
    outputs = program.places[program.output_name].row
    if link == "softmax":
        return generator.integers(0, outputs, rows)
    shape = (rows, program.places[program.target_name].row)
    if link == "sigmoid":
        return generator.integers(0, 2, shape).astype(float)
    if graph.losses[0].operator == "kl_divergence":  # probabilities, some of them 0
        weights = generator.integers(0, 4, shape)
        weights[:, 0] += 1
        return weights / weights.sum(axis=1, keepdims=True)
    return generator.standard_normal(shape)


def _shaped(b: GraphBuilder, x: Output, *lengths: int) -> Output:
    """A dense layer's units, arranged along these axes."""
    return b.reshape(b.dense(x, units=prod(lengths)), shape=", ".join(map(str, lengths)))


# Operators that need something before them that the rule of `single_operator_graph` does not give: from the builder, the input of
# three features and the operator's settings to a row of numbers.
SURROUNDINGS: dict[str, Callable[[GraphBuilder, Output, dict[str, Any]], Output | None]] = {
    "matmul": lambda b, x, s: b.matmul(_shaped(b, x, 2, 3), _shaped(b, x, 3, 4), **s),
    "transpose": lambda b, x, s: b.transpose(_shaped(b, x, 2, 3), **s),
    "flatten": lambda b, x, s: b.flatten(_shaped(b, x, 2, 3), **s),
    # hard_tanh of large numbers is one of its two limits: whole numbers, which follow from the data
    "embedding": lambda b, x, s: b.embedding(b.hard_tanh(b.scale(x, factor=1e6), min_val=0.0, max_val=2.0), **s),
    "batch_norm": lambda b, x, s: b.batch_norm(_shaped(b, x, 3, 2, 2), **s),
    "conv2d": lambda b, x, s: b.conv2d(_shaped(b, x, 2, 4, 3), **s),
    "max_pool2d": lambda b, x, s: b.max_pool2d(_shaped(b, x, 2, 4, 5), **s),
    "average_pool2d": lambda b, x, s: b.average_pool2d(_shaped(b, x, 2, 4, 5), **s),
}

# Settings besides the defaults that every operator is checked with.
VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    "dense": ({"l1": 0.01, "l2": 0.02}, {"bias": False}),
    "scale": ({"factor": -0.4},),
    "rescale": ({"factor": -0.4, "offset": 2.5},),
    "slice": ({"start": 1, "stop": 3}, {"start": 2}),
    "embedding": ({"vocabulary": 3, "features": 2}, {"vocabulary": 3, "features": 2, "init": "he_uniform", "l1": 0.01, "l2": 0.02}),
    "dropout": ({"p": 0.3}, {"p": 0.0}, {"p": 1.0}),
    "layer_norm": ({"eps": 0.1},),
    "batch_norm": ({"eps": 0.1, "momentum": 0.3},),
    "conv2d": (
        {"filters": 3, "kernel_size": 2, "stride": 2, "padding": 1},
        {"filters": 1, "kernel_size": 1, "l1": 0.01, "l2": 0.02},
        {"filters": 2, "kernel_size": 3, "padding": 2, "init": "he_normal"},
        {"filters": 2, "kernel_size": 4, "stride": 3, "padding": 3},
        {"filters": 2, "kernel_size": 2, "bias": False},
    ),
    "max_pool2d": ({"kernel_size": 3, "stride": 1, "padding": 1}, {"kernel_size": 2, "stride": 3}, {"kernel_size": 3, "stride": 2}),
    "average_pool2d": (
        {"kernel_size": 3, "stride": 1, "padding": 1},
        {"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
        {"kernel_size": 2, "stride": 3},
    ),
    "reshape": ({"shape": "2, 2"}, {"shape": "-1, 1, 2"}),
    "leaky_relu": ({"negative_slope": 0.2},),
    "elu": ({"alpha": 0.5},),
    "softplus": ({"beta": 3.0, "threshold": 2.0},),
    "hard_tanh": ({"min_val": -0.5, "max_val": 0.25},),
    "sine": ({"omega": 3.0},),
    "mse": ({"half": True},),
    "huber": ({"delta": 0.3},),
    "cross_entropy": ({"label_smoothing": 0.1}, {"class_weights": "1, 2.5, 0.5"}, {"label_smoothing": 0.3, "class_weights": "3 1 0.2"}),
    "binary_cross_entropy": ({"label_smoothing": 0.2}, {"pos_weight": "3"}, {"label_smoothing": 0.1, "pos_weight": "0.5, 4"}),
}


def single_operator_graph(kind: Operator, settings: dict[str, Any] | None = None) -> Graph:
    """The smallest trainable graph around one operator: dense layers feed it, a dense layer and a loss follow."""
    b = GraphBuilder()
    x = b.input(features=3)
    chosen = settings or {}
    if kind.is_input:
        b.mse(b.dense(x, units=2))
    elif kind.is_loss:
        last = b.dense(b.tanh(b.dense(x, units=4)), units=3 if kind.link == "softmax" else 2)
        if kind.name == "kl_divergence":
            last = b.log_softmax(last)
        b.node(kind.name, last, **chosen)
    else:
        if kind.name in SURROUNDINGS:
            output = SURROUNDINGS[kind.name](b, x, chosen)
        else:
            sources = [b.dense(x, units=4) for _ in range(3 if kind.variadic else len(kind.inputs))]
            output = b.node(kind.name, *sources, **chosen)
        b.mse(b.dense(output, units=2))
    return b.build()


def trainable_operators() -> list[Operator]:
    return [kind for kind in operators if kind.name.isidentifier()]


def operator_cases() -> list[Any]:
    """Every operator with its default settings and each of its variants, as pytest parameters (kind, settings)."""
    cases = []
    for kind in trainable_operators():
        for settings in ({}, *VARIANTS.get(kind.name, ())):
            cases.append(pytest.param((kind, settings), id="-".join([kind.name, *(f"{k}={v}" for k, v in settings.items())])))
    return cases


KINKED = ("relu", "leaky_relu", "prelu", "hard_tanh", "selu")  # SELU has two slopes at 0, too
SMOOTH = (
    "tanh", "sigmoid", "softmax", "elu", "gelu", "silu", "softplus", "sine", "log_softmax", "identity", "scale", "rescale", "layer_norm",
    "batch_norm", "dropout",
)  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn, most_layers: int = 6, smooth: bool = False) -> Graph:
    """A random directed acyclic network with fan-out, merges and one of the losses. `smooth` leaves out kinks at 0."""
    b = GraphBuilder()
    outputs: list[tuple[Output, int]] = [(b.input(features=draw(st.integers(1, 4))), 0)]
    features = b._graph.nodes[0].settings["features"]
    assert isinstance(features, int)
    outputs = [(outputs[0][0], features)]
    unary = SMOOTH if smooth else (*SMOOTH, *KINKED)
    for _ in range(draw(st.integers(1, most_layers))):
        choice = draw(st.sampled_from(("dense", "dense", "unary", "merge", "concat")))
        source, width = draw(st.sampled_from(outputs))
        if choice == "dense":
            units = draw(st.integers(1, 5))
            outputs.append((b.dense(source, units=units, init=draw(st.sampled_from(("xavier_uniform", "he_normal")))), units))
        elif choice == "unary":
            outputs.append((b.node(draw(st.sampled_from(unary)), source), width))
        else:
            count = draw(st.integers(2, 4))
            if choice == "concat":
                chosen = [draw(st.sampled_from(outputs)) for _ in range(count)]
                outputs.append((b.concat(*(o for o, _ in chosen)), sum(w for _, w in chosen)))
            else:
                same = [o for o in outputs if o[1] == width]
                chosen = [draw(st.sampled_from(same)) for _ in range(count)]
                merges = ("add", "multiply", "subtract") if count == 2 else ("add", "multiply")
                outputs.append((b.node(draw(st.sampled_from(merges)), *(o for o, _ in chosen)), width))
    loss = draw(st.sampled_from(("mse", "binary_cross_entropy", "cross_entropy", *(() if smooth else ("mae", "huber")))))
    units = draw(st.integers(2, 4)) if loss == "cross_entropy" else draw(st.integers(1, 3))
    last = b.dense(outputs[-1][0], units=units)
    b.node(loss, last)
    return b.build()
