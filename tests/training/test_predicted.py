"""What a network's outputs are called, and which columns it can be asked with: mappings, tables' columns, arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from networks import mlp

from nnlab.core.dataset import Target
from nnlab.core.errors import DataError
from nnlab.core.fitted_preparation import Preparation, RawColumn, of_numbers
from nnlab.training.predicted import Predicted, _column, has_columns, plain_preparation, raw_columns, read_outputs


@pytest.mark.parametrize(
    ("outputs", "loss", "kind", "names"),
    [
        (1, "mse", "continuous", ("y",)), (2, "mse", "continuous", ("y1", "y2")), (1, "binary_cross_entropy", "binary", ("0", "1")),
        (3, "binary_cross_entropy", "continuous", ("y1", "y2", "y3")), (2, "cross_entropy", "binary", ("0", "1")),
        (1, "cross_entropy", "binary", ("0", "1")),
        (3, "cross_entropy", "classes", ("0", "1", "2")),
    ],
)  # fmt: skip
def test_without_data_columns_and_answers_are_numbered(outputs: int, loss: str, kind: str, names: tuple[str, ...]) -> None:
    found = plain_preparation(mlp([3, 4, outputs], loss=loss))
    assert [column.name for column in found.columns] == ["x1", "x2", "x3"]
    assert (found.target.kind, found.target.names, found.inputs) == (kind, names, 3)


def of(*names: str) -> Preparation:
    return of_numbers(names, names, np.zeros(len(names)), np.ones(len(names)), Target("continuous", ("y",)))


def test_columns_are_found_by_name_and_an_array_by_its_order() -> None:
    both = of("a", "b")
    by_name = raw_columns({"b": [3, 4], "other": [0, 0], "a": [1.5, None]}, both)
    assert list(by_name) == ["a", "b"]
    np.testing.assert_array_equal(by_name["a"], [1.5, math.nan])
    np.testing.assert_array_equal(by_name["b"], [3.0, 4.0])
    by_order = raw_columns([[1, 2], [3, 4], [5, 6]], both)
    np.testing.assert_array_equal(by_order["a"], [1, 3, 5])
    np.testing.assert_array_equal(by_order["b"], [2, 4, 6])
    assert all(values.dtype == np.float64 for values in (*by_name.values(), *by_order.values()))
    assert list(raw_columns({"a": [1.0]}, both)) == ["a"]  # what is not there is missing


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([[1, 2, 3]], r"Rows to predict have 2 columns \(a, b, …\)"), ([1, 2], "Rows to predict have 2 columns"),
        ({"a": [1, 2], "b": [1]}, "not equally long"), ({"a": ["low"], "b": [1]}, "Column 'a' has to hold numbers, but holds 'low'"),
    ],
)
def test_what_cannot_be_asked_is_said(given: object, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        raw_columns(given, of("a", "b"))


@pytest.mark.parametrize(
    ("given", "has"),
    [
        ({"a": [1], "b": [2.5]}, True), ({"a": [1]}, False), ({"a": [1], "b": ["x"]}, False), ({"a": np.array([True]), "b": [1]}, False),
        ({"a": [1], "b": [1], "c": ["x"]}, True), ({1: [1], "a": [1], "b": [2]}, True), ({"a": [1], "b": [1], 1: [0], "1": [0]}, False),
        (np.zeros((2, 2)), True), ([[1, 2]], True), (((1, 2),), True), (np.zeros(2, dtype=[("a", float), ("b", float)]), False),
        ("a, b", False), (3.0, False),
    ],
)  # fmt: skip
def test_whether_what_is_given_has_the_columns(given: object, has: bool) -> None:
    assert has_columns(given, of("a", "b")) == has


def test_predictions_are_a_tables_columns() -> None:
    three = Target("classes", ("low", "mid", "high"))
    outputs = np.log(np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]]))
    prepared = of_numbers(("a",), ("a",), np.zeros(1), np.ones(1), three)
    found = read_outputs(outputs, prepared, "softmax")
    assert found.class_names == ("mid", "low")
    columns = found.columns()
    assert list(columns) == ["prediction", "probability_low", "probability_mid", "probability_high"]
    assert columns["prediction"] == ["mid", "low"]
    assert columns["probability_low"] == pytest.approx([0.2, 0.7])
    assert columns["probability_high"] == pytest.approx([0.3, 0.2])
    two = Target("continuous", ("width", "mass"))
    numbers = Predicted(two, np.array([[1.0, 2.0]]), numbers=np.array([[1.0, 2.0]]))
    assert numbers.columns() == {"prediction_width": [1.0], "prediction_mass": [2.0]}
    assert numbers.class_names == ()
    one = read_outputs(np.array([[2.5], [-1.0]]), of("a"), "identity")
    assert one.columns() == {"prediction": [2.5, -1.0]}


def test_of_a_column_of_text_none_and_nan_are_missing() -> None:
    column = RawColumn("town", True)
    found = _column(column, np.array(["Bern", None, float("nan"), "NA", " n/a ", 3], dtype=object), ())
    assert found.tolist() == ["Bern", "", "", "", "", "3"]
    assert _column(column, ["NA", "Bern"], ("NA",)).tolist() == ["NA", "Bern"], "a known category is no missing value"
    given = np.array([None, float("nan"), "None", "nan"], dtype=object)
    assert _column(column, given, ("None", "nan")).tolist() == ["", "", "None", "nan"], "nor is what has no value a category of that name"


def test_a_column_of_numbers_refuses_text() -> None:
    column = RawColumn("age", False)
    np.testing.assert_array_equal(_column(column, np.array([1, None, 2.5], dtype=object), ()), [1.0, math.nan, 2.5])
    with pytest.raises(DataError, match="Column 'age' has to hold numbers, but holds 'old' and the like"):
        _column(column, ["old", "young"], ())
    with pytest.raises(DataError, match=rf"^Column 'age' has to hold numbers, but holds '{'x' * 40}' and the like\.$"):
        _column(column, ["x" * 60], ())


def test_the_first_five_columns_are_named() -> None:
    with pytest.raises(DataError, match=r"^Rows to predict have 7 columns \(a, b, c, d, e, …\), but "):
        raw_columns([[1.0, 2.0]], of(*"abcdefg"))
