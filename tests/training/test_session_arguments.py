"""What a session is given, and what is said of what it cannot take."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import DataError, GraphError, SettingError
from nnlab.training.session_arguments import graph_of, pair_of, real_of


def test_a_graph_is_taken_as_it_is_and_nothing_else() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    graph = b.build()
    assert graph_of(graph) is graph
    said = ((b, "not a GraphBuilder"), ("{}", "read JSON with nnlab.Graph.from_json"), (3, "make one with nnlab.GraphBuilder"))
    for given, words in said:
        with pytest.raises(GraphError, match=words):
            graph_of(given)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("float32", "float32"), ("float64", "float64"), (np.float32, "float32"), (np.float64, "float64"),
        (np.dtype("float32"), "float32"),
    ],
)  # fmt: skip
def test_the_two_floating_point_types_by_any_name(given: object, name: str) -> None:
    assert real_of(given) == name


@pytest.mark.parametrize("given", ["float16", np.float16, np.int64, int, 32, None, "", np.dtype("int32")])
def test_another_type_is_refused_with_what_there_is(given: object) -> None:
    with pytest.raises(SettingError, match="choose one of float32, float64"):
        real_of(given)


def test_validation_samples_are_a_pair_or_nothing() -> None:
    x, y = np.zeros((2, 3)), np.zeros(2)
    assert pair_of(None) == (None, None)
    for given in ((x, y), [x, y]):
        assert pair_of(given)[0] is x and pair_of(given)[1] is y


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((1,), "a tuple of 1; give a pair"), ([1, 2, 3], "a list of 3; give a pair"),
        (np.zeros((2, 2)), "give a pair"), ("xy", "give a pair"),
        ((None, 1), "validation x is None"), ((1, None), "validation y is None"),
    ],
)  # fmt: skip
def test_what_is_no_pair_is_named(given: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        pair_of(given)
