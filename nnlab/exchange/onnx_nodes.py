"""Every operator as ONNX writes it: from a node to ONNX nodes. Opset 20, which has Gelu and compares strings.

A writer is given the names of the tensors that the node reads and returns the name of what it wrote. https://onnx.ai/onnx/operators/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnlab.core.setting import Value
from nnlab.core.tensor import Shape
from nnlab.graph.graph import Node

OPSET = 20


@dataclass(eq=False)
class GraphWriter:
    """The nodes and constants of an ONNX graph while it is written."""

    real: np.dtype
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def constant(self, name: str, values: Any, dtype: Any = None) -> str:
        """A tensor that does not change, under a name of its own."""
        name = self.free(name)
        self.constants[name] = np.asarray(values, dtype=dtype)
        return name

    def add(self, kind: str, inputs: Sequence[str], name: str, is_output: bool = False, **attributes: Any) -> str:
        """One ONNX node; returns the name of its output. The names of the graph's own outputs are kept free for them."""
        from onnx import helper

        name = name if is_output else self.free(name)
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"{name}:{kind}", **attributes))
        return name

    def free(self, name: str) -> str:
        """The name, or with a number behind it where something has it already."""
        found, count = name, 1
        while found in self.taken:
            count += 1
            found = f"{name}.{count}"
        self.taken.add(found)
        return found


@dataclass(eq=False)
class NodeWriter:
    """One node of ours on its way into ONNX."""

    graph: GraphWriter
    node: Node
    inputs: Sequence[str]
    shape: Shape  # of the first input, without the batch
    numbers: Callable[[str], np.ndarray | None]

    @property
    def settings(self) -> Mapping[str, Value]:
        return self.node.settings

    @property
    def x(self) -> str:
        return self.inputs[0]

    def parameter(self, name: str) -> str:
        values = self.numbers(name)
        assert values is not None
        return self.graph.constant(f"{self.node.id}.{name}", values, self.graph.real)

    def number(self, name: str, value: float) -> str:
        return self.graph.constant(f"{self.node.id}.{name}", value, self.graph.real)

    def write(self, kind: str, *inputs: str, part: str = "", **attributes: Any) -> str:
        """An ONNX node; `part` names it where it is not the last of its node."""
        return self.graph.add(kind, inputs or self.inputs, self.node.id + (f".{part}" if part else ""), **attributes)


def _dense(w: NodeWriter) -> str:
    biased = w.numbers("bias") is not None
    if len(w.shape) == 1:
        bias = [w.parameter("bias")] if biased else []
        return w.write("Gemm", w.x, w.parameter("weight"), *bias, transB=1)
    turned = w.write("Transpose", w.parameter("weight"), part="columns", perm=[1, 0])
    product = w.write("MatMul", w.x, turned, part="product" if biased else "")
    return w.write("Add", product, w.parameter("bias")) if biased else product


def _embedding(w: NodeWriter) -> str:
    from onnx import TensorProto

    rows = w.write("Cast", w.x, part="rows", to=TensorProto.INT64)
    return w.write("Gather", w.parameter("weight"), rows, axis=0)


def _silu(w: NodeWriter) -> str:
    return w.write("Mul", w.x, w.write("Sigmoid", w.x, part="sigmoid"))


def _softplus(w: NodeWriter) -> str:
    beta = w.number("beta", float(w.settings["beta"]))
    scaled = w.write("Mul", w.x, beta, part="scaled")
    curve = w.write("Div", w.write("Softplus", scaled, part="softplus"), beta, part="curve")
    above = w.write("Greater", scaled, w.number("threshold", float(w.settings["threshold"])), part="above")
    return w.write("Where", above, w.x, curve)


def _window(w: NodeWriter) -> dict[str, Any]:
    size, border = int(w.settings["kernel_size"]), int(w.settings["padding"])
    step = int(w.settings["stride"]) or size
    return {"kernel_shape": [size, size], "strides": [step, step], "pads": [border] * 4}


def _conv2d(w: NodeWriter) -> str:
    bias = [w.parameter("bias")] if w.numbers("bias") is not None else []
    return w.write("Conv", w.x, w.parameter("weight"), *bias, **_window(w))


def _average_pool2d(w: NodeWriter) -> str:
    return w.write("AveragePool", w.x, count_include_pad=int(bool(w.settings["count_include_pad"])), **_window(w))


def _chain(kind: str) -> Callable[[NodeWriter], str]:
    def write(w: NodeWriter) -> str:
        result = w.inputs[0]
        for k, other in enumerate(w.inputs[1:], 2):
            result = w.write(kind, result, other, part="" if k == len(w.inputs) else f"first_{k}")
        return result

    return write


def _slice(w: NodeWriter) -> str:
    start, stop = int(w.settings["start"]), int(w.settings["stop"]) or w.shape[-1]
    ends = [w.graph.constant(f"{w.node.id}.{name}", [value], np.int64) for name, value in (("start", start), ("stop", stop), ("axis", -1))]
    return w.write("Slice", w.x, *ends)


def _transpose(w: NodeWriter) -> str:
    order = list(range(len(w.shape) + 1))
    order[-2:] = order[-1], order[-2]
    return w.write("Transpose", w.x, perm=order)


def _reshape(w: NodeWriter) -> str:
    lengths = [int(part) for part in str(w.settings["shape"]).replace(",", " ").split()]
    return w.write("Reshape", w.x, w.graph.constant(f"{w.node.id}.shape", [0, *lengths], np.int64))


def _batch_norm(w: NodeWriter) -> str:
    parts = [w.parameter(name) for name in ("gain", "shift", "running_mean", "running_variance")]
    return w.write("BatchNormalization", w.x, *parts, epsilon=float(w.settings["eps"]))


def _layer_norm(w: NodeWriter) -> str:
    return w.write("LayerNormalization", w.x, w.parameter("gain"), w.parameter("shift"), axis=-1, epsilon=float(w.settings["eps"]))


def _hard_tanh(w: NodeWriter) -> str:
    return w.write("Clip", w.x, *(w.number(name, float(w.settings[name])) for name in ("min_val", "max_val")))


def _sine(w: NodeWriter) -> str:
    return w.write("Sin", w.write("Mul", w.x, w.number("omega", float(w.settings["omega"])), part="angle"))


def _rescale(w: NodeWriter) -> str:
    product = w.write("Mul", w.x, w.number("factor", float(w.settings["factor"])), part="product")
    return w.write("Add", product, w.number("offset", float(w.settings["offset"])))


WRITERS: Mapping[str, Callable[[NodeWriter], str]] = {
    "dense": _dense,
    "embedding": _embedding,
    "layer_norm": _layer_norm,
    "batch_norm": _batch_norm,
    "dropout": lambda w: w.write("Identity"),
    "relu": lambda w: w.write("Relu"),
    "leaky_relu": lambda w: w.write("LeakyRelu", alpha=float(w.settings["negative_slope"])),
    "tanh": lambda w: w.write("Tanh"),
    "sigmoid": lambda w: w.write("Sigmoid"),
    "softmax": lambda w: w.write("Softmax", axis=-1),
    "log_softmax": lambda w: w.write("LogSoftmax", axis=-1),
    "prelu": lambda w: w.write("PRelu", w.x, w.parameter("weight")),
    "elu": lambda w: w.write("Elu", alpha=float(w.settings["alpha"])),
    "selu": lambda w: w.write("Selu"),
    "gelu": lambda w: w.write("Gelu"),
    "silu": _silu,
    "softplus": _softplus,
    "hard_tanh": _hard_tanh,
    "sine": _sine,
    "conv2d": _conv2d,
    "max_pool2d": lambda w: w.write("MaxPool", **_window(w)),
    "average_pool2d": _average_pool2d,
    "add": _chain("Add"),
    "multiply": _chain("Mul"),
    "subtract": lambda w: w.write("Sub"),
    "matmul": lambda w: w.write("MatMul"),
    "concat": lambda w: w.write("Concat", axis=-1),
    "identity": lambda w: w.write("Identity"),
    "scale": lambda w: w.write("Mul", w.x, w.number("factor", float(w.settings["factor"]))),
    "rescale": _rescale,
    "slice": _slice,
    "transpose": _transpose,
    "reshape": _reshape,
    "flatten": lambda w: w.write("Flatten", axis=1),
}
