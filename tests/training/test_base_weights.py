"""The hash of a layer's weights: SHA-256 of their bits, kept from the freeze on, and taken where an adapter first meets its base."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import adapters
from nnlab.graph.graph import Graph
from nnlab.training.base_weights import BaseProof, base_sha256, proofs, sha256_of, with_known_base, with_proven_base
from nnlab.training.complete_run import prepare_run
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

PLAIN = mlp([2, 4, 1], loss="binary_cross_entropy")
WEIGHTS = {"dense_1.weight": np.arange(8, dtype=np.float32).reshape(4, 2), "dense_2.weight": np.ones((1, 4), dtype=np.float32)}


def hashed(name: str) -> str:
    return hashlib.sha256(WEIGHTS[name].tobytes()).hexdigest()


def hashes(graph: Graph) -> list[tuple[str, ...]]:
    return [tuple(adapter.base_sha256 for adapter in node.adapters) for node in graph.nodes if node.adapters]


def test_it_is_of_the_bits_row_by_row() -> None:
    values = WEIGHTS["dense_1.weight"]
    assert sha256_of(values) == hashed("dense_1.weight")
    assert sha256_of(np.asfortranarray(values)) == sha256_of(values)
    assert sha256_of(values.astype(np.float64)) != sha256_of(values)
    assert base_sha256(WEIGHTS, ["dense_2"]) == {"dense_2": hashed("dense_2.weight")}


def test_proofs_are_of_the_layers_with_adapters() -> None:
    graph = adapters.attach(PLAIN, ["dense_1"], rank=1, base_sha256=base_sha256(WEIGHTS, ["dense_1"]))
    (proof,) = proofs(graph, WEIGHTS)
    assert proof == BaseProof("dense_1", hashed("dense_1.weight"), hashed("dense_1.weight"), 32)
    assert proof.is_unchanged is True
    other = {**WEIGHTS, "dense_1.weight": WEIGHTS["dense_1.weight"] + 1}
    assert proofs(graph, other)[0].is_unchanged is False
    assert proofs(adapters.attach(PLAIN, ["dense_1"], rank=1), WEIGHTS)[0].is_unchanged is None
    assert proofs(PLAIN, WEIGHTS) == ()


def test_an_adapter_without_a_hash_learns_it_where_it_meets_its_weights() -> None:
    both = adapters.attach(adapters.attach(PLAIN, ["dense_1", "dense_2"], rank=1, name="a"), ["dense_2"], rank=1, name="b")
    known = with_known_base(both, WEIGHTS)
    assert hashes(known) == [(hashed("dense_1.weight"),), (hashed("dense_2.weight"),) * 2]
    assert with_known_base(known, WEIGHTS) is known, "nothing is left to learn"
    assert with_known_base(both, {}) is both, "nothing is known"
    one = with_known_base(both, {"dense_2.weight": WEIGHTS["dense_2.weight"]})
    assert hashes(one) == [("",), (hashed("dense_2.weight"),) * 2]


def test_the_hash_of_the_freeze_stays_and_counts_for_adapters_that_come_later() -> None:
    frozen = adapters.attach(PLAIN, ["dense_2"], rank=1, name="a", base_sha256={"dense_2": "ab" * 32})
    later = adapters.attach(frozen, ["dense_2"], rank=1, name="b")
    assert hashes(with_known_base(later, WEIGHTS)) == [("ab" * 32, "ab" * 32)]


@pytest.mark.parametrize("is_given", [False, True])
def test_a_project_that_is_opened_is_proven_by_the_weights_its_run_begins_with(is_given: bool) -> None:
    given = InitialWeights("by hand", "", WEIGHTS) if is_given else None
    graph = adapters.attach(PLAIN, rank=1)
    project = Project(graph, DataSettings("spiral"), TrainingSettings(seed=3), initial=given)
    found = hashes(with_proven_base(project).graph)
    if is_given:
        assert found == [(hashed("dense_1.weight"),), (hashed("dense_2.weight"),)]
    else:
        run = prepare_run(graph, prepare(project.data), project.training)
        assert found == [(sha256_of(run.state[f"dense_{k}.weight"]),) for k in (1, 2)]
        assert found != hashes(with_proven_base(replace(project, training=TrainingSettings(seed=4))).graph)
    assert hashes(with_proven_base(project, WEIGHTS).graph) == [(hashed("dense_1.weight"),), (hashed("dense_2.weight"),)]
    proven = with_proven_base(project)
    assert with_proven_base(proven, {}) is proven
