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
