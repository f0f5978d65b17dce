"""What a session is given, checked: a graph, a floating-point type, validation samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlab.core.errors import DataError, GraphError, SettingError, shown
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph

REALS = ("float32", "float64")


def graph_of(given: object) -> Graph:
    """A graph, or a sentence about what was given in its place."""
    if isinstance(given, Graph):
        return given
    if isinstance(given, GraphBuilder):
        raise GraphError("A session takes a graph, not a GraphBuilder; give what its build() returns.")
    if isinstance(given, (str, bytes)):
        raise GraphError(f"A session takes a graph, not the text {shown(given)}; read JSON with nnlab.Graph.from_json.")
    raise GraphError(f"A session takes a graph, not {shown(given)}; make one with nnlab.GraphBuilder.")


def real_of(dtype: object) -> str:
    """The name of a floating-point type, given by name or as NumPy's own."""
    name = np.dtype(dtype).name if isinstance(dtype, (type, np.dtype)) and dtype in (np.float32, np.float64) else dtype
    if not isinstance(name, str) or name not in REALS:
        raise SettingError(f"dtype is {shown(dtype)}; choose one of {', '.join(REALS)}.")
    return name


def pair_of(given: object) -> tuple[Any, Any]:
    """(x, y) of a pair of validation samples, (None, None) without; an array of two rows is no pair."""
    if given is None:
        return None, None
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        what = f"a {type(given).__name__} of {len(given)}" if isinstance(given, (tuple, list)) else shown(given)
        raise DataError(f"validation is {what}; give a pair (x, y) of arrays.")
    for name, part in zip("xy", given, strict=True):
        if part is None:
            raise DataError(f"validation {name} is None; give a pair (x, y) of arrays.")
    return given[0], given[1]
