"""ONNX models written node by node, in the forms of exporters that are not here: skl2onnx, tf2onnx, PyTorch's newer exporter."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def model(
    nodes: list[Any], constants: dict[str, Any], inputs: dict[str, list[Any]], outputs: list[str], opset: int = 18, ml: int = 0
) -> Any:  # fmt: skip
    """A model of float inputs; outputs without a type, as far as they are of interest here."""
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    found = [helper.make_value_info(name, helper.make_tensor_type_proto(TensorProto.FLOAT, None)) for name in outputs]
    tensors = [numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()]
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid("ai.onnx.ml", ml)] if ml else [])
    return helper.make_model(helper.make_graph(nodes, "g", given, found, tensors), opset_imports=opsets, ir_version=8)


def scikit_learn_mlp(mlp: Any, scaler: Any, labels: list[str]) -> Any:
    """An MLPClassifier behind a StandardScaler, as skl2onnx writes them."""
    make, ml = helper.make_node, "ai.onnx.ml"
    nodes = [make("Scaler", ["X"], ["variable"], domain=ml, offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist())]
    nodes.append(make("Cast", ["variable"], ["a0"], to=TensorProto.FLOAT))
    constants: dict[str, Any] = {"classes": np.array(labels, dtype=object), "shape_tensor": np.array([-1])}
    last = len(mlp.coefs_) - 1
    for k, (weight, bias) in enumerate(zip(mlp.coefs_, mlp.intercepts_, strict=True)):
        constants |= {f"coefficient{k}": weight.astype(np.float32), f"intercepts{k}": bias.reshape(1, -1).astype(np.float32)}
        nodes += [make("MatMul", [f"a{k}", f"coefficient{k}"], [f"m{k}"]), make("Add", [f"m{k}", f"intercepts{k}"], [f"z{k}"])]
        kind = "Relu" if k < last else "Softmax" if len(labels) > 2 else "Sigmoid"
        nodes.append(make(kind, [f"z{k}"], [f"a{k + 1}"]))
    if len(labels) > 2:
        nodes.append(make("Identity", [f"a{last + 1}"], ["probs"]))
    else:
        constants["unity"] = np.float32(1.0)
        nodes += [make("Sub", ["unity", f"a{last + 1}"], ["negative"]), make("Concat", ["negative", f"a{last + 1}"], ["probs"], axis=1)]
    nodes += [
        make("ArgMax", ["probs"], ["argmax"], axis=1),
        make("ArrayFeatureExtractor", ["classes", "argmax"], ["extracted"], domain=ml),
        make("Reshape", ["extracted", "shape_tensor"], ["output_label"]),
        make("ZipMap", ["probs"], ["output_probability"], domain=ml, classlabels_strings=labels),
    ]
    return model(nodes, constants, {"X": [None, len(mlp.coefs_[0])]}, ["output_label", "output_probability"], ml=1)


def keras_convnet(generator: np.random.Generator) -> Any:
    """Images of channels last, turned for the convolution and back, as tf2onnx writes a Keras model."""
    make = helper.make_node
    nodes = [
        make("Transpose", ["image"], ["nchw"], perm=[0, 3, 1, 2], name="sequential/conv2d/Conv2D__6"),
        make("Conv", ["nchw", "sequential/conv2d/kernel", "sequential/conv2d/bias"], ["c"], auto_pad="SAME_UPPER", kernel_shape=[3, 3]),
        make("Relu", ["c"], ["r"]),
        make("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        make("Transpose", ["p"], ["nhwc"], perm=[0, 2, 3, 1]),
        make("Reshape", ["nhwc", "shape"], ["flat"]),
        make("MatMul", ["flat", "dense/kernel"], ["m"]),
        make("Add", ["m", "dense/bias"], ["z"]),
        make("Softmax", ["z"], ["dense"], axis=1),
    ]
    constants = {
        "sequential/conv2d/kernel": generator.normal(size=(3, 2, 3, 3)).astype(np.float32),
        "sequential/conv2d/bias": generator.normal(size=3).astype(np.float32), "shape": np.array([-1, 12]),
        "dense/kernel": generator.normal(size=(12, 4)).astype(np.float32), "dense/bias": generator.normal(size=4).astype(np.float32),
    }  # fmt: skip
    return model(nodes, constants, {"image": ["unk__6", 4, 4, 2]}, ["dense"], opset=15)


def newer_torch(generator: np.random.Generator) -> Any:
    """Gemm of turned weights, MatMul and Add, layer norm and GELU whole, SiLU as two nodes."""
    make = helper.make_node
    nodes = [
        make("Gemm", ["x", "0.weight", "0.bias"], ["linear"], transB=1, name="node_linear"),
        make("LayerNormalization", ["linear", "1.weight", "1.bias"], ["layer_norm"], axis=-1, epsilon=1e-5),
        make("Gelu", ["layer_norm"], ["gelu"], approximate="none"),
        make("MatMul", ["gelu", "t"], ["val_3"]),
        make("Add", ["val_3", "3.bias"], ["linear_1"]),
        make("Sigmoid", ["linear_1"], ["val_5"]),
        make("Mul", ["linear_1", "val_5"], ["silu"]),
    ]
    sizes = {"0.weight": (5, 3), "0.bias": (5,), "1.weight": (5,), "1.bias": (5,), "t": (5, 2), "3.bias": (2,)}
    return model(nodes, {n: generator.normal(size=s).astype(np.float32) for n, s in sizes.items()}, {"x": ["s77", 3]}, ["silu"], opset=20)
