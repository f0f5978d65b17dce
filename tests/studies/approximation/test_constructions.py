"""Networks written down: exact where theory says so, within their bound everywhere, and in the network at hand where it fits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.studies.approximation.constructions import BUMPS, INTERPOLANT, STAIRCASE, Construction, construct, kinds_for
from nnlab.studies.approximation.targets import TARGETS, TargetFormula
from nnlab.training.function_errors import Errors, errors_inside

interpolant = nnlab.studies.approximation.interpolant


def sup_of(session: nnlab.Session, f: str, low: float, high: float) -> float:
    x = np.linspace(low, high, 20_011)
    exact = {"sin(x)": np.sin, "x^2": np.square, "exp(x)": np.exp}[f](x)
    return float(np.abs(session.predict(x)[:, 0] - exact).max())


def measured(made: Construction, settings: DataSettings) -> Errors:
    data = prepare(settings)
    evaluator = Evaluator(made.graph, "float64")
    evaluator.state.set_parameters(made.parameters)
    found = errors_inside(evaluator, data)
    assert found is not None
    return found


def test_interpolants_of_sine_keep_their_bound_and_fall_sixteenfold() -> None:
    errors = []
    for knots in (16, 64, 256):
        session, bound = interpolant("sin(x)", (0, 6.28), knots=knots)
        assert bound == pytest.approx((6.28 / knots) ** 2 / 8)  # max |f″| is 1, at π/2
        errors.append(sup_of(session, "sin(x)", 0, 6.28))
        assert errors[-1] <= bound
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.1) and errors[1] / errors[2] == pytest.approx(16, rel=0.1)


@given(st.sampled_from(["sin(x)", "x^2", "exp(x)"]), st.floats(-3, 2), st.floats(0.1, 4), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_an_interpolant_meets_the_function_at_its_knots(formula: str, low: float, width: float, knots: int) -> None:
    session, bound = interpolant(formula, (low, low + width), knots=knots)
    at = np.linspace(low, low + width, knots + 1)
    exact = {"sin(x)": np.sin, "x^2": np.square, "exp(x)": np.exp}[formula](at)
    np.testing.assert_allclose(session.predict(at)[:, 0], exact, atol=1e-10 * (1 + np.abs(exact).max()))
    assert sup_of(session, formula, low, low + width) <= bound * (1 + 1e-9) + 1e-12
    assert session.parameters["dense_1.weight"].shape == (knots, 1)


def test_a_parabola_reaches_its_bound_exactly() -> None:
    """f″ is constant, so the error in the middle of every piece is h²/8 · f″."""
    session, bound = interpolant("x^2", (-1, 1), knots=7)
    middle = (np.arange(7) + 0.5) * (2 / 7) - 1
    np.testing.assert_allclose(session.predict(middle)[:, 0] - middle**2, bound, rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "domain", "knots", "words"),
    [
        ("sin(x)", (1.0, 1.0), 4, "The domain runs from 1 to 1; both ends must be finite and the end larger"),
        ("sin(x)", (0.0, float("inf")), 4, "both ends must be finite"),
        ("1/x", (-1.0, 1.0), 4, "The formula 1/x has no finite value at x = 0"),
        ("sin(x", (0.0, 1.0), 4, "this '\\(' is never closed"),
        ("sin(x)", (0.0, 1.0), 0, "knots is 0; choose a whole number from 1 to 65,536"),
        ("sin(x)", (0.0, 1.0), 2.5, "knots is 2.5; choose a whole number"),
        ("9**9**9", (0.0, 1.0), 3, "has no finite value"),
    ],
)
def test_what_cannot_be_an_interpolant_is_said(formula: str, domain: tuple[float, float], knots: int, words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        interpolant(formula, domain, knots=knots)


@pytest.mark.parametrize("formula", ["abs(x)", "step(x)", "sqrt(x + 1)", "mod(x, 1)"])
def test_no_bound_is_promised_where_none_follows(formula: str) -> None:
    assert interpolant(formula, (-1, 1), knots=9)[1] == np.inf


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.title)
@pytest.mark.parametrize(
    ("kind", "activation"),
    [(INTERPOLANT, "relu"), (INTERPOLANT, "leaky_relu"), (STAIRCASE, "sigmoid"), (STAIRCASE, "tanh"), (BUMPS, "sigmoid")],
)  # fmt: skip
def test_constructions_of_the_library_keep_their_bounds(target: TargetFormula, kind: str, activation: str) -> None:
    made = construct(mlp([1, 40, 1], activation), target.data(), prepare(target.data()), kind, 40, activation)
    assert made.is_same_graph and made.units == 40
    # Steps that are not infinitely steep pass their bound by what their tails add: below a thousandth.
    assert measured(made, target.data()).sup <= made.bound * (1.001 if kind != INTERPOLANT else 1 + 1e-9)
    assert np.isfinite(made.bound) != made.words.startswith("no bound")


def test_an_interpolant_of_a_kink_on_a_knot_is_exact() -> None:
    target = TargetFormula("Absolute value", "abs(x)", ((-2.0, 2.0),), "")
    made = construct(mlp([1, 4, 1], "relu"), target.data(), prepare(target.data()), INTERPOLANT, 4, "relu")
    assert measured(made, target.data()).sup < 1e-12


def test_a_staircase_has_its_levels_and_bumps_theirs() -> None:
    target = TargetFormula("Line", "x", ((0.0, 5.0),), "")
    data = prepare(target.data())
    for kind, units, levels in ((STAIRCASE, 4, [0.5, 1.5, 2.5, 3.5, 4.5]), (BUMPS, 10, [0.5, 1.5, 2.5, 3.5, 4.5])):
        made = construct(mlp([1, units, 1], "sigmoid"), target.data(), data, kind, units, "sigmoid")
        evaluator = Evaluator(made.graph, "float64")
        evaluator.state.set_parameters(made.parameters)
        np.testing.assert_allclose(evaluator.predict(np.array(levels))[:, 0], levels, atol=0.02)


def test_standardised_inputs_make_the_same_function() -> None:
    settings = TARGETS[1].data()
    same = DataSettings(settings.name, settings.settings, validation_share=0.0, standardize=True)
    plain, scaled = (construct(mlp([1, 20, 1], "relu"), s, prepare(s), INTERPOLANT, 20, "relu") for s in (settings, same))
    assert measured(scaled, same).sup == pytest.approx(measured(plain, settings).sup)
    assert not np.allclose(scaled.parameters["dense_1.weight"], plain.parameters["dense_1.weight"])


def test_a_network_that_does_not_fit_is_replaced_by_a_proposal() -> None:
    settings, relu = TARGETS[0].data(), ("interpolant", 12, "relu")
    data = prepare(settings)
    for graph in (mlp([1, 8, 1], "relu"), mlp([1, 12, 1], "tanh"), mlp([1, 12, 12, 1], "relu"), nnlab.Graph()):
        made = construct(graph, settings, data, *relu)
        assert not made.is_same_graph and made.graph != graph
        assert measured(made, settings).sup <= made.bound * (1 + 1e-9)
    assert construct(mlp([1, 12, 1], "relu"), settings, data, *relu).graph == mlp([1, 12, 1], "relu")


def test_drawn_curves_and_tables_are_constructed_from_what_is_known() -> None:
    drawn = DataSettings("drawn", {"points": "0 0; 1 2; 4 2"}, validation_share=0.0)
    made = construct(mlp([1, 4, 1], "relu"), drawn, prepare(drawn), INTERPOLANT, 4, "relu")
    assert measured(made, drawn).sup < 1e-12 and made.bound == np.inf  # its kink lies on a knot
    stairs = construct(mlp([1, 4, 1], "sigmoid"), drawn, prepare(drawn), STAIRCASE, 4, "sigmoid")
    assert stairs.bound == pytest.approx(2 * 0.8 / 2) and measured(stairs, drawn).sup <= stairs.bound * 1.001


def test_which_activation_allows_what() -> None:
    assert kinds_for("relu") == kinds_for("leaky_relu") == (INTERPOLANT,)
    assert kinds_for("sigmoid") == kinds_for("tanh") == kinds_for("hard_tanh") == (STAIRCASE, BUMPS)
    assert kinds_for("sine") == kinds_for("softplus") == kinds_for("") == kinds_for("softmax") == kinds_for("prelu") == ()


@pytest.mark.parametrize(
    ("kind", "units", "activation", "words"),
    [
        ("spline", 4, "relu", "There is no construction 'spline'; choose one of interpolant, staircase, bumps"),
        (STAIRCASE, 4, "relu", "Staircase cannot be made of relu units; for these there is interpolant on knots"),
        (INTERPOLANT, 4, "sine", "cannot be made of sine units; for these there is none; choose sigmoid, tanh or ReLU"),
        (BUMPS, 1, "sigmoid", "units is 1; choose a whole number from 2"),
    ],
)
def test_what_cannot_be_constructed_is_said(kind: str, units: int, activation: str, words: str) -> None:
    settings = TARGETS[0].data()
    with pytest.raises(NNLabError, match=words):
        construct(nnlab.Graph(), settings, prepare(settings), kind, units, activation)


def test_a_surface_is_not_constructed() -> None:
    settings = DataSettings("surface")
    with pytest.raises(NNLabError, match="A construction is of one feature x"):
        construct(nnlab.Graph(), settings, prepare(settings), INTERPOLANT, 4, "relu")
