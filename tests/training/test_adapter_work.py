"""An adapter has learned as soon as its update is another than at its start."""

from __future__ import annotations

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.training.adapter_work import has_learned


@pytest.mark.parametrize("init", ["kaiming", "gaussian", "orthogonal", "pissa"])
def test_an_adapter_has_learned_after_its_first_update(init: str) -> None:
    s = nnlab.Session(lora_cases.base(), "adam", 0.05)
    name = s.attach(rank=2, init=init)
    assert not has_learned(s.graph, name, s.parameters)
    x, y = lora_cases.data()
    s.step(x, y)
    assert has_learned(s.graph, name, s.parameters)
    assert not has_learned(s.graph, "another", s.parameters)


def test_what_it_starts_as_with_pissa_counts_as_nothing_learned() -> None:
    s = nnlab.Session(lora_cases.base())
    name = s.attach(rank=2, init="pissa")
    assert any(np.any(values) for key, values in s.parameters.items() if ".lora_B." in key)
    assert not has_learned(s.graph, name, s.parameters)
