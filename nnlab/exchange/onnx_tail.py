"""The end of an ONNX model: which value is the network's own output, and what stands behind it for people.

Classifiers end in labels, in maps from labels to probabilities, or in the two probabilities 1 - p and p. None of that is computed by
layers; the names of classes are read from it.
"""

from __future__ import annotations

from typing import Any

from nnlab.core.errors import FileError
from nnlab.exchange.onnx_file import OnnxFile, attributes

_PASSED = ("Cast", "Identity", "Reshape", "Squeeze")
_ENDS = ("Softmax", "Sigmoid", "ZipMap", "Normalizer")


def output_value(file: OnnxFile) -> str:
    """The name of the value that layers compute. Raises FileError for a model with several."""
    scores = [_scores(file, value) for value in file.outputs]
    roots = {_root(file, value) for value in scores}
    if len(roots) > 1:
        listed = ", ".join(repr(value) for value in file.outputs[:4])
        raise FileError(f"{file.name} has several outputs ({listed}); a network of NN Lab has one: export it with one.")
    own = [score for score, value in zip(scores, file.outputs, strict=True) if _label_source(file, value) is None]
    return (own or scores)[-1]


def class_names(file: OnnxFile) -> tuple[str, ...]:
    """The names of classes where the model knows them, else none."""
    for node in reversed(file.nodes):
        given = attributes(node) if node.op_type in ("ZipMap", "LinearClassifier") else {}
        for key in ("classlabels_strings", "classlabels_int64s", "classlabels_ints"):
            if given.get(key):
                return tuple(label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label) for label in given[key])
        if node.op_type == "ArrayFeatureExtractor" and node.input[0] in file.constants:
            return tuple(str(label) for label in file.constants[node.input[0]].ravel().tolist())
        if node.op_type == "Gather" and node.input[0] in file.constants and file.constants[node.input[0]].dtype == object:
            return tuple(file.constants[node.input[0]].ravel().tolist())
    return ()


def _scores(file: OnnxFile, value: str) -> str:
    """What a value for people was made from."""
    source = _label_source(file, value)
    value = value if source is None else source
    node = file.producer.get(value)
    if node is not None and node.op_type == "ZipMap":
        return _scores(file, node.input[0])
    if node is not None and node.op_type == "Normalizer":
        return str(node.input[0])
    pair = _second_of_pair(file, node)
    return pair or value


def _second_of_pair(file: OnnxFile, node: Any) -> str:
    """p of the pair 1 - p and p."""
    if node is None or node.op_type != "Concat" or len(node.input) != 2:
        return ""
    first = file.producer.get(node.input[0])
    is_rest = first is not None and first.op_type == "Sub" and first.input[0] in file.constants and first.input[1] == node.input[1]
    return str(node.input[1]) if is_rest else ""


def _label_source(file: OnnxFile, value: str) -> str | None:
    """The scores that a label was chosen by; None for what is no label."""
    for _ in range(12):
        node = file.producer.get(value)
        if node is None:
            return None
        if node.op_type in ("ArgMax", "Greater", "Binarizer"):
            return str(node.input[0])
        if node.op_type == "LinearClassifier" and value == node.output[0]:
            return str(node.output[1])
        if node.op_type == "ArrayFeatureExtractor" or (node.op_type == "Gather" and node.input[0] in file.constants):
            value = node.input[1]
        elif node.op_type in (*_PASSED, "LabelEncoder"):
            value = node.input[0]
        else:
            return None
    return None


def _root(file: OnnxFile, value: str) -> str:
    """The value before what only brings scores into another form."""
    for _ in range(12):
        node = file.producer.get(value)
        if node is None:
            return value
        pair = _second_of_pair(file, node)
        if pair:
            value = pair
        elif node.op_type in (*_ENDS, "Cast", "Identity"):
            value = node.input[0]
        else:
            return value
    return value
