"""Formulas: what people type means what they meant, and nothing typed can reach past arithmetic."""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.errors import FormulaError
from nnlab.core.expression import CONSTANTS, FUNCTIONS, MAX_DEPTH, compile_expression
from nnlab.core.expression_text import MAX_LENGTH, MAX_NESTING

X = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("2x", lambda x: 2 * x),
        ("2 sin(x)", lambda x: 2 * np.sin(x)),
        ("(x+1)(x-1)", lambda x: (x + 1) * (x - 1)),
        ("2(x+1)", lambda x: 2 * (x + 1)),
        ("x(x+1)", lambda x: x * (x + 1)),
        ("xx", lambda x: x * x),
        ("x sin(x) cos(x)", lambda x: x * np.sin(x) * np.cos(x)),
        ("2pi x", lambda x: 2 * np.pi * x),
        ("2e^x", lambda x: 2 * np.exp(x)),
        ("2e3x", lambda x: 2000 * x),
        ("-x^2", lambda x: -(x**2)),
        ("2^3x", lambda x: 8 * x),
        ("1/2x", lambda x: 0.5 * x),
        ("2^-1", lambda x: 0.5 + 0 * x),
        ("2^3^2", lambda x: 512.0 + 0 * x),
        ("3x² − 1", lambda x: 3 * x**2 - 1),
        ("x⁻² + x¹⁰", lambda x: x**-2.0 + x**10),
        ("π·x×2÷4", lambda x: np.pi * x / 2),
        ("3πx", lambda x: 3 * np.pi * x),
        ("007 + .5 + 1.", lambda x: 8.5 + 0 * x),
        ("-1 < x <= 0.5", lambda x: ((x > -1) & (x <= 0.5)) * 1.0),
        ("x ≥ 0 and not x == 3", lambda x: ((x >= 0) & (x != 3)) * 1.0),
        ("x < -1 or x > 1", lambda x: (np.abs(x) > 1) * 1.0),
        ("where(x > 0, x, -x)", np.abs),
        ("clip(x, -1, 1)", lambda x: np.clip(x, -1, 1)),
        ("min(x, 1, 0) + max(x, 0)", lambda x: np.minimum(x, 0) + np.maximum(x, 0)),
        ("x % 1 - mod(x, 1)", lambda x: 0 * x),
        ("isnan(sqrt(x))", lambda x: (x < 0) * 1.0),
        ("step(x) + relu(x)", lambda x: (x >= 0) + np.maximum(x, 0)),
        ("sigmoid(1000x)", lambda x: np.select([x < 0, x > 0], [0.0, 1.0], 0.5)),
        ("7", lambda x: 7.0 + 0 * x),
    ],
)
def test_what_people_type(text: str, meaning: Callable[[np.ndarray], np.ndarray]) -> None:
    with np.errstate(all="ignore"):
        expected = meaning(X)
    np.testing.assert_allclose(compile_expression(text).evaluate(x=X), expected, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2 + x sinn(x)", "Column 7: there is no function 'sinn'; did you mean 'sin'?"),
        ("sinx", "Column 1: there is no variable 'sinx'; did you mean 'sin(x)'?"),
        ("1 + z", "Column 5: there is no variable 'z'; known are x, pi, e, tau."),
        ("sin x", "Column 1: 'sin' needs its arguments in parentheses, as in sin(x)."),
        ("", "The formula is empty; type one such as sin(x)."),
        (" \t", "The formula is empty; type one such as sin(x)."),
        ("x +", "The formula ends after '+'; a number, a variable or '(' must follow."),
        ("x * / 2", "Column 5: a number, a variable or '(' is missing before '/'."),
        ("(x + (2)", "Column 1: this '(' is never closed."),
        ("x + 2)", "Column 6: this ')' was never opened."),
        ("sin()", "Column 5: a number, a variable or '(' is missing before ')'."),
        ("1,5 x", "Column 2: ',' only separates the arguments of a function; decimals are written with '.'."),
        ("x 2", "Column 3: an operator is missing before '2'."),
        ("x = 2", "Column 3: '=' is not part of a formula; type only its right side, or '==' to compare."),
        ("clip(x, 1)", "Column 1: clip takes 3 arguments, but got 2."),
        ("1 + max(x)", "Column 5: max takes at least 2 arguments, but got 1."),
        ("x·sin(x, 2)", "Column 3: sin takes 1 argument, but got 2."),
        ("1 if x else 2", "Column 3: write a choice as where(condition, a, b)."),
        ("2 * not x", "Column 5: after '*', put 'not' and what it negates in parentheses."),
        ("x not", "Column 3: an operator is missing before 'not'."),
        ("1e999", "Column 1: the number 1e999 is too large."),
        ("²x", "Column 1: the power '²' must follow a number, a variable or ')'."),
    ],
)
def test_errors_name_column_and_remedy(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        compile_expression(text)
    assert str(caught.value) == message


ATTACKS = [
    "x.tofile('/tmp/nnlab-attack')",
    "x.__class__.__mro__",
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('true')",
    "__builtins__",
    "eval('1')",
    "exec(x)",
    "open(x)",
    "getattr(x, x)",
    "lambda: x",
    "(lambda x: x)(x)",
    "[x for x in (1, 2)]",
    "{x: x}",
    "{x}",
    "f'{x}'",
    "'text'",
    '"text" * 999999999',
    "b'x'",
    "(y := x)",
    "x[0]",
    "x[::]",
    "*x",
    "sin(*x)",
    "sin(**x)",
    "sin(x=x)",
    "sin(x)(x).real",
    "sin.types",
    "x if x else x",
    "x is x",
    "x in x",
    "x @ x",
    "x // x",
    "x << 9999999999",
    "~x",
    "1j",
    "0x10",
    "1_000",
    "True",
    "None",
    "...",
    "await x",
    "yield x",
    "import os",
    "x; x",
    "x\\\n+ x",
    "# x",
    "x # x",
    "x\x00",
    "\x00",
    "x\u202e",
    "ｘ",  # fullwidth: Python's own parser would fold it into x
    "𝐬𝐢𝐧(x)",
    "-" * 500 + "x",
    "not " * 200 + "x",
    "(" * 500 + "x" + ")" * 500,
    "sin(" * 200 + "x" + ")" * 200,
    "x^" * 400 + "x",
    "+".join("x" * 400),
    "x" * 10_000_000,
    "9" * 900,
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:24]))
def test_attacks_are_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FormulaError) as caught:
        compile_expression(text)
    assert time.perf_counter() - start < 0.5
    assert len(str(caught.value)) < 250
    assert "\x00" not in str(caught.value)


def test_towers_of_powers_overflow_instead_of_hanging() -> None:
    assert compile_expression("9**9**9**9**9").evaluate() == np.inf
    assert compile_expression("9^9^9 - 9^9^9").evaluate(x=1.0) != compile_expression("0").evaluate(x=1.0)  # NaN, as in IEEE arithmetic


def test_the_limits_are_reached_by_ordinary_formulas() -> None:
    x = np.array([0.5, -2.0])
    for text, value in (
        ("+".join(["x"] * MAX_DEPTH), MAX_DEPTH * x),
        ("(" * MAX_NESTING + "x" + ")" * MAX_NESTING, x),
        ("x".ljust(MAX_LENGTH), x),
    ):
        np.testing.assert_array_equal(compile_expression(text).evaluate(x=x), value)


def test_no_warnings_from_odd_values_or_odd_text() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = compile_expression("log(x) + 1/x + 2^(1000000x) + x(1)").evaluate(x=X)
    assert not np.isfinite(result).all()


def test_variables_constants_and_shapes() -> None:
    formula = compile_expression("loss > 2 step and e < 3", ("loss", "step", "e", "unused"))
    assert formula.used == ("loss", "step", "e")
    assert formula.evaluate(loss=3.0, step=1.0, e=2.0) == 1.0  # a variable named like a constant or function is the variable
    assert compile_expression("self", ("self",)).evaluate(self=2.0) == 2.0
    assert compile_expression("step(step)", ("step",)).evaluate(step=-1.0) == 0.0
    assert compile_expression("x y", ("x", "y")).evaluate(x=X[:, None], y=X).shape == (5, 5)
    assert compile_expression("2").evaluate(x=X).tolist() == [2.0] * 5
    assert compile_expression("x").evaluate(x=np.arange(3)).dtype == np.float64


def test_the_result_never_aliases_an_argument() -> None:
    x = X.copy()
    compile_expression("x").evaluate(x=x)[:] = 0.0
    assert (x == X).all()


def test_missing_and_unknown_values_are_named() -> None:
    formula = compile_expression("x + y", ("x", "y"))
    with pytest.raises(FormulaError, match="needs a value for 'y'"):
        formula.evaluate(x=1.0)
    with pytest.raises(FormulaError, match="has no variable 'z'"):
        formula.evaluate(x=1.0, y=1.0, z=1.0)


def test_expressions_are_values() -> None:
    formula = compile_expression("x^2")
    assert formula == compile_expression("x^2")
    assert formula != compile_expression("x^2", ("x", "y"))
    assert len({formula, compile_expression("x^2")}) == 1
    assert (pickle.loads(pickle.dumps(formula)).evaluate(x=X) == X * X).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called(name: str) -> None:
    function = FUNCTIONS[name]
    arguments = ", ".join(["x"] * function.minimum)
    assert compile_expression(f"{name}({arguments})").evaluate(x=X).shape == X.shape


# Random trees: the text and, beside it, the same calculation in NumPy.
Tree = tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]


def _number(value: float) -> Tree:
    return repr(value), lambda x, y: np.full_like(x, value)


def _binary(symbol: str, function: np.ufunc) -> Callable[[Tree, Tree], Tree]:
    return lambda a, b: (f"({a[0]}){symbol}({b[0]})", lambda x, y: function(a[1](x, y), b[1](x, y)).astype(np.float64))


def _unary(name: str, function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tree], Tree]:
    return lambda a: (f"{name}({a[0]})", lambda x, y: np.asarray(function(a[1](x, y)), dtype=np.float64))


BINARY = [("+", np.add), (" - ", np.subtract), ("*", np.multiply), ("", np.multiply), ("·", np.multiply), ("/", np.divide), ("^", np.power)]
BINARY += [("**", np.power), ("%", np.mod), ("<", np.less), ("≥", np.greater_equal), ("==", np.equal), (" and ", np.logical_and)]
UNARY = [
    ("sin", np.sin),
    ("exp", np.exp),
    ("log", np.log),
    ("abs", np.abs),
    ("-", np.negative),
    ("not ", np.logical_not),
    ("sign", np.sign),
]
LEAVES = st.one_of(
    st.just(("x", lambda x, y: x)),
    st.just(("y", lambda x, y: y)),
    st.just(("pi", lambda x, y: np.full_like(x, CONSTANTS["pi"]))),
    st.floats(0, 1e6, allow_nan=False).map(_number),
)


def _grow(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    binary = [_binary(symbol, function) for symbol, function in BINARY]
    unary = [_unary(name, function) for name, function in UNARY]
    return st.one_of(
        st.builds(lambda make, a, b: make(a, b), st.sampled_from(binary), children, children),
        st.builds(lambda make, a: make(a), st.sampled_from(unary), children),
    )


@given(st.recursive(LEAVES, _grow, max_leaves=12))
def test_random_trees_equal_numpy(tree: Tree) -> None:
    text, calculation = tree
    x, y = np.array([-1.5, 0.0, 0.7, 2.0]), np.array([3.0, -2.0, 0.0, 0.3])
    if len(text) > MAX_LENGTH:
        return
    with np.errstate(all="ignore"):
        expected = calculation(x, y)
    assert np.array_equal(compile_expression(text, ("x", "y")).evaluate(x=x, y=y), expected, equal_nan=True)


@given(st.one_of(st.text(max_size=60), st.text("x y2.5e+-*/^%()<>=!,πsin²andort", max_size=60)))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    refusal = ""
    try:
        result = compile_expression(text, ("x", "y")).evaluate(x=X, y=X)
    except FormulaError as error:
        refusal = str(error)
    assert refusal.endswith((".", "?")) if refusal else result.shape == X.shape
