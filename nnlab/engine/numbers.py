"""What people hand over as numbers, as an array: lists, arrays, tables of pandas, tensors.

NumPy makes numbers of nearly everything: it drops imaginary parts and masks, counts dates in nanoseconds and reads "1" as 1. A network
trained on that is trained on something else than was meant, so that all of it is refused here in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from numbers import Real
from typing import Any

import numpy as np

from nnlab.core.errors import DataError, shown

_TABLES = ("__dataframe__", "__arrow_c_stream__")  # how libraries hand tables to each other
_WHAT = {
    "c": "holds complex numbers; give real ones",
    "M": "holds dates; give numbers, such as the days since a first date",
    "m": "holds lengths of time; give numbers, such as days",
    "V": "is a table with named columns; give a plain array of numbers",
}


def as_numbers(values: Any, name: str, dtype: np.dtype, finite: bool = True) -> np.ndarray:
    """An array of finite numbers (any numbers, with `finite` false), contiguous and of `dtype`.

    Raises DataError saying what `name` holds instead, and where.
    """
    with np.errstate(over="ignore"):  # what does not fit the type becomes infinite, and is told below
        array = np.ascontiguousarray(_real(values, name), dtype=dtype)
    if finite and not np.isfinite(array).all():
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0]) if array.ndim and array.size else ()
        where = f" at {list(place)}{_column(values, place)}" if place else ""
        raise DataError(f"{name} contains NaN, or a number too large for {dtype}{where}; only finite numbers are accepted.")
    if not array.flags.writeable:  # prepared samples are shared; the machine's functions are compiled for arrays one may write to
        array = array.copy()
    return array if np.ndim(values) else array.reshape(())


def _real(values: Any, name: str) -> np.ndarray:
    """`values` as an array of booleans, integers or floats."""
    if values is None:
        raise DataError(f"{name} is None; give an array of numbers.")
    if isinstance(values, np.ma.MaskedArray):
        if np.ma.is_masked(values):
            place = _place(np.argwhere(np.ma.getmaskarray(values))[0])
            raise DataError(f"{name} is masked{place}; fill in the masked values, or leave their rows out.")
        values = values.data
    if isinstance(values, (str, bytes, Mapping, Set, Iterator)):
        raise DataError(f"{name} is a {type(values).__name__}; give a list or an array of numbers, with the same shape for every sample.")
    if hasattr(values, "toarray"):  # SciPy's sparse matrices
        raise DataError(f"{name} is a sparse matrix; give it as an array with .toarray().")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, OverflowError, RuntimeError):  # RuntimeError: a tensor of PyTorch that requires a gradient
        raise DataError(f"{name} is not an array of numbers; give every sample the same shape.") from None
    if array.dtype.kind == "O":
        return _from_objects(array, values, name)
    if array.dtype.kind in "UST" and array.size:
        column = _column(values, (0,) * array.ndim)
        raise DataError(f"{name} holds text, {shown(array.flat[0])}{column}; give numbers, and classes as numbers from 0.")
    if array.dtype.kind in _WHAT:
        raise DataError(f"{name} {_WHAT[array.dtype.kind]}.")
    return array


def _from_objects(array: np.ndarray, given: Any, name: str) -> np.ndarray:
    """Mixed columns of a table, or a list with a very large number: numbers, if each element is one."""
    if array.ndim == 0 and any(hasattr(given, protocol) for protocol in _TABLES):  # a table that NumPy cannot read
        raise DataError(f"{name} is a table, {type(given).__name__}; give its numbers as an array, such as {name}.to_numpy().")
    if array.ndim == 0:
        raise DataError(f"{name} is a {type(given).__name__}; give a list or an array of numbers, with the same shape for every sample.")
    if given is array or type(given) is np.ndarray:
        raise DataError(f"{name} is an array of Python objects; give an array of numbers, such as {name}.astype(float).")
    found = np.empty(array.shape)
    for place, value in np.ndenumerate(array):
        if isinstance(value, np.timedelta64) or not isinstance(value, (Real, np.bool_)):
            raise DataError(f"{name} holds {shown(value)}{_place(place)}{_column(given, place)}, which is no number; give numbers only.")
        try:
            found[place] = float(value)
        except OverflowError:
            found[place] = np.inf
    return found


def _place(index: Any) -> str:
    return f" at {[int(k) for k in index]}" if len(index) else ""


def _column(given: Any, place: tuple[int, ...]) -> str:
    """Says of a table, or of one column of it, what the column at a place is called."""
    names = getattr(given, "columns", None)
    if len(place) == 2 and names is not None and not callable(names) and place[1] < len(names):
        return f" in column {shown(names[place[1]])}"
    name = getattr(given, "name", None)
    return f" in column {shown(name)}" if len(place) == 1 and isinstance(name, str) else ""
