"""Adapters from here in the real Hugging Face PEFT, and PEFT's here: the same outputs either way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab

pytestmark = pytest.mark.oracle
pytest.importorskip("peft", reason="PEFT is not installed")

CASES = pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
X, Y = lora_cases.data()


@CASES
def test_an_adapter_saved_here_loads_in_peft(case: dict[str, Any], tmp_path: Path) -> None:
    import peft_model

    session = nnlab.Session(lora_cases.adapted(case), "adam", 0.05)
    for _ in range(10):
        session.step(X, Y)
    session.save_adapter(lora_cases.NAME, tmp_path / "adapter")
    found = peft_model.outputs_of(session.parameters, tmp_path / "adapter")
    lora_cases.agree(found, session.predict(X))


@pytest.mark.parametrize("case", lora_cases.PEFT_CASES.values(), ids=lora_cases.PEFT_CASES)
def test_an_adapter_trained_in_peft_loads_here(case: dict[str, Any], tmp_path: Path) -> None:
    import peft_model

    session = nnlab.Session(lora_cases.base())
    expected = peft_model.trained(session.parameters, case, tmp_path / "adapter")
    assert session.load_adapter(tmp_path / "adapter") == "adapter"
    lora_cases.agree(session.predict(X), expected)
    session.switch(None)
    assert not np.allclose(session.predict(X), expected, atol=1e-3)


def test_the_fixtures_are_what_peft_writes() -> None:
    """tests/files/fixtures/peft: made by make_peft_fixtures.py."""
    import peft_model

    weights = lora_cases.fixture("base")
    for name in lora_cases.PEFT_CASES:
        found = peft_model.outputs_of(weights, lora_cases.PEFT_FIXTURES / name)
        lora_cases.agree(found, lora_cases.fixture(name)["outputs"])
