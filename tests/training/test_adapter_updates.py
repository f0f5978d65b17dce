"""What an adapter's update looks like, against the merged weight and NumPy's SVD of the whole matrix."""

from __future__ import annotations

from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.engine.evaluator import Evaluator
from nnlab.training import adapter_updates
from nnlab.training.probes.adapter_spectra import adapter_spectra


def trained(case: dict[str, Any]) -> nnlab.Session:
    session = nnlab.Session(lora_cases.adapted(case), dtype="float64")
    lora_cases.moved(session)
    return session


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_the_update_is_what_the_layer_computes_more(case: dict[str, Any]) -> None:
    """W x + ΔW x, seen from outside: the merged layer's weight less W₀."""
    session = trained(case)
    layer = "hidden_2"
    delta = adapter_updates.update_of(session.graph, session.parameters, layer, "task_b")
    before = session.parameters[f"{layer}.weight"]
    session.merge("task_b")
    np.testing.assert_allclose(session.buffers[f"{layer}.merged_weight"] - before, delta, atol=1e-12)


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_singular_values_are_those_of_the_whole_matrix(case: dict[str, Any]) -> None:
    session = trained(case)
    found = adapter_updates.singular_values(session.graph, session.parameters, "hidden_2", "task_b")
    delta = adapter_updates.update_of(session.graph, session.parameters, "hidden_2", "task_b")
    expected = np.linalg.svd(delta, compute_uv=False)
    adapter = session.graph["hidden_2"].adapter("task_b")
    assert adapter is not None
    count = 4 if case.get("dora") else 4 if case.get("init") == "pissa" else adapter.rank
    assert len(found) == count
    np.testing.assert_allclose(found, expected[:count], atol=1e-12)
    np.testing.assert_allclose(expected[count:], 0, atol=1e-12)


def test_before_the_first_update_there_is_none() -> None:
    session = nnlab.Session(lora_cases.adapted({"init": "pissa"}))
    assert adapter_updates.singular_values(session.graph, session.parameters, "out", "task_b").max() < 1e-6
    session = nnlab.Session(lora_cases.adapted({}))
    np.testing.assert_array_equal(adapter_updates.singular_values(session.graph, session.parameters, "out", "task_b"), 0)
    assert adapter_updates.share_in_first(np.zeros(3), 1) == 1.0


def test_of_full_fine_tuning() -> None:
    before, now = np.zeros((3, 2)), np.array([[3.0, 0], [0, 4], [0, 0]])
    values = adapter_updates.singular_values_of_change(before, now)
    np.testing.assert_allclose(values, [4, 3])
    np.testing.assert_allclose(adapter_updates.singular_values_of_change(now, 3 * now), [8, 6])
    assert adapter_updates.share_in_first(values, 1) == pytest.approx(16 / 25)


def test_an_adapter_that_is_not_there() -> None:
    session = nnlab.Session(lora_cases.adapted({"nodes": ["out"]}))
    for function in (adapter_updates.update_of, adapter_updates.singular_values):
        with pytest.raises(NNLabError, match=r"^The adapter task_b is not on hidden_1\.$"):
            function(session.graph, session.parameters, "hidden_1", "task_b")


def test_the_probe_has_the_singular_values_of_every_adapter_on_every_layer() -> None:
    session = trained({})
    evaluator = Evaluator(session.graph, "float64")
    evaluator.state.set_parameters(session.parameters)
    found = adapter_spectra(evaluator, None)  # type: ignore[arg-type]  # it is a function of the parameters alone
    assert [(one.layer, one.name) for one in found.spectra] == [(n.id, "task_b") for n in session.graph.topological() if n.adapters]
    for one in found.spectra:
        delta = adapter_updates.update_of(session.graph, session.parameters, one.layer, one.name)
        expected = np.linalg.svd(delta, compute_uv=False)
        assert one.side == len(expected)
        np.testing.assert_allclose(one.values, expected[: len(one.values)], atol=1e-12)
