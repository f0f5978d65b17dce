"""ONNX: networks of other programs as ours, weights and names of classes included.

What PyTorch, scikit-learn and Keras export is read: layers with weights as initializers or constants, normalisation and activations whole
or in pieces, shapes that are computed from shapes, scalers in front and labels behind. Before a project is made, its outputs are compared
with those of onnx's reference evaluator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnlab.core import fitted_preparation
from nnlab.core.dataset import Target
from nnlab.core.errors import FileError
from nnlab.core.fitted_preparation import NumberInput, Preparation, RawColumn
from nnlab.exchange.importer import AS_PROPOSED, ImportChoices, Imported, Importer, register
from nnlab.exchange.model import drawn_rows, largest_difference
from nnlab.exchange.onnx_file import OnnxFile, read_onnx
from nnlab.exchange.onnx_layers import CONVERTERS
from nnlab.exchange.onnx_patterns import joined
from nnlab.exchange.onnx_preparation import OUTPUTS, feeds
from nnlab.exchange.onnx_reader import OnnxReader
from nnlab.exchange.onnx_tail import class_names, output_value
from nnlab.exchange.onnx_values import Layer, raw_input, size_of_shape
from nnlab.files.project import SavedProject
from nnlab.files.session_file import saved_session
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.jobs.context import TaskContext
from nnlab.training.metrics import probabilities
from nnlab.training.session import Session

ROWS = 8  # that the outputs are compared on
TOLERANCE = 1e-4
MOST_FEATURES = 100_000


@dataclass(frozen=True)
class ModelEnds:
    """What a model was found to begin and to end with."""

    preparation: Preparation
    loss: str
    value: str  # the ONNX value that the network's output is, before or behind the link
    has_link: bool  # whether that value is behind softmax or sigmoid, which the network leaves to its loss


def read(path: Path, into: SavedProject | None, job: TaskContext, choices: ImportChoices = AS_PROPOSED) -> Imported:
    """Raises FileError naming every node that cannot be imported, or that outputs differ."""
    job.report(0, 4, "Reading")
    file = joined(read_onnx(path))
    job.report(1, 4, "Making layers")
    own = fitted_preparation.decode(file.metadata["nnlab.preparation"].encode()) if "nnlab.preparation" in file.metadata else None
    values, batch = _inputs(file, own)
    reader = OnnxReader(file, values, batch, CONVERTERS)
    value = OUTPUTS if own is not None else output_value(file)
    reader.read({value})
    last = reader.layer(reader.values[value])
    job.report(2, 4, "Setting weights")
    last, ends = _ends(file, reader, last, value, own)
    session = _session(file, last, ends)
    session.preparation = ends.preparation
    job.report(3, 4, "Comparing outputs")
    difference = _compared(file, session, ends, batch)
    count = sum(values.size for values in session.parameters.values())
    return saved_session(session), (
        f"{len(session.graph)} nodes, {count:,} parameters",
        f"outputs agree with onnx's reference evaluator, largest difference {difference:.1e} of the largest output",
    )


def _inputs(file: OnnxFile, own: Preparation | None) -> tuple[dict[str, Any], int | None]:
    """The raw inputs by name, and the length of the batch where the file fixes it."""
    if own is not None:
        return {file.metadata.get("nnlab.inputs", "inputs"): Layer("input", [], (own.inputs,), {"features": own.inputs})}, None
    found: dict[str, Any] = {}
    start, batch = 0, None
    for name, lengths in file.inputs.items():
        rest = lengths[1:] if len(lengths) > 1 else (1,)
        if any(length is None or length < 1 for length in rest):
            axis = next(k for k, length in enumerate(rest, 1) if length is None or length < 1)
            raise FileError(f"{file.name}: axis {axis} of the input {name!r} has no fixed length; only the batch may vary.")
        shape = tuple(int(length or 1) for length in rest)
        features = size_of_shape(shape)
        if start + features > MOST_FEATURES:
            raise FileError(f"{file.name} has {start + features:,} inputs or more; at most {MOST_FEATURES:,} can be imported.")
        found[name] = raw_input(features, shape, start)
        start, batch = start + features, lengths[0] if lengths else None
    if not found:
        raise FileError(f"{file.name} has no input that rows could be given to.")
    return found, batch or None


def _ends(file: OnnxFile, reader: OnnxReader, last: Layer, value: str, own: Preparation | None) -> tuple[Layer, ModelEnds]:
    """The layer that enters the loss, and what stands around the network."""
    names = own.target.names if own is not None and own.target.classes else class_names(file)
    link = last.operator if last.operator in ("softmax", "sigmoid") else ""
    last = last.inputs[0] if link else last
    outputs = size_of_shape(last.shape)
    if own is not None:
        loss = file.metadata.get("nnlab.loss", "mse")
        return last, ModelEnds(own, loss, value, bool(link))
    names = names if len(names) == max(outputs, 2) else tuple(str(k) for k in range(max(outputs, 2))) if link or names else ()
    if link == "sigmoid" and outputs > 1:
        target, loss = Target("continuous", tuple(f"y{k + 1}" for k in range(outputs)), True), "binary_cross_entropy"
    elif names and (link == "softmax" or outputs > 1):
        target, loss = Target("binary" if len(names) == 2 else "classes", names), "cross_entropy"
    elif names:
        target, loss = Target("binary", names), "binary_cross_entropy"
    else:
        target, loss = Target("continuous", tuple(f"y{k + 1}" for k in range(outputs)) if outputs > 1 else ("y",)), "mse"
    return last, ModelEnds(_preparation(file, reader, target), loss, value, bool(link))


def _preparation(file: OnnxFile, reader: OnnxReader, target: Target) -> Preparation:
    raw = reader.raw
    assert raw is not None
    names = _column_names(file, len(raw.columns))
    chosen = [names[int(k)] for k in raw.columns]
    steps = [NumberInput(column=n, mean=m, scale=s) for n, m, s in zip(chosen, raw.mean.tolist(), raw.scale.tolist(), strict=True)]
    return Preparation(tuple(RawColumn(name) for name in names), tuple(steps), target)


def _column_names(file: OnnxFile, count: int) -> list[str]:
    if len(file.inputs) == 1:
        return [f"x{k + 1}" for k in range(count)]
    names = []
    for name, lengths in file.inputs.items():
        features = size_of_shape(tuple(int(length or 1) for length in lengths[1:]))
        names += [name] if features == 1 else [f"{name}_{k + 1}" for k in range(features)]
    return names if len(set(names)) == len(names) else [f"x{k + 1}" for k in range(count)]


def _session(file: OnnxFile, last: Layer, ends: ModelEnds) -> Session:
    """A network of the layers that lead to the last one, with their numbers."""
    builder = GraphBuilder()
    made: dict[int, Output] = {}
    numbers: dict[str, np.ndarray] = {}
    taken: set[str] = set()
    waiting = [last]
    while waiting:
        layer = waiting[-1]
        missing = [source for source in layer.inputs if id(source) not in made]
        if missing or id(layer) in made:
            waiting = [*waiting, *missing] if missing else waiting[:-1]
            continue
        wish = layer.wish if layer.wish and layer.wish not in taken else None
        output = builder.node(layer.operator, *(made[id(source)] for source in layer.inputs), id=wish, **layer.settings)
        taken.add(output.node_id)
        made[id(layer)] = output
        numbers |= {f"{output.node_id}.{name}": np.asarray(values) for name, values in layer.numbers.items()}
        waiting.pop()
    end = made[id(last)]
    if len(last.shape) > 1:
        end = builder.flatten(end)
    builder.node(ends.loss, end)
    wide = bool(numbers) and all(values.dtype == np.float64 for values in numbers.values())
    return Session(builder.build(), "adam", 1e-3, dtype="float64" if wide else "float32", initial_weights=numbers)


def _compared(file: OnnxFile, session: Session, ends: ModelEnds, batch: int | None) -> float:
    """The largest difference to the reference evaluator; raises FileError where it is too large."""
    from onnx.reference import ReferenceEvaluator

    rows = drawn_rows(ends.preparation, batch or ROWS)
    tables = [node for node in session.graph if node.operator == "embedding" and _is_at_input(session, node.id)]
    vocabulary = [int(node.settings["vocabulary"]) for node in tables]
    if vocabulary:
        rows = {name: np.floor(np.abs(values)) % min(vocabulary) for name, values in rows.items()}
    proto = _up_to(file.proto, ends.value)
    given = feeds(ends.preparation, rows) if "nnlab.preparation" in file.metadata else _given(file, ends.preparation, rows)
    try:
        found: Any = ReferenceEvaluator(proto).run(None, given)
        theirs = np.asarray(found[0])
    except Exception as error:  # whatever an implementation of an operator raises
        raise FileError(f"{file.name} cannot be computed by onnx's reference evaluator: {str(error).splitlines()[0][:120]}.") from error
    ours = session.predict(ends.preparation.transform(rows))
    if ends.has_link:
        shares = probabilities(ours, session.graph.losses[0].kind.link)
        ours = shares[:, 1:] if theirs.size == len(ours) else shares if ours.shape[1] > 1 and ends.loss == "cross_entropy" else _each(ours)
    difference = largest_difference(ours, theirs)
    if not difference <= TOLERANCE:
        raise FileError(f"{file.name} was not imported: outputs would differ by {difference:.2g} of the largest; please report it.")
    return difference


def _is_at_input(session: Session, node_id: str) -> bool:
    """Whether a node reads the raw input, as it is or in another shape."""
    before = (session.graph[name].operator for name in session.graph.ancestors(node_id))
    return set(before) <= {"input", "reshape", "slice", "identity"}


def _up_to(proto: Any, value: str) -> Any:
    """The model without what comes behind a value, which may be of operators that the evaluator does not have."""
    from onnx import ModelProto

    made = ModelProto()
    made.CopyFrom(proto)
    needed, kept = {value}, []
    for node in reversed(made.graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    nodes = [type(node).FromString(node.SerializeToString()) for node in reversed(kept)]
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    del made.graph.output[:]
    made.graph.output.add().name = value
    return made


def _each(logits: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits.astype(np.float64))))


def _given(file: OnnxFile, preparation: Preparation, rows: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rows as the model's own inputs take them."""
    from onnx import helper

    table = np.column_stack([rows[column.name] for column in preparation.columns])
    kinds = {value.name: value.type.tensor_type.elem_type for value in file.proto.graph.input}
    found, start = {}, 0
    for name, lengths in file.inputs.items():
        rest = tuple(int(length or 1) for length in lengths[1:])
        features = size_of_shape(rest)
        piece = table[:, start : start + features].astype(helper.tensor_dtype_to_np_dtype(kinds[name]))
        found[name] = piece.reshape(len(table), *rest) if len(lengths) > 1 else piece.reshape(-1)
        start += features
    return found


register(
    Importer(
        name="onnx",
        title="ONNX",
        suffixes=(".onnx",),
        fits=lambda path: path.suffix.lower() == ".onnx",
        read=read,
    )
)
