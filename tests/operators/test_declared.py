"""What an operator declares about itself holds for its kernels: bounds, saturation, what happens to whole numbers, letters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import VARIANTS, operator_cases

from nnlab.core.initializers import initializers
from nnlab.core.operator import UNBOUNDED, Operator, operators
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.kernel_curve import curve
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph

FAR = np.concatenate([-np.logspace(4, -3, 400), [0.0], np.logspace(-3, 4, 400)])
SIDES = (np.linspace(-6, -3, 31), np.linspace(3, 6, 31))
GREEK = {"γ": r"\gamma", "β": r"\beta"}


def cases(wanted: Any) -> list[Any]:
    return [case for case in operator_cases() if wanted(case.values[0][0])]


def settings_of(kind: Operator, chosen: dict[str, Any]) -> dict[str, Any]:
    return {setting.name: setting.default for setting in kind.settings} | chosen


def graph_of(kind: Operator, chosen: dict[str, Any], features: int = 16, twice: bool = False) -> Graph:
    """The operator directly behind the input (arranged as an image where it needs one), once or twice."""
    b = GraphBuilder()
    x: Output = b.input(features=features)
    axes = sum(symbol != "batch" and not symbol.startswith("...") for symbol in kind.inputs[0].symbols)
    if axes == 3:
        x = b.reshape(x, shape="1, 4, 4")
    elif axes == 2:
        x = b.reshape(x, shape="4, 4")
    y = b.node(kind.name, x, id="first", **chosen)
    if twice:
        y = b.node(kind.name, y, id="second", **chosen)
    b.mse(b.dense(b.flatten(y), units=1))
    return b.build()


def outputs(graph: Graph, names: tuple[str, ...], x: np.ndarray) -> list[np.ndarray]:
    found = Evaluator(graph, "float64").activations(x, names)
    return [found[name] for name in names]


@pytest.mark.parametrize("case", cases(lambda kind: kind.is_activation))
def test_bounds_are_never_left_and_nearly_reached(case: tuple[Operator, dict[str, Any]]) -> None:
    kind, chosen = case
    x = np.stack([FAR, np.zeros_like(FAR)], axis=1)
    (y,) = outputs(graph_of(kind, chosen, 2), ("first.y",), x)
    low, high = kind.output_bounds(settings_of(kind, chosen))
    assert low - 1e-4 <= y.min() and y.max() <= high + 1e-4
    assert y.min() < low + 1e-3 if np.isfinite(low) else y.min() < -50, "a bound below is not declared, or too wide"
    assert y.max() > high - 1e-3 if np.isfinite(high) else y.max() > 50, "a bound above is not declared, or too wide"


def test_an_operator_that_is_no_activation_claims_no_bounds() -> None:
    assert [kind.name for kind in operators if not kind.is_activation and kind.bounds != UNBOUNDED] == []


@pytest.mark.parametrize("case", cases(lambda kind: kind.is_elementwise))
def test_the_slope_of_what_saturates_goes_to_0_and_of_nothing_else(case: tuple[Operator, dict[str, Any]]) -> None:
    kind, chosen = case
    _, slope = curve(kind, settings_of(kind, chosen), np.array([-1e3, -900.0, 900.0, 1e3]), "float64")
    assert kind.saturates == bool((np.abs(slope[:2]) < 1e-9).all() or (np.abs(slope[2:]) < 1e-9).all())
    exactly = [bool((curve(kind, settings_of(kind, chosen), side, "float64")[1] == 0).all()) for side in SIDES]
    assert kind.can_die == any(exactly)


def test_only_elementwise_operators_saturate() -> None:
    assert [kind.name for kind in operators if (kind.saturates or kind.can_die) and not kind.is_elementwise] == []


@pytest.mark.parametrize("case", cases(lambda kind: kind.is_activation))
def test_what_is_idempotent_changes_nothing_the_second_time(case: tuple[Operator, dict[str, Any]]) -> None:
    kind, chosen = case
    x = np.random.default_rng(3).normal(0.0, 2.0, (20, 16))
    once, twice = outputs(graph_of(kind, chosen, twice=True), ("first.y", "second.y"), x)
    assert np.allclose(once, twice, rtol=1e-12, atol=1e-12) == kind.idempotent


@pytest.mark.parametrize("case", cases(lambda kind: kind.keeps_whole))
def test_whole_numbers_stay_whole(case: tuple[Operator, dict[str, Any]]) -> None:
    kind, chosen = case
    if kind.name == "reshape":
        chosen = {"shape": "2, 8"}
    x = np.random.default_rng(4).integers(0, 9, (10, 16)).astype(float)
    (y,) = outputs(graph_of(kind, chosen), ("first.y",), x)
    assert np.array_equal(y, np.round(y))


def test_what_computes_a_link_is_that_link() -> None:
    x = np.random.default_rng(5).normal(0.0, 2.0, (10, 4))
    exact = {"sigmoid": 1 / (1 + np.exp(-x)), "softmax": np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)}
    found = {kind.computes_link: kind for kind in operators if kind.computes_link}
    assert found.keys() == exact.keys()
    for link, kind in found.items():
        np.testing.assert_allclose(outputs(graph_of(kind, {}, 4), ("first.y",), x)[0], exact[link], rtol=1e-6)


def test_nothing_passes_what_blocks() -> None:
    from nnlab.training.session import Session

    every = [(kind, chosen) for kind in operators for chosen in ({}, *VARIANTS.get(kind.name, ()))]
    blocking = [(kind, chosen) for kind, chosen in every if kind.blocks(settings_of(kind, chosen))]
    blocking.append((operators["scale"], {"factor": 0.0}))
    assert {kind.name for kind, _ in blocking} == {"dropout", "scale"}
    for kind, chosen in blocking:
        b = GraphBuilder()
        b.mse(b.dense(b.node(kind.name, b.dense(b.input(features=3), units=4), **chosen), units=1))
        _, gradients = Session(b.build(), "sgd", 0.1).gradients(np.ones((5, 3)), np.ones(5))
        assert not gradients["dense_1.weight"].any() and not gradients["dense_2.weight"].any()


def test_an_affine_operator_is_a_matrix_and_a_bias() -> None:
    x = np.random.default_rng(6).normal(0.0, 2.0, (10, 16))
    affine = [kind for kind in operators if kind.is_affine]
    assert [kind.name for kind in affine] == ["dense"]
    for kind in affine:
        graph = graph_of(kind, {})
        evaluator = Evaluator(graph, "float64")
        program = evaluator.program
        weight, bias = (program.places[f"first.{name}"].view(evaluator.state.arena, 1) for name in ("weight", "bias"))
        bias[...] = np.arange(bias.size)
        np.testing.assert_allclose(evaluator.activations(x, ("first.y",))["first.y"], x @ weight.T + bias, rtol=1e-12)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in operators if kind.parameters])
def test_letters_are_those_of_the_formula(kind: Operator) -> None:
    formula = kind.formula_for(settings_of(kind, {}))
    for parameter in kind.parameters:
        assert parameter.symbol, "a built-in's parameter has a letter"
        letter = GREEK.get(parameter.letter, parameter.letter)
        assert letter in formula or letter.lower() in formula


def test_names_by_which_an_operator_is_known_are_its_own() -> None:
    known = [name for kind in operators for name in (kind.name, *kind.aliases)]
    assert len(known) == len(set(known))
    assert {kind.initializer for kind in operators} <= set(initializers)
