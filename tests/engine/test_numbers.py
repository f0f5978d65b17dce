"""What is taken for numbers, and what is refused in words instead of being made into numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from nnlab.core.errors import DataError
from nnlab.engine.numbers import as_numbers

X = np.array([[1.0, 2.0], [3.0, -4.5]])


class Frame:
    """What NumPy sees of a table of pandas: columns of several types become objects."""

    columns = ("age", "town")

    def __init__(self, values: Any, dtype: type = object) -> None:
        self._values = np.array(values, dtype=dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._values if dtype is None else self._values.astype(dtype)


class Column(Frame):
    """What NumPy sees of one column of it."""

    columns = None
    name = "town"


class Table:
    """A table that gives its columns only to other libraries of tables."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise NotImplementedError


def numbers(values: object) -> np.ndarray:
    return as_numbers(values, "x", np.dtype("float64"))


@pytest.mark.parametrize(
    "given",
    [
        X.tolist(), [tuple(row) for row in X], list(X), X.astype(">f8"), X.astype(np.longdouble), np.asfortranarray(X), X.astype("f2"),
        np.ma.array(X), Frame([[1, 2.0], [np.int64(3), -4.5]]), [[True, 2], [np.float32(3), Fraction(-9, 2)]], X[::-1][::-1],
    ],
)  # fmt: skip
def test_numbers_in_any_form_are_the_same_numbers(given: object) -> None:
    found = numbers(given)
    assert found.tolist() == X.tolist() and found.dtype == np.float64 and found.flags.c_contiguous and type(found) is np.ndarray


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "x is None"),
        (X + 0j, "x holds complex numbers"),
        ([[1, 2j]], "x holds complex numbers"),
        (np.ma.masked_less(X, 0), r"x is masked at \[1, 1\]; fill in"),
        (X.astype("datetime64[D]"), "x holds dates"),
        (X.astype("timedelta64[D]"), "x holds lengths of time"),
        (X.astype(object), r"x is an array of Python objects; give an array of numbers, such as x.astype\(float\)"),
        (X.astype(str), "x holds text, '1.0'"),
        (X.astype(bytes), "x holds text, b'1.0'"),
        ([["1", "2"]], "x holds text, '1'"),
        ([[1.0, None]], r"x holds None at \[0, 1\], which is no number"),
        (Frame([[1, "Bern"], [2, "Rom"]]), r"x holds 'Bern' at \[0, 1\] in column 'town', which is no number"),
        (np.zeros(2, dtype=[("a", float), ("b", float)]), "x is a table with named columns"),
        ((row for row in X), "x is a generator; give a list or an array"),
        (map(list, X), "x is a map"),
        ({"a": 1}, "x is a dict"),
        ({1, 2}, "x is a set"),
        ("abc", "x is a str"),
        (object(), "x is a object"),
        ([[1, 2], [3]], "give every sample the same shape"),
        (sparse.csr_array(X), r"x is a sparse matrix; give it as an array with .toarray\(\)"),
        (Frame([[1, 2.0], [float("nan"), 2.0]]), r"x contains NaN.* at \[1, 0\] in column 'age'"),
        (Frame([["Bern", "Rom"]], str), "x holds text, 'Bern' in column 'age'"),
        (Column(["Bern", "Rom"]), r"x holds 'Bern' at \[0\] in column 'town', which is no number"),
        (Table(), r"x is a table, Table; give its numbers as an array, such as x.to_numpy\(\)"),
        ([[1, 10**400]], r"a number too large for float64 at \[0, 1\]"),
        ([[1, float("nan")]], r"x contains NaN.* at \[0, 1\]"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_words(given: object, words: str, recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(DataError, match=words):
        numbers(given)
    assert not recwarn.list


def test_a_tensor_that_needs_a_gradient_is_no_traceback() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    with pytest.raises(DataError, match="x is not an array of numbers"):
        numbers(Tensor())


def test_the_given_array_is_not_changed_and_a_read_only_one_is_copied() -> None:
    kept: Callable[[], np.ndarray] = lambda: as_numbers(X, "x", X.dtype)  # noqa: E731
    assert kept() is X
    fixed = X.copy()
    fixed.setflags(write=False)
    assert as_numbers(fixed, "x", X.dtype).flags.writeable


def told(given: object, dtype: str = "float64") -> str:
    with pytest.raises(DataError) as caught:
        as_numbers(given, "x", np.dtype(dtype))
    return str(caught.value)


def test_a_column_is_named_by_its_place_across() -> None:
    """Whichever row it is in, also one beyond the number of columns; and not where there are fewer names than columns."""
    tall = Frame([[1, 2.0], [1, 2.0], [float("nan"), 2.0]])
    assert told(tall) == "x contains NaN, or a number too large for float64 at [2, 0] in column 'age'; only finite numbers are accepted."
    assert "at [2, 1] in column 'town';" in told(Frame([[1, 2.0], [1, 2.0], [1, float("nan")]]))
    assert told(Frame([[1, 2.0, float("nan")]])).endswith("at [0, 2]; only finite numbers are accepted.")


def test_a_number_too_large_for_single_precision_is_told_with_its_place() -> None:
    assert told([1.0, 1e39], "float32") == "x contains NaN, or a number too large for float32 at [1]; only finite numbers are accepted."
    assert told(np.inf) == "x contains NaN, or a number too large for float64 at [0]; only finite numbers are accepted."


def test_any_number_is_taken_where_it_is_wanted() -> None:
    found = as_numbers([1.0, np.inf, np.nan], "x", np.dtype("float32"), finite=False)
    assert found.dtype == np.float32 and np.isinf(found[1]) and np.isnan(found[2])
    single = as_numbers(2.5, "x", np.dtype("float64"))
    assert (single.shape, float(single)) == ((), 2.5)
    assert as_numbers([], "x", np.dtype("float64")).shape == (0,)
    assert as_numbers([[1, np.bool_(True), 10**30]], "x", np.dtype("float64")).tolist() == [[1.0, 1.0, 1e30]]


@pytest.mark.parametrize("given", [[[1, np.timedelta64(1, "D"), None]], [[1, 1j, None]], [[Fraction(1, 2), "1"]]])
def test_among_objects_only_numbers_are_numbers(given: object) -> None:
    assert "which is no number" in told(given)
