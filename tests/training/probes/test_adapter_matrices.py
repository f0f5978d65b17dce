"""W₀, A, B, s B A and W of adapted layers, beside NumPy's products of what stands in the run; and the proof of W₀."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.graph import adapters
from nnlab.training.adapter_projects import with_attached
from nnlab.training.complete_run import prepare_run
from nnlab.training.probes.adapter_matrices import AdaptedLayers, adapter_matrices
from nnlab.training.probes.base_proofs import BaseProofs, base_proofs
from nnlab.training.project import Project


def probed(project: Project, steps: int = 20) -> tuple[AdaptedLayers, BaseProofs, dict[str, np.ndarray]]:
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training, start=project.initial)
    run.train(steps)
    run.evaluator.load(run.state.arena)
    return adapter_matrices(run.evaluator, data), base_proofs(run.evaluator, data), run.state.parameters()


def attached(**settings: object) -> Project:
    project = load_example("spiral")
    run = prepare_run(project.graph, prepare(project.data), project.training)
    return with_attached(project, run.state.stored(), "task_b", **settings)


@pytest.mark.parametrize("settings", [{}, {"rslora": True}, {"init": "pissa"}], ids=["plain", "rslora", "pissa"])
def test_the_update_is_the_product_and_w_is_the_sum(settings: dict[str, object]) -> None:
    found, _, values = probed(attached(nodes=["dense_1"], rank=2, alpha=6.0, **settings))
    layer = found.layer("dense_1")
    assert layer is not None and [one.layer for one in found.layers] == ["dense_1"]
    a, b = (values[f"dense_1.lora_{side}.task_b"].astype(np.float64) for side in "AB")
    product = b @ a
    if settings.get("init") == "pissa":
        product -= values["dense_1.lora_B_start.task_b"].astype(np.float64) @ values["dense_1.lora_A_start.task_b"].astype(np.float64)
    scale = 6.0 / np.sqrt(2) if settings.get("rslora") else 3.0
    adapter = layer.adapter("task_b")
    assert adapter is not None and adapter.scale == pytest.approx(scale)
    assert np.abs(product).max() > 0, "something was learned"
    np.testing.assert_allclose(adapter.update, scale * product, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(layer.applied, values["dense_1.weight"] + scale * product, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(layer.base, values["dense_1.weight"])
    assert adapter.stretch is None


def test_what_takes_no_part_is_not_in_w() -> None:
    project = attached(nodes=["dense_1"], rank=1)
    off = replace(project, graph=adapters.enable(project.graph, "task_b", False))
    layer = probed(off)[0].layer("dense_1")
    assert layer is not None
    np.testing.assert_array_equal(layer.applied, layer.base)


def test_dora_brings_the_rows_to_their_learned_lengths() -> None:
    found, _, values = probed(attached(nodes=["dense_1"], rank=1, dora=True))
    layer = found.layer("dense_1")
    assert layer is not None
    lengths = np.linalg.norm(layer.applied, axis=1)
    np.testing.assert_allclose(lengths, values["dense_1.lora_magnitude_vector.task_b"], rtol=1e-5)
    adapter = layer.adapter("task_b")
    assert adapter is not None and adapter.stretch is not None
    np.testing.assert_allclose(layer.applied, adapter.stretch[:, None] * (layer.base + adapter.update), rtol=1e-6)


def test_the_proof_is_the_hash_of_the_bits() -> None:
    _, proofs, values = probed(attached(rank=1))
    for proof in proofs.layers:
        assert proof.now == hashlib.sha256(values[f"{proof.layer}.weight"].tobytes()).hexdigest()
        assert proof.frozen == proof.now and proof.is_unchanged
    assert proofs.of("dense_1") is proofs.layers[0] and proofs.of("nothing") is None


def test_a_network_without_adapters_has_none() -> None:
    found, proofs, _ = probed(load_example("spiral"), 1)
    assert found.layers == () and proofs.layers == ()
