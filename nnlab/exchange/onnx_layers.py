"""ONNX operators as layers of ours, one function each. https://onnx.ai/onnx/operators/"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnlab.exchange.onnx_reader import Converter, OnnxReader
from nnlab.exchange.onnx_shapes import SHAPE_CONVERTERS
from nnlab.exchange.onnx_values import Layer, Lengths, Obstacle, Raw

MOST_DIAGONAL = 1024  # features that are scaled one by one, as a dense layer


def _same_shape(operator: str, settings: Callable[[dict[str, Any]], dict[str, Any]] = lambda a: {}) -> Converter:
    def convert(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
        x = r.layer(r.values[node.input[0]])
        return r.new(operator, [x], x.shape, settings=settings(a))

    return convert


def _last_axis(operator: str) -> Converter:
    def convert(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
        x = r.layer(r.values[node.input[0]])
        axis = int(a.get("axis", -1 if _opset(r) >= 13 else 1))
        if axis not in (-1, len(x.shape)):
            raise Obstacle(f"works along axis {axis}; only the last one can be imported")
        return r.new(operator, [x], x.shape)

    return convert


def _opset(r: OnnxReader) -> int:
    return next(int(entry.version) for entry in r.file.proto.opset_import if entry.domain in ("", "ai.onnx"))


def _gemm(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    if a.get("transA", 0) or len(x.shape) != 1:
        raise Obstacle("multiplies something else than rows of features")
    weight = r.constant(node, 1) * np.float32(a.get("alpha", 1.0))
    weight = weight if a.get("transB", 0) else weight.T
    bias = r.optional(node, 2)
    return _dense(r, x, weight, None if bias is None else bias * np.float32(a.get("beta", 1.0)), node)


def _dense(r: OnnxReader, x: Layer, weight: np.ndarray, bias: np.ndarray | None, node: Any) -> Layer:
    """`weight` is (units, inputs) here."""
    if weight.ndim != 2 or weight.shape[1] != x.shape[-1]:
        raise Obstacle(f"has a weight of shape {weight.shape} for {x.shape[-1]} inputs")
    units = weight.shape[0]
    row = None if bias is None else np.broadcast_to(bias.reshape(-1), (units,))
    return r.new("dense", [x], (*x.shape[:-1], units), node, {"units": units, "bias": bias is not None}, weight=weight, bias=row)


def _matmul(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    left, right = (r.values[value] for value in node.input)
    if isinstance(right, np.ndarray):
        return _dense(r, r.layer(left), right.T, None, node)
    if isinstance(left, np.ndarray):
        raise Obstacle("multiplies a constant from the left")
    first, second = r.layer(left), r.layer(right)
    if len(first.shape) != len(second.shape) or len(first.shape) < 2:
        raise Obstacle(f"multiplies matrices of {first.shape} and {second.shape}")
    return r.new("matmul", [first, second], (*first.shape[:-1], second.shape[-1]))


def _sum(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    values = [r.values[value] for value in node.input]
    constant = next((value for value in values if isinstance(value, np.ndarray)), None)
    if constant is None:
        return _merged(r, "add", values)
    k = next(k for k, value in enumerate(values) if not isinstance(value, np.ndarray))
    other = values[k]
    if len(values) != 2:
        raise Obstacle("adds a constant to several values")
    if isinstance(other, Raw):
        return other.plus(constant)
    return _shifted(r, other, constant, r.is_read_once(node.input[k]), node)


def _merged(r: OnnxReader, operator: str, values: list[Any]) -> Layer:
    layers = [r.layer(value) for value in values]
    if len({layer.shape for layer in layers}) > 1:
        raise Obstacle("joins values of different shapes: " + ", ".join(str(layer.shape) for layer in layers))
    return r.new(operator, layers, layers[0].shape) if len(layers) > 1 else layers[0]


def _shifted(r: OnnxReader, x: Layer, constant: np.ndarray, is_alone: bool, node: Any) -> Any:
    """x + constant: the bias of the layer before, where it has none yet, else a layer of its own."""
    if not np.any(constant):
        return x
    across = constant.reshape(-1)
    is_row = x.operator == "dense" and len(across) in (1, x.shape[-1]) and constant.shape[-1:] == across.shape
    is_channel = x.operator == "conv2d" and (constant.size == 1 or constant.shape[-3:] == (x.shape[0], 1, 1))
    if is_alone and (is_row or is_channel) and "bias" not in x.numbers:
        length = x.shape[-1] if is_row else x.shape[0]
        x.numbers["bias"] = np.broadcast_to(across, (length,)).copy()
        x.settings["bias"] = True
        return x
    if is_alone and x.operator == "scale" and constant.size == 1:
        x.operator, x.settings["offset"] = "rescale", float(constant.ravel()[0])
        return x
    return _affine(r, x, np.ones(1), constant, node)


def _affine(r: OnnxReader, x: Layer, factor: np.ndarray, shift: np.ndarray, node: Any) -> Any:
    """Every feature times a number plus a number: a rescale where both are one number, else a dense layer with a diagonal."""
    if not np.any(shift) and factor.size == 1:
        return r.new("scale", [x], x.shape, settings={"factor": float(factor.ravel()[0])})
    if factor.size == shift.size == 1:
        numbers = {"factor": float(factor.ravel()[0]), "offset": float(shift.ravel()[0])}
        return r.new("rescale", [x], x.shape, settings=numbers)
    features = x.shape[-1]
    if any(values.size not in (1, features) or values.shape[-1:] not in ((), (1,), (features,)) for values in (factor, shift)):
        raise Obstacle(f"computes with a constant of shape {shift.shape if shift.size > 1 else factor.shape} on {x.shape}")
    if features > MOST_DIAGONAL:
        raise Obstacle(f"scales {features:,} features one by one; at most {MOST_DIAGONAL:,} can be imported")
    diagonal = np.diag(np.broadcast_to(factor.reshape(-1), (features,)))
    return r.new(
        "dense", [x], x.shape, None, {"units": features, "bias": True}, weight=diagonal,
        bias=np.broadcast_to(shift.reshape(-1), (features,)),
    )  # fmt: skip


def _product(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    values = [r.values[value] for value in node.input]
    constant = next((value for value in values if isinstance(value, np.ndarray)), None)
    if constant is not None:
        other = next(value for value in values if not isinstance(value, np.ndarray))
        return other.times(constant) if isinstance(other, Raw) else _affine(r, other, constant, np.zeros(1), node)
    x, gate = values
    for one, two in ((x, gate), (gate, x)):  # x times sigmoid(x) is SiLU
        if isinstance(two, Layer) and two.operator == "sigmoid" and two.inputs[0] is (one if isinstance(one, Layer) else None):
            return r.new("silu", [one], two.shape)
    return _merged(r, "multiply", values)


def _difference(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x, y = (r.values[value] for value in node.input)
    if isinstance(y, np.ndarray):
        return x.plus(-y) if isinstance(x, Raw) else _shifted(r, x, -y, r.is_read_once(node.input[0]), node)
    if isinstance(x, np.ndarray):
        layer = r.layer(y)
        return _affine(r, layer, -np.ones(1), x, node)
    return _merged(r, "subtract", [x, y])


def _quotient(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x, y = (r.values[value] for value in node.input)
    if not isinstance(y, np.ndarray) or (y == 0).any():
        raise Obstacle("divides by something else than a constant that is not 0")
    factor = 1.0 / y.astype(np.float64)
    return x.times(factor) if isinstance(x, Raw) else _affine(r, x, factor, np.zeros(1), node)


def _batch_norm(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    names = ("gain", "shift", "running_mean", "running_variance")
    numbers = {name: r.constant(node, k) for k, name in enumerate(names, 1)}
    settings = {"eps": float(a.get("epsilon", 1e-5)), "momentum": 1.0 - float(a.get("momentum", 0.9))}
    return r.new("batch_norm", [x], x.shape, node, settings, **numbers)


def _layer_norm(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    if int(a.get("axis", -1)) not in (-1, len(x.shape)):
        raise Obstacle("normalises over several axes; only the last one can be imported")
    gain = r.constant(node, 1)
    shift = r.optional(node, 2)
    shift = np.zeros_like(gain) if shift is None else shift
    return r.new("layer_norm", [x], x.shape, node, {"eps": float(a.get("epsilon", 1e-5))}, gain=gain, shift=shift)


def _clip(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    low = a["min"] if "min" in a else r.optional(node, 1)
    high = a["max"] if "max" in a else r.optional(node, 2)
    if low is not None and float(np.ravel(low)[0]) == 0.0 and high is None:
        return r.new("relu", [x], x.shape)
    if low is None or high is None:
        raise Obstacle("limits values on one side only")
    return r.new("hard_tanh", [x], x.shape, settings={"min_val": float(np.ravel(low)[0]), "max_val": float(np.ravel(high)[0])})


def _prelu(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x, slope = r.layer(r.values[node.input[0]]), r.constant(node, 1)
    if slope.size > 1 and np.ptp(slope) > 0:
        raise Obstacle("has a slope for every channel; one for all can be imported")
    return r.new("prelu", [x], x.shape, node, weight=slope.reshape(-1)[:1])


def _gelu(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    if a.get("approximate", b"none") != b"none":
        raise Obstacle("approximates GELU by tanh; export it with approximate='none'")
    x = r.layer(r.values[node.input[0]])
    return r.new("gelu", [x], x.shape)


def _selu(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    if abs(a.get("alpha", 1.67326) - 1.67326) > 1e-4 or abs(a.get("gamma", 1.0507) - 1.0507) > 1e-4:
        raise Obstacle("has other constants than SELU's")
    return _same_shape("selu")(r, node, a)


def _passed(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    return r.values[node.input[0]]


def _cast(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    value = r.values[node.input[0]]
    if isinstance(value, Lengths) or a["to"] in (1, 10, 11, 6, 7):
        return value  # whole numbers are cast for an embedding, which reads them as they are
    raise Obstacle("makes something else than numbers")


def _gather(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    values, index = (r.values[value] for value in node.input)
    axis = int(a.get("axis", 0))
    if isinstance(values, np.ndarray) and values.ndim == 2 and axis == 0:
        x = r.layer(index)
        settings = {"vocabulary": values.shape[0], "features": values.shape[1]}
        return r.new("embedding", [x], (*x.shape, values.shape[1]), node, settings, weight=values)
    return SHAPE_CONVERTERS["Gather"](r, node, a)


def _scaler(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.values[node.input[0]]
    offset, scale = np.array(a.get("offset", [0.0])), np.array(a.get("scale", [1.0]))
    if isinstance(x, Raw):
        return x.plus(-offset).times(scale)
    return _affine(r, r.layer(x), scale, -offset * scale, node)


def _linear_regressor(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    x = r.layer(r.values[node.input[0]])
    weight = np.array(a["coefficients"], dtype=np.float32).reshape(int(a.get("targets", 1)), -1)
    return _dense(r, x, weight, np.array(a["intercepts"], dtype=np.float32) if "intercepts" in a else None, node)


def _linear_classifier(r: OnnxReader, node: Any, a: dict[str, Any]) -> Any:
    """(labels, scores): only the scores are computed; behind them stands what `post_transform` names."""
    x = r.layer(r.values[node.input[0]])
    bias = np.array(a["intercepts"], dtype=np.float32)
    weight = np.array(a["coefficients"], dtype=np.float32).reshape(len(bias), -1)
    after = a.get("post_transform", b"NONE")
    if after == b"LOGISTIC" and len(bias) == 2 and np.allclose(weight[0], -weight[1]):
        weight, bias, after = np.stack([np.zeros_like(weight[1]), weight[1]]), np.array([0.0, bias[1]], np.float32), b"SOFTMAX"
    scores = _dense(r, x, weight, bias, node)
    if after == b"SOFTMAX":
        return None, r.new("softmax", [scores], scores.shape)
    if after != b"NONE":
        raise Obstacle(f"ends in {after.decode()}")
    return None, scores


CONVERTERS: Mapping[str, Converter] = {
    **SHAPE_CONVERTERS,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _sum,
    "Sum": _sum,
    "Mul": _product,
    "Sub": _difference,
    "Div": _quotient,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Clip": _clip,
    "PRelu": _prelu,
    "Gelu": _gelu,
    "Selu": _selu,
    "Relu": _same_shape("relu"),
    "LeakyRelu": _same_shape("leaky_relu", lambda a: {"negative_slope": float(a.get("alpha", 0.01))}),
    "Tanh": _same_shape("tanh"),
    "Sigmoid": _same_shape("sigmoid"),
    "Swish": _same_shape("silu"),
    "Elu": _same_shape("elu", lambda a: {"alpha": float(a.get("alpha", 1.0))}),
    "Softplus": _same_shape("softplus", lambda a: {key: float(a[key]) for key in ("beta", "threshold") if key in a}),
    "Sin": _same_shape("sine", lambda a: {"omega": 1.0}),
    "Softmax": _last_axis("softmax"),
    "LogSoftmax": _last_axis("log_softmax"),
    "Identity": _passed,
    "Dropout": _passed,
    "Cast": _cast,
    "Gather": _gather,
    "Scaler": _scaler,
    "LinearRegressor": _linear_regressor,
    "LinearClassifier": _linear_classifier,
}
