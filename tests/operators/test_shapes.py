"""Reshape, slice and their like: what cannot be is said in words, what is not needed is not computed."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.core.operator import operators
from nnlab.engine.compile import Update, compile


def after_input(features: int, operator: str, **settings: object) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    b.mse(b.node(operator, b.input(features=features), **settings))
    return b.build()


@pytest.mark.parametrize(
    ("operator", "settings", "message"),
    [
        ("slice", {"start": 2, "stop": 5}, "slice_1: features 2 to 5 of 4 cannot be selected; choose 0 ≤ start < stop ≤ 4."),
        ("slice", {"start": 4}, "slice_1: features 4 to 4 of 4 cannot be selected"),
        ("slice", {"start": 3, "stop": 2}, "slice_1: features 3 to 2 of 4 cannot be selected"),
        (
            "reshape",
            {"shape": "3, 2"},
            "reshape_1: 4 numbers per sample do not fit into the shape 3, 2; choose lengths whose product is 4.",
        ),
        ("reshape", {"shape": "3, -1"}, "reshape_1: 4 numbers per sample do not fit into the shape 3, -1"),
        ("reshape", {"shape": "2, 4, -1"}, "reshape_1: 4 numbers per sample do not fit into the shape 2, 4, -1"),
        ("reshape", {"shape": "two by two"}, "reshape_1: shape is 'two by two'; write one to four lengths from 1 on, such as 1, 8, 8"),
        ("reshape", {"shape": "-1, -1"}, "one of them may be -1"),
        ("reshape", {"shape": "0, 4"}, "write one to four lengths from 1 on"),
        ("transpose", {}, "transpose_1: x needs at least 2 axes besides the batch, but got"),
    ],
)
def test_what_cannot_be_is_refused_in_words(operator: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(nnlab.NNLabError) as caught:
        after_input(4, operator, **settings)
    assert message in str(caught.value)


def test_shapes_of_values() -> None:
    x = np.arange(12.0).reshape(2, 6)
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=6), shape="1, -1, 2")
    b.mse(b.transpose(image))
    session = nnlab.Session(b.build(), dtype="float64")
    np.testing.assert_array_equal(session.predict(x), x.reshape(2, 1, 3, 2).swapaxes(-1, -2).reshape(2, 6))
    np.testing.assert_array_equal(nnlab.Session(after_input(6, "slice", start=1, stop=4)).predict(x), x[:, 1:4])
    np.testing.assert_array_equal(nnlab.Session(after_input(6, "slice", start=4)).predict(x), x[:, 4:])


def test_a_matrix_product_names_the_axis_that_does_not_fit() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=6)
    b.mse(b.matmul(b.reshape(x, shape="2, 3"), b.reshape(x, shape="2, 3")))
    with pytest.raises(nnlab.NNLabError, match="matmul_1: b has 2 inner, expected 3."):
        b.build()


def test_concat_joins_the_last_axis_of_tensors_with_more_axes() -> None:
    x = np.arange(24.0).reshape(2, 12)
    b = nnlab.GraphBuilder()
    source = b.input(features=12)
    left, right = b.reshape(source, shape="3, 4"), b.slice(b.reshape(source, shape="3, 4"), stop=2)
    b.mse(b.concat(left, right, left))
    expected = np.concatenate([x.reshape(2, 3, 4), x.reshape(2, 3, 4)[..., :2], x.reshape(2, 3, 4)], axis=-1)
    np.testing.assert_array_equal(nnlab.Session(b.build(), dtype="float64").predict(x), expected.reshape(2, 30))


@pytest.mark.parametrize("operator", ["matmul", "subtract"])
def test_the_gradient_of_data_is_not_computed(operator: str) -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=4)
    data, learned = b.reshape(x, shape="2, 2"), b.reshape(b.dense(x, units=4), shape="2, 2")
    b.mse(b.node(operator, data, learned))
    program = compile(b.build(), 8, update=Update())
    assert f"{data.node_id}.d_y" not in program.places
    assert f"{learned.node_id}.d_y" in program.places
    assert set(operators[operator].skippable) == {"a", "b"}
