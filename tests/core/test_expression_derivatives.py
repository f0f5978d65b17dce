"""Derivatives of formulas: against finite differences of higher order, every function once, and kinks and jumps told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.core.expression import FUNCTIONS, compile_expression
from nnlab.core.expression_derivatives import KINKED, SMOOTH, STEPPED, derivatives_along, greatest_curvature, greatest_slope

X = np.linspace(0.11, 0.87, 41)


def differences(text: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f′ and f″ by central differences of fourth order (errors of about 1e-11 and 1e-8 for the functions here)."""
    f, h = compile_expression(text), 1e-3
    a, b, c, d, e = (f.evaluate(x=x + k * h) for k in (-2, -1, 0, 1, 2))
    return (a - 8 * b + 8 * d - e) / (12 * h), (-a + 16 * b - 30 * c + 16 * d - e) / (12 * h * h)


def check(text: str, x: np.ndarray = X) -> None:
    along = derivatives_along(compile_expression(text), x)
    first, second = differences(text, x)
    scale = 1 + np.abs(second).max()
    np.testing.assert_allclose(along.value, compile_expression(text).evaluate(x=x))
    np.testing.assert_allclose(along.first, first, atol=1e-7 * scale, rtol=1e-6)
    np.testing.assert_allclose(along.second, second, atol=1e-5 * scale, rtol=1e-5)


def test_every_function_is_known() -> None:
    assert set(FUNCTIONS) == set(SMOOTH) | KINKED | STEPPED | {"where", "mod", "atan2"}


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_every_smooth_function(name: str) -> None:
    check(f"{name}({'1.2 + x^2' if name == 'acosh' else '0.2 + 0.7 x^2'})")


@pytest.mark.parametrize(
    "text",
    [
        "x^3 - 2x^2 + 1", "x*sin(x)*exp(-x^2)", "(1 + x)/(2 + x^2)", "x^x", "2^x", "x^2.5", "(x - 2)^3", "x^-2", "-x + +x^2",
        "atan2(x, 1 + x^2)", "atan2(1, x)", "abs(x^2 - 4)", "max(x, x^2 - 4)", "min(x, 7, x^3)", "clip(x^2, -1, 5)", "relu(x^3)",
        "where(x > 0, sin(x), 1)", "mod(x^2, 1)", "x % 2", "x^2 (x > 0)", "floor(x) + x^4", "7 + 0 x", "3",
    ],
)  # fmt: skip
def test_arithmetic_and_one_branch_of_the_piecewise_ones(text: str) -> None:
    check(text)
    along = derivatives_along(compile_expression(text), X)
    assert not along.has_kink and not along.has_jump


LEAVES = st.sampled_from(["x", "0.5", "2", "(x + 1)"])
SUMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh", "atan", "sigmoid", "asinh"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=8,
)


@given(SUMS)
@settings(max_examples=60, deadline=None)
def test_compositions(text: str) -> None:
    check(text, X[::8])


def test_an_even_power_of_a_negative_number_needs_no_logarithm() -> None:
    along = derivatives_along(compile_expression("x^2 + x^1 + x^0"), np.array([-1.0, 0.0, 1.0]))
    assert (along.first.tolist(), along.second.tolist()) == ([-1.0, 1.0, 3.0], [2.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("text", "kink", "jump"),
    [
        ("abs(x)", True, False), ("relu(x - 0.123)", True, False), ("max(x, -x)", True, False), ("clip(x, -0.5, 9)", True, False),
        ("sign(x)", False, True), ("step(x)", False, True), ("mod(x, 0.5)", False, True), ("where(x > 0.3, 1, x)", False, True),
        ("x > 0", False, True), ("floor(3x)", False, True), ("1/x", False, True), ("tan(2x)", False, True), ("x^-1", False, True),
        ("atan2(x, -1)", False, True), ("abs(x) + sign(x)", True, True), ("abs(x^2 + 1)", False, False), ("sin(x)", False, False),
    ],
)  # fmt: skip
def test_kinks_and_jumps_are_told(text: str, kink: bool, jump: bool) -> None:
    along = derivatives_along(compile_expression(text), np.linspace(-1, 1, 4000))
    assert (along.has_kink, along.has_jump) == (kink, jump)


def test_the_greatest_slope_and_curvature_of_known_functions() -> None:
    def found(text: str, low: float, high: float) -> tuple[float, float]:
        expression = compile_expression(text)
        return greatest_slope(expression, low, high), greatest_curvature(expression, low, high)

    assert found("sin(x)", 0.0, 6.28) == pytest.approx((1.0, 1.0), rel=1e-12)
    assert found("x^2", -3.0, 1.0) == pytest.approx((6.0, 2.0))
    # Runge: f″ = −50 at 0; f′ is greatest at x = 1 / (5 √3), where it is 15 √3 / 8
    assert found("1/(1 + 25x^2)", -1.0, 1.0) == pytest.approx((15 * 3**0.5 / 8, 50.0), rel=1e-9)
    assert found("abs(x)", -1.0, 1.0) == (1.0, np.inf)
    assert found("abs(x)", 0.0, 1.0) == (1.0, 0.0)
    assert found("step(x)", -1.0, 1.0) == (np.inf, np.inf)
    assert found("sqrt(x)", 0.0, 1.0) == (np.inf, np.inf)
    assert found("5", 0.0, 1.0) == (0.0, 0.0)
