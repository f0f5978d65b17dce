"""The engine against what PyTorch computed once (figures.json, made by make_figures.py): no PyTorch needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import single_operator_graph
from oracle_cases import batches, figure_cases, session_for

from nnlab.core.operator import Operator

FIGURES = json.loads(Path(__file__).with_name("figures.json").read_text(encoding="utf-8"))["figures"]


def relative(value: np.ndarray, truth: list[float]) -> float:
    """Largest error relative to the size of the whole tensor."""
    expected = np.array(truth)
    return float(np.abs(value.ravel() - expected).max() / max(np.abs(expected).max(), 1e-12))


Case = tuple[str, Operator, dict[str, Any], tuple[str, dict[str, Any]]]
CASES = [pytest.param(case, id=case[0]) for case in figure_cases()]


def test_the_figures_are_those_of_these_cases() -> None:
    assert set(FIGURES) == {case[0] for case in figure_cases()}, "run tests/oracle/make_figures.py"


@pytest.mark.parametrize("case", CASES)
def test_gradients_losses_and_weights(case: Case) -> None:
    key, kind, settings, optimizer = case
    graph, figures = single_operator_graph(kind, settings), FIGURES[key]
    session, steps = session_for(graph, *optimizer), batches(graph)
    _, gradients = session.gradients(*steps[0])
    largest = max(abs(v) for values in figures["gradients"].values() for v in values)
    for name, truth in figures["gradients"].items():
        assert np.abs(gradients[name].ravel() - np.array(truth)).max() <= 1e-9 * largest, name
    losses = [session.step(x, y) for x, y in steps]
    assert relative(np.array(losses), figures["losses"]) <= 1e-8
    for name, truth in figures["weights"].items():
        assert relative(session.parameters[name], truth) <= 1e-8, name


@pytest.mark.parametrize("case", [case for case in CASES if "momentum" in str(case.id)])
def test_float32_stays_close(case: Case) -> None:
    key, kind, settings, (optimizer, options) = case
    graph, figures = single_operator_graph(kind, settings), FIGURES[key]
    session = session_for(graph, optimizer, options, "float32")
    losses = [session.step(x, y) for x, y in batches(graph)]
    assert relative(np.array(losses), figures["losses"]) <= 1e-4
    for name, truth in figures["weights"].items():
        assert relative(session.parameters[name], truth) <= 1e-4, name
