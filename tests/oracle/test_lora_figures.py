"""Adapters against what PyTorch computed once (lora_figures.json, made by make_lora_figures.py): no PyTorch needed."""

from __future__ import annotations

import json
from pathlib import Path

import lora_cases
import numpy as np
import pytest

FIGURES = json.loads(Path(__file__).with_name("lora_figures.json").read_text(encoding="utf-8"))["figures"]
NETWORKS = lora_cases.compared()


def test_the_figures_are_those_of_these_cases() -> None:
    assert set(FIGURES) == set(NETWORKS), "run tests/oracle/make_lora_figures.py"


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_and_twenty_steps_of_adam(name: str) -> None:
    """To 1e-9 of the largest gradient and weight. PiSSA starts with a decomposition, whose last digits are the library's."""
    session, figures = lora_cases.compared_session(NETWORKS[name]), FIGURES[name]
    _, gradients = session.gradients(*lora_cases.data(seed=100))
    largest = max(abs(value) for values in figures["gradients"].values() for value in values)
    for key, truth in figures["gradients"].items():
        assert np.abs(gradients[key].ravel() - np.array(truth)).max() <= 1e-9 * largest, key
    for k in range(lora_cases.STEPS):
        session.step(*lora_cases.data(seed=100 + k))
    weights = session.parameters
    for key, truth in figures["weights"].items():
        assert np.abs(weights[key].ravel() - np.array(truth)).max() <= 1e-9 * max(1.0, max(map(abs, truth))), key
