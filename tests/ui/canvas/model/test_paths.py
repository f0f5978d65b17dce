"""The paths of the worked example of M. Mazur (2015) on the canvas: which weights they take, and how much goes along each."""

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import prepare
from nnlab.engine.chain import Chain
from nnlab.files.examples import load_example
from nnlab.ui.canvas.model.content import Weights
from nnlab.ui.canvas.model.paths import TermEdge, _largest, edge_paths

WEIGHTS = {
    "dense_1.weight": Weights("dense_1.weight", "dense_1.d_weight", "input_1.y", 2, 2),
    "dense_2.weight": Weights("dense_2.weight", "dense_2.d_weight", "sigmoid_1.y", 2, 2),
}


def of(tensor: str, index: tuple[int, ...]) -> Chain:
    project = load_example("textbook")
    data = prepare(project.data)
    session = nnlab.Session(project.graph, dtype="float64", initial_weights=project.initial)
    return session.chain(tensor, index, data.x, data.y, most=1 if tensor == "sigmoid_1.y" else 10)


def test_the_two_paths_of_w1_go_through_w5_and_w7() -> None:
    lit = edge_paths(of("dense_1.weight", (0, 0)), WEIGHTS)
    assert lit["dense_2.weight"].products == {
        (0, 0): pytest.approx(0.741365 * 0.186816 * 0.4 * 0.241301 * 0.05, rel=1e-4),
        (1, 0): pytest.approx(-0.217072 * 0.17551 * 0.5 * 0.241301 * 0.05, rel=1e-4),
    }
    assert lit["dense_1.weight"].products == {} and lit["dense_1.weight"].start == (0, 0)
    assert lit["dense_2.weight"].largest == abs(lit["dense_2.weight"].products[0, 0])
    assert lit["dense_1.weight"].gradient == pytest.approx(0.000438568, abs=6e-10)
    assert edge_paths(of("dense_1.weight", (0, 1)), WEIGHTS)["dense_1.weight"].start == (0, 1)


def test_one_path_alone_has_its_factors_and_an_activation_begins_at_its_unit() -> None:
    one = edge_paths(of("dense_1.weight", (0, 0)), WEIGHTS, 1)["dense_2.weight"]
    assert set(one.products) == {(1, 0)} and one.factors == {(1, 0): pytest.approx(0.5)}
    whole = of("sigmoid_1.y", (0, 1))  # one path is listed, both are lit
    assert len(whole.paths) == 1 and whole.shares["dense_2.y", "sigmoid_1.y"].sum() == pytest.approx(whole.total, rel=1e-12)
    activation = edge_paths(whole, WEIGHTS)["dense_2.weight"]
    assert set(activation.products) == {(0, 1), (1, 1)} and activation.begin == 1 and activation.start is None


def test_a_network_that_has_become_smaller_shows_what_it_has_a_place_for() -> None:
    """The chain is of the network before the edit, until the next one is there: its weight (1, 1) is gone from a layer of one unit."""
    smaller = {
        "dense_1.weight": Weights("dense_1.weight", "dense_1.d_weight", "input_1.y", 1, 2),
        "dense_2.weight": Weights("dense_2.weight", "dense_2.d_weight", "sigmoid_1.y", 2, 1),
    }
    chain = of("dense_1.weight", (1, 1))
    for chosen in (None, 0, 1):
        lit = edge_paths(chain, smaller, chosen)
        assert lit["dense_1.weight"].start is None and lit["dense_2.weight"].products == {}
    assert edge_paths(chain, WEIGHTS)["dense_1.weight"].start == (1, 1)


def test_of_a_large_layer_the_four_hundred_weights_are_lit_that_most_goes_along() -> None:
    """Of 25 × 20 products from −100 to 399: in size 0 is the least, and is none; those of 1 to 100 are there twice."""
    share = np.arange(-100.0, 400.0).reshape(25, 20)
    lit = _largest(share)
    assert len(lit) == 400 and all(share[cell] == value for cell, value in lit.items())
    assert min(abs(value) for value in lit.values()) == 50.0  # 300 above 99, and the larger ones of each pair
    few = _largest(np.array([[0.0, -2.0], [1.0, 0.0]]))
    assert few == {(0, 1): -2.0, (1, 0): 1.0}


def test_a_single_term_is_one_weight_with_what_it_adds() -> None:
    lit = TermEdge("dense_1.weight", (1, 2), -0.5).as_paths
    assert (lit.products, lit.factors, lit.largest, lit.start, lit.begin, lit.gradient) == ({}, {}, 0.0, (1, 2), None, -0.5)
