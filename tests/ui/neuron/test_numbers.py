"""The numbers of the laboratory: each change makes other ones, and leaves those it came from."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.ui.neuron.numbers import FIRST, LayerNumbers, with_input, with_neuron, with_sample, with_weight


def numbers(bias: np.ndarray | None = None) -> LayerNumbers:
    return LayerNumbers(np.zeros((3, 2)), np.zeros((4, 2)), bias)


def test_the_first_ones_are_one_neuron_on_one_sample_of_three_inputs() -> None:
    """0.4 · 1.5 + 0.5 · 2 + 0.3 · 0.8 + 0.1 = 1.94, so ReLU passes it."""
    assert (FIRST.x.shape, FIRST.weight.shape, FIRST.activation) == ((1, 3), (1, 3), "relu")
    assert float((FIRST.x @ FIRST.weight.T)[0, 0] + FIRST.biases[0]) == pytest.approx(1.94)


def test_one_weight_is_another_and_the_place_behind_the_inputs_is_the_bias() -> None:
    before = numbers(np.zeros(4))
    changed = with_weight(before, 3, 1, 0.5)
    assert changed.weight.tolist() == [[0, 0], [0, 0], [0, 0], [0, 0.5]] and changed.biases.tolist() == [0, 0, 0, 0]
    biased = with_weight(before, 2, 2, -1.5)
    assert biased.biases.tolist() == [0, 0, -1.5, 0] and not biased.weight.any()
    assert not before.weight.any() and not before.biases.any()


def test_a_layer_without_biases_gets_them_with_the_first_that_is_set() -> None:
    assert numbers().biases.tolist() == [0, 0, 0, 0] and numbers().bias is None
    assert with_weight(numbers(), 0, 2, 2.0).biases.tolist() == [2, 0, 0, 0]


def test_one_input_of_one_sample_is_another() -> None:
    before = numbers()
    assert with_input(before, 2, 1, 7.0).x.tolist() == [[0, 0], [0, 0], [0, 7]]
    assert not before.x.any()


def test_a_neuron_more_and_a_sample_more_have_numbers_in_tenths_and_the_same_ones_each_time() -> None:
    neuron, sample = with_neuron(numbers()), with_sample(numbers())
    assert (neuron.weight.shape, neuron.biases.tolist(), neuron.x.shape) == ((5, 2), [0, 0, 0, 0, 0], (3, 2))
    assert (sample.x.shape, sample.weight.shape) == ((4, 2), (4, 2))
    for row, most in ((neuron.weight[-1], 1.0), (sample.x[-1], 2.0)):
        assert np.abs(row).max() <= most and np.allclose(10 * row, np.round(10 * row)) and row.any()
    assert with_neuron(numbers()).weight.tolist() == neuron.weight.tolist()
    assert with_neuron(neuron).weight[-1].tolist() != neuron.weight[-1].tolist(), "another one for every row"
