"""The preparation inside an ONNX graph: raw columns in, names of classes, probabilities or numbers in their own unit out.

A table of numbers is one input, `columns` (rows, columns), double because that is how tables hold numbers; with text among them every
column is an input of its own, (rows, 1), under its name. A category that training did not have is none of those it had.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.fitted_preparation import CategoryInput, FunctionInput, MissingInput, NumberInput, Preparation, RankInput
from nnlab.exchange.onnx_nodes import GraphWriter

TABLE = "columns"
PREDICTION, PROBABILITIES, OUTPUTS = "prediction", "probabilities", "outputs"
NAMES = frozenset({TABLE, PREDICTION, PROBABILITIES, OUTPUTS})  # kept free of other names
FLOAT, DOUBLE, TEXT = 1, 11, 8  # as onnx.TensorProto numbers them


def feeds(preparation: Preparation, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Raw columns as the graph's inputs take them."""
    if not any(column.is_text for column in preparation.columns):
        return {TABLE: np.column_stack([rows[column.name] for column in preparation.columns]).astype(np.float64)}
    return {c.name: (rows[c.name].astype(object) if c.is_text else rows[c.name]).reshape(-1, 1) for c in preparation.columns}


def inputs_of(preparation: Preparation) -> list[Any]:
    """The graph's inputs."""
    from onnx import helper

    if not any(column.is_text for column in preparation.columns):
        return [helper.make_tensor_value_info(TABLE, DOUBLE, ["rows", len(preparation.columns)])]
    kinds = {True: TEXT, False: DOUBLE}
    return [helper.make_tensor_value_info(c.name, kinds[c.is_text], ["rows", 1]) for c in preparation.columns]


def write_preparation(writer: GraphWriter, preparation: Preparation) -> str:
    """The steps from raw columns to the network's inputs (rows, inputs) in the network's type."""
    columns = preparation.columns
    steps = preparation.steps
    as_real = FLOAT if writer.real == np.float32 else DOUBLE
    if all(isinstance(step, NumberInput) and step.fill is None for step in steps) and not any(c.is_text for c in columns):
        place = {column.name: k for k, column in enumerate(columns)}
        order = [place[step.column] for step in steps]  # type: ignore[union-attr]
        table = TABLE
        if order != list(range(len(columns))):
            table = writer.add("Gather", [table, writer.constant("preparation.order", order, np.int64)], "preparation.chosen", axis=1)
    else:
        parts = _Columns(writer, preparation)
        table = writer.add("Concat", [parts.input(step) for step in steps], "preparation.inputs", axis=1)
    mean = writer.constant("preparation.mean", [step.mean for step in steps], np.float64)
    scale = writer.constant("preparation.scale", [step.scale for step in steps], np.float64)
    centred = writer.add("Sub", [table, mean], "preparation.centred")
    return writer.add("Cast", [writer.add("Div", [centred, scale], "preparation.scaled")], "inputs", to=as_real)


class _Columns:
    """Single columns (rows, 1) of the table, each taken out once."""

    def __init__(self, writer: GraphWriter, preparation: Preparation) -> None:
        self._writer, self._preparation = writer, preparation
        self._known: dict[str, str] = {}
        self._is_table = not any(column.is_text for column in preparation.columns)

    def column(self, name: str) -> str:
        if not self._is_table:
            return name
        if name not in self._known:
            place = next(k for k, column in enumerate(self._preparation.columns) if column.name == name)
            index = self._writer.constant(f"place of {name}", [place], np.int64)
            self._known[name] = self._writer.add("Gather", [TABLE, index], f"column {name}", axis=1)
        return self._known[name]

    def input(self, step: Any) -> str:
        """What a step makes of the rows, double (rows, 1), before mean and scale."""
        add, constant = self._writer.add, self._writer.constant
        match step:
            case NumberInput(column=name, fill=None):
                return self.column(name)
            case NumberInput(column=name, fill=fill):
                missing = add("IsNaN", [self.column(name)], f"{name} is missing")
                return add("Where", [missing, constant(f"fill of {name}", [fill], np.float64), self.column(name)], f"{name} filled")
            case MissingInput(column=name):
                is_text = next(c.is_text for c in self._preparation.columns if c.name == name)
                missing = (
                    add("Equal", [self.column(name), constant("no text", [""], object)], f"{name} is missing")
                    if is_text
                    else add("IsNaN", [self.column(name)], f"{name} is missing")
                )
                return add("Cast", [missing], f"{name} missing", to=DOUBLE)
            case CategoryInput(column=name, category=category, takes_missing=takes_missing):
                same = add("Equal", [self.column(name), constant(f"category of {name}", [category], object)], f"{name} is {category}")
                if takes_missing:
                    missing = add("Equal", [self.column(name), constant("no text", [""], object)], f"{name} is missing")
                    same = add("Or", [same, missing], f"{name} is {category} or missing")
                return add("Cast", [same], f"{name}: {category}", to=DOUBLE)
            case RankInput(column=name, categories=categories):
                same = add("Equal", [self.column(name), constant(f"order of {name}", [list(categories)], object)], f"{name} is")
                numbers = add("Cast", [same], f"{name} is one of", to=DOUBLE)
                places = constant(f"places of {name}", np.arange(len(categories)).reshape(-1, 1), np.float64)
                return add("MatMul", [numbers, places], f"rank of {name}")
            case FunctionInput(function=function, x=first, y=second):
                pair = {"x2": (first, first), "y2": (second, second), "xy": (first, second)}
                if function in pair:
                    return add("Mul", [self.column(name) for name in pair[function]], function)
                return add("Sin", [self.column(first if function == "sin_x" else second)], function)
        raise GraphError(f"ONNX export knows no input of the kind {type(step).__name__}.")


def write_predictions(writer: GraphWriter, preparation: Preparation, link: str, outputs: int) -> list[Any]:
    """What stands behind the network's own OUTPUTS, so many; returns the graph's outputs."""
    from onnx import helper

    real = helper.np_dtype_to_tensor_dtype(writer.real)
    own = helper.make_tensor_value_info(OUTPUTS, real, ["rows", outputs])
    target = preparation.target
    if not target.classes:
        return [_write_numbers(writer, preparation, link, outputs), own]
    number = (_one_output if outputs == 1 else _many_outputs)(writer, link)
    writer.add("Gather", [writer.constant("class_names", list(target.names), object), number], PREDICTION, True, axis=0)
    return [
        helper.make_tensor_value_info(PREDICTION, TEXT, ["rows"]),
        helper.make_tensor_value_info(PROBABILITIES, real, ["rows", target.classes]),
        own,
    ]


def _write_numbers(writer: GraphWriter, preparation: Preparation, link: str, outputs: int) -> Any:
    from onnx import helper

    numbers = writer.add("Sigmoid", [OUTPUTS], "as_probability") if link == "sigmoid" else OUTPUTS
    mean, scale = preparation.target_mean or (0.0,), preparation.target_scale or (1.0,)
    wide = writer.add("Cast", [numbers], "numbers", to=DOUBLE)
    scaled = writer.add("Mul", [wide, writer.constant("target.scale", scale, np.float64)], "in_unit")
    writer.add("Add", [scaled, writer.constant("target.mean", mean, np.float64)], PREDICTION, True)
    return helper.make_tensor_value_info(PREDICTION, DOUBLE, ["rows", outputs])


def _clipped(writer: GraphWriter, name: str, is_output: bool) -> str:
    """Outputs of a network that was trained towards 0 and 1 as probabilities."""
    bounds = [writer.constant(f"probability.{end}", value, writer.real) for end, value in (("least", 0.0), ("most", 1.0))]
    return writer.add("Clip", [OUTPUTS, *bounds], name, is_output)


def _one_output(writer: GraphWriter, link: str) -> str:
    """Probabilities of two classes from one output; returns the number of the class."""
    from onnx import TensorProto

    share = _clipped(writer, "share", False) if link == "identity" else writer.add("Sigmoid", [OUTPUTS], "share")
    rest = writer.add("Sub", [writer.constant("one", 1.0, writer.real), share], "rest")
    writer.add("Concat", [rest, share], PROBABILITIES, True, axis=1)
    boundary = writer.constant("boundary", 0.5 if link == "identity" else 0.0, writer.real)
    column = writer.add("Cast", [writer.add("Greater", [OUTPUTS, boundary], "above")], "class_column", to=TensorProto.INT64)
    return writer.add("Reshape", [column, writer.constant("one_axis", [-1], np.int64)], "class_number")


def _many_outputs(writer: GraphWriter, link: str) -> str:
    if link == "identity":
        _clipped(writer, PROBABILITIES, True)
    else:
        writer.add("Softmax", [OUTPUTS], PROBABILITIES, True, axis=-1)
    return writer.add("ArgMax", [OUTPUTS], "class_number", axis=1, keepdims=0)
