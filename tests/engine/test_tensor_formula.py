"""Formulas over the numbers of a network: what the machine works out is what the expression evaluates to."""

from __future__ import annotations

import numpy as np
import pytest
from kept_kernels import keep
from networks import mlp

from nnlab.core.errors import FormulaError
from nnlab.core.expression import FUNCTIONS, compile_expression
from nnlab.core.kernel.formulas import BINARY, TERNARY, UNARY, formula_value
from nnlab.engine.compile import Update
from nnlab.engine.formula_code import bound, problem_of
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.tensor_formula import tensor_formula

keep(formula_value)
X = np.random.default_rng(3).standard_normal((12, 2))


@pytest.fixture(scope="module")
def run() -> Run:
    found = Run(Setup(mlp([2, 4, 1]), X, X[:, :1], update=Update("adam", 1e-2), batch_size=8, seed=2), frames=False)
    found.train(6)
    return found


def value(run: Run, text: str) -> float:
    formulas, problems = bound([tensor_formula(text)], run.program)
    assert problems == ("",)
    found, _ = formula_value(run.step.update.network, formulas, 0)
    return float(found)


NUMBERS = (-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.5, 3.0, 40.0)
TEXTS = [
    *(f"{name}({{a}})" for name, f in FUNCTIONS.items() if f.minimum == 1),
    *(f"{name}({{a}}, {{b}})" for name, f in FUNCTIONS.items() if f.minimum == 2),
    *(f"{name}({{a}}, {{b}}, 2)" for name, f in FUNCTIONS.items() if f.minimum == 3),
    *(f"{{a}} {sign} {{b}}" for sign in ("+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "and", "or")),
    "-({a}) + not ({b})", "{a} < {b} <= 2.5 < 3", "min({a}, {b}, 1, 0.5) + max(1, {b}, {a})", "2 ({a} + pi) e",
    "where({a} > {b}, {a}^2, 3)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_the_machine_computes_what_the_expression_says(run: Run, text: str) -> None:
    for a in NUMBERS:
        for b in NUMBERS[::2]:
            typed = text.format(a=f"({a})", b=f"({b})").replace("+ not ((", "+ (not (").replace("))", "))")
            if "not" in typed:
                typed = f"-({a}) + (not ({b}))"
            expected = float(compile_expression(typed).evaluate(x=0.0))
            assert value(run, typed) == pytest.approx(expected, rel=1e-14, abs=1e-300, nan_ok=True), typed


def test_every_function_has_an_operation() -> None:
    assert set(FUNCTIONS) <= {*BINARY, *UNARY, *TERNARY}


def test_numbers_of_tensors_are_those_of_the_arena(run: Run) -> None:
    state = {name: run.state[name].astype(np.float64) for name in ("dense_1.weight", "dense_1.d_weight", "tanh_1.y", "dense_2.d_bias")}
    weight, gradient, y, bias = state.values()
    assert value(run, "dense_1.weight[3, 1]") == weight[3, 1]
    assert value(run, "grad(dense_1.weight[3, 1])") == value(run, "grad(dense_1.weight)[3, 1]") == gradient[3, 1]
    assert value(run, "act(dense_1)[2, 1]") == value(run, "tanh_1.y[2, 1]") == y[2, 1]
    assert value(run, "grad(dense_2.bias)") == bias[0], "a tensor of one number needs no index"
    assert value(run, "norm(grad(dense_1.weight))") == pytest.approx(np.linalg.norm(gradient), rel=1e-14)
    assert value(run, "max(act(dense_1)) - min(act(dense_1))") == y.max() - y.min()
    assert value(run, "sum(tanh_1.y) / mean(tanh_1.y)") == pytest.approx(y.size, rel=1e-12)
    assert value(run, "max_abs(dense_1.weight)") == np.abs(weight).max() and value(run, "zeros(dense_1.weight)") == 0.0
    names = ("dense_1.d_weight", "dense_1.d_bias", "dense_2.d_weight", "dense_2.d_bias")
    gradients = np.concatenate([run.state[name].ravel() for name in names])
    assert value(run, "gradient_norm") == pytest.approx(np.linalg.norm(gradients.astype(np.float64)), rel=1e-12)
    assert (value(run, "iteration"), value(run, "epoch"), value(run, "loss")) == (6.0, 3.0, run.current_loss())
    assert np.isnan(value(run, "tanh_1.y[7, 0]")), "the last batch of 12 has four samples"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("los < 1", "Column 1: there is no variable 'los'; did you mean 'loss'?"),
        ("loss < ", "ends after '<'"),
        ("norm(grad(dense_1.weight)) > wrong", "Column 30: there is no variable 'wrong'"),
        ("2 + nrom(dense_1.weight)", "Column 5: there is no function 'nrom'"),
        ("norm(dense_1.weight[0, 0])", "a single number needs no norm"),
        ("__import__('os')", "Column 1"),
        ("loss.__class__", "no tensor"),
    ],
)
def test_what_is_no_formula_is_said_with_its_column(run: Run, text: str, words: str) -> None:
    try:
        said = problem_of(tensor_formula(text), run.program)
    except FormulaError as error:
        said = str(error)
    assert words in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dense_1.weight > 0", "dense_1.weight is a tensor of 4 × 2 numbers; take one, as in dense_1.weight[0, 0], or norm, mean"),
        ("tanh_1.y > 0", "is a tensor of samples × 4 numbers; take one, as in tanh_1.y[0, 0]"),
        ("dense_1.weight[4, 0]", "dense_1.weight[4, 0] is outside the tensor, which is 4 × 2; indices count from 0"),
        ("dense_1.weight[1]", "is outside the tensor"),
        ("norm(dense_9.weight)", "no tensor 'dense_9.weight' in this network; did you mean 'dense_"),
        ("norm(grad(tanh_2.y))", "'tanh_2.y' is no parameter of this network, so it has no gradient"),
        ("norm(act(dens_1))", "no layer 'dens_1' in this network; did you mean 'dense_1'?"),
    ],
)
def test_what_the_network_does_not_have_is_said(run: Run, text: str, words: str) -> None:
    assert words in problem_of(tensor_formula(text), run.program)
