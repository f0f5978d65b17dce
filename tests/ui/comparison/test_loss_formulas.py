"""A formula stands beside a curve only if it gives the curve's values."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.files.examples import load_example
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.probes.output_losses import OutputLosses, output_losses
from nnlab.training.varied import varied
from nnlab.ui.comparison.loss_formulas import formula_of


def found(example: str, loss: str) -> OutputLosses:
    project = load_example(example)
    project = varied(project, Difference("loss", loss))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    evaluator = Evaluator(project.graph)
    evaluator.load(run.state.arena)
    result = output_losses(evaluator, data)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("example", "loss", "formula", "gradient"),
    [
        ("circle", "binary_cross_entropy", "−log p", "1 − p"),
        ("circle", "mse", "(1 − p)²", "2p(1 − p)²"),
        ("iris", "cross_entropy", "−log p", "1 − p"),
        ("sine", "mse", "e²", "2|e|"),
        ("sine", "mae", "|e|", "1"),
    ],
)
def test_the_curves_of_the_engine_are_named_as_in_a_textbook(example: str, loss: str, formula: str, gradient: str) -> None:
    losses = found(example, loss)
    assert formula_of(losses.curve_x, losses.curve_losses, losses.of_probability) == formula
    assert formula_of(losses.curve_x, losses.curve_gradients, losses.of_probability) == gradient


def test_a_curve_that_no_formula_fits_has_none() -> None:
    x = np.linspace(0.01, 0.99, 50)
    assert formula_of(x, -np.log(x) * 1.01, True) == ""
    assert formula_of(x, np.full(50, np.nan), True) == ""
    assert formula_of(np.empty(0), np.empty(0), False) == ""


P, E = np.linspace(0.01, 0.99, 50), np.linspace(-3.0, 3.0, 60)


@pytest.mark.parametrize(
    ("x", "values", "of_probability", "formula"),
    [
        (P, np.log(1 / P), True, "−log p"), (P, 1 - 2 * P + P**2, True, "(1 − p)²"), (P, 1 - P, True, "1 − p"),
        (P, 2 * P - 4 * P**2 + 2 * P**3, True, "2p(1 − p)²"), (P, P - P**2, True, "p(1 − p)"), (P, 2 - 2 * P, True, "2(1 − p)"),
        (E, E * E, False, "e²"), (E, np.sqrt(E * E), False, "|e|"), (E, np.where(E < 0, -2 * E, 2 * E), False, "2|e|"),
        (E, np.full(60, 1.0), False, "1"), (E, np.where(np.abs(E) < 1, np.abs(E), 1.0), False, "|e|, at most 1"),
        (E, np.log(np.cosh(E)), False, "log cosh e"), (E, np.abs((np.exp(2 * E) - 1) / (np.exp(2 * E) + 1)), False, "|tanh e|"),
        (P, E[:50] ** 2, True, ""), (E, 3 * np.abs(E), False, ""), (E, np.zeros(60), False, ""), (P, np.zeros(50), True, ""),
    ],
)  # fmt: skip
def test_every_formula_is_told_by_its_values(x: np.ndarray, values: np.ndarray, of_probability: bool, formula: str) -> None:
    assert formula_of(x, values, of_probability) == formula


def test_a_curve_may_differ_by_a_thousandth_of_its_largest_value() -> None:
    largest = np.array([0.0] * 59 + [9.0])  # at e = 3
    assert formula_of(E, E**2 + 0.9e-3 * largest, False) == "e²"
    assert formula_of(E, E**2 + 1.1e-3 * largest, False) == ""
