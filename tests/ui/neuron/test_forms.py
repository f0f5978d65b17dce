"""The laboratory's matrices: they multiply to what is shown behind them, a click on a cell leads to its number, dashes have no number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from worlds import spiral_project, world

from nnlab.ui.neuron.forms import batch_form, layer_form, shapes_in_words
from nnlab.ui.neuron.laboratory import OWN, Laboratory
from nnlab.ui.neuron.numbers import FIRST, LayerNumbers, with_input, with_neuron, with_sample, with_weight
from nnlab.ui.stepper.matrix_forms import Form, Matrix


@pytest.fixture(scope="module")
def lab(qapp: object, request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """Own numbers with two neurons on two samples, the second of both looked at."""
    with world(spiral_project(), QtBot(request)) as found:
        laboratory = Laboratory(found.document, found.session)
        laboratory.take_from(OWN)
        laboratory.add_neuron()
        laboratory.add_sample()
        yield laboratory
        laboratory.deleteLater()


def cells(matrix: Matrix) -> np.ndarray:
    """The numbers without the dashed cells."""
    rows, columns = matrix.ghost
    values = matrix.values
    return values[: len(values) - rows, : values.shape[1] - columns]


def matches(form: Form, lab: Laboratory) -> None:
    """Every cell leads to the number it shows."""
    tensors = {"x": lab.numbers.x, "weight": lab.numbers.weight, "bias": lab.numbers.biases, "y": lab.z()}
    for matrix in form.matrices:
        for (row, column), value in np.ndenumerate(cells(matrix)):
            assert tensors[matrix.argument][matrix.index(row, column)] == value, (matrix.symbol, row, column)


@pytest.mark.parametrize("room", [0, 1])
def test_one_sample_is_w_times_x_plus_b(lab: Laboratory, room: int) -> None:
    form = layer_form(lab, room)
    weight, x, bias, z = form.matrices
    assert form.signs == ("", "·", "+", "=")
    np.testing.assert_allclose(cells(z), cells(weight) @ cells(x) + cells(bias))
    matches(form, lab)
    assert [m.ghost for m in form.matrices] == [(room, 0), (0, 0), (room, 0), (room, 0)]
    assert [m.note for m in form.matrices] == ["2 × 3", "3 × 1", "" if room else "2 × 1", "" if room else "2 × 1"]
    assert [(m.row, m.column) for m in form.matrices] == [(1, None), (None, 0), (1, 0), (1, 0)]
    assert [m.written for m in form.matrices] == [False, False, False, True]
    assert not weight.values[2:].any()
    assert form.description == "z = W x + b; this neuron is row 2 of W"


@pytest.mark.parametrize("room", [0, 1])
def test_all_samples_are_x_times_w_transposed_plus_b(lab: Laboratory, room: int) -> None:
    form = batch_form(lab, room)
    z, x, weight, bias = form.matrices
    assert form.corner
    assert form.signs == ("", "=", "·", "+")
    np.testing.assert_allclose(cells(z), cells(x) @ cells(weight) + cells(bias))
    matches(form, lab)
    assert [m.ghost for m in form.matrices] == [(room, room), (room, 0), (0, room), (0, room)]
    assert [m.note for m in form.matrices] == ["2 × 2", "2 × 3", "3 × 2", "2"]
    assert [(m.row, m.column) for m in form.matrices] == [(1, 1), (1, None), (None, 1), (0, 1)]
    assert (x.row_names, weight.column_names) == (("1", "2"), ("1", "2"))
    assert form.description == "Z = X Wᵀ + b; sample 2 is row 2 of X, neuron 2 is column 2 of Wᵀ"


def test_shapes_are_an_equation(lab: Laboratory) -> None:
    assert shapes_in_words(lab, True) == (
        "2 × 3 · 3 × 2  +  2  =  2 × 2. The inner 3 must agree: a row of X has as many numbers as a column of Wᵀ. b is added to every row."
    )
    assert shapes_in_words(lab, False) == (
        "2 × 3 · 3 × 1  +  2 × 1  =  2 × 1. A row of W has as many numbers as x; every neuron is one row."
    )


def test_numbers_are_set_one_by_one_and_the_former_stay() -> None:
    weight = with_weight(FIRST, 0, 1, 2.5)
    np.testing.assert_array_equal(weight.weight, [[0.4, 2.5, 0.3]])
    np.testing.assert_array_equal(FIRST.weight, [[0.4, -0.5, 0.3]])
    np.testing.assert_array_equal(with_weight(FIRST, 0, 3, -1.0).biases, [-1.0])  # behind the weights lies the bias
    np.testing.assert_array_equal(with_input(FIRST, 0, 2, 7.0).x, [[1.5, -2.0, 7.0]])
    without = LayerNumbers(FIRST.x, FIRST.weight, None)
    np.testing.assert_array_equal(without.biases, [0.0])
    np.testing.assert_array_equal(with_weight(without, 0, 3, 4.0).biases, [4.0])


def test_another_neuron_or_sample_is_in_tenths_and_the_same_each_time() -> None:
    wider, longer = with_neuron(FIRST), with_sample(FIRST)
    assert (wider.weight.shape, wider.biases.tolist(), longer.x.shape) == ((2, 3), [0.1, 0.0], (2, 3))
    np.testing.assert_array_equal(wider.weight[0], FIRST.weight[0])
    np.testing.assert_array_equal(longer.x[0], FIRST.x[0])
    for row, most in ((wider.weight[1], 1.0), (longer.x[1], 2.0)):
        np.testing.assert_allclose(row * 10, np.round(row * 10))
        assert np.abs(row).max() <= most
        assert len(set(row.tolist())) > 1
    np.testing.assert_array_equal(with_neuron(FIRST).weight, wider.weight)
    assert not np.array_equal(with_neuron(wider).weight[2], wider.weight[1])
    assert not np.array_equal(with_sample(longer).x[2], longer.x[1])
