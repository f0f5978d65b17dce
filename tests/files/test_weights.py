"""Weights: exactly the network's tensors, finite, or nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import mlp
from projects import projects, same_arrays, small_project, snapshot_of
from safetensors.numpy import save

from nnlab.core.errors import FileError
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.files import weights
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.training.commands import Snapshot
from nnlab.training.settings import TrainingSettings

PROJECT = small_project()
SNAPSHOT = snapshot_of(PROJECT)
TENSORS = {**SNAPSHOT.parameters, **{f"moments/{name}": values for name, values in SNAPSHOT.moments.items()}}


def refused(content: bytes, project: Project = PROJECT) -> str:
    with pytest.raises(FileError) as caught:
        weights.decode(content, project, SNAPSHOT.context)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(projects(), st.integers(0, 1000))
def test_round_trip_to_the_bit(project: Project, seed: int):
    snapshot = snapshot_of(project, seed)
    read = weights.decode(weights.encode(snapshot), project, snapshot.context)
    assert same_arrays(read.parameters, snapshot.parameters) and same_arrays(read.moments, snapshot.moments)


def test_the_names_are_those_of_the_contract():
    assert {"dense_1.weight", "dense_1.bias", "moments/dense_1.weight.mean", "moments/dense_2.bias.step"} <= set(TENSORS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dense_1.weight": np.zeros((2, 3), np.float32)}, "dense_1.weight has the shape (2, 3), but the network needs (3, 2)"),
        ({"dense_1.weight": np.full((3, 2), np.nan, np.float32)}, "dense_1.weight contains NaN or infinity"),
        ({"moments/dense_1.bias.mean": np.full(3, np.inf, np.float32)}, "moments/dense_1.bias.mean contains NaN or infinity"),
        ({"dense_9.weight": np.zeros(3, np.float32)}, "'dense_9.weight', which is not a parameter"),
        ({"dense_1.weight": np.zeros((3, 2), np.float16)}, "type F16"),
        ({"dense_1.weight": np.zeros((3, 2), np.int64)}, "type I64"),
        ({"dense_2.bias": None}, "does not hold dense_2.bias"),
        ({"moments/dense_2.bias.step": None}, "does not hold moments/dense_2.bias.step"),
    ],
)
def test_wrong_tensors(changes: dict[str, np.ndarray | None], words: str):
    tensors = {name: values for name, values in {**TENSORS, **changes}.items() if values is not None}
    assert words in refused(save(tensors))


def lying(**changes: object) -> bytes:
    """A file whose header says something else about dense_1.weight than what is there."""
    content = save(dict(TENSORS))
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["dense_1.weight"] |= changes
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * 100,
        (2**60).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"{",
        lying(shape=[30000, 20000]),
        lying(data_offsets=[0, 10**12]),
        lying(data_offsets=[8, 4]),
        lying(shape=[-1, 2]),
        lying(dtype="F128"),
        save(dict(TENSORS))[:-4],
    ],
    ids=["empty", "text", "endless header", "short header", "shape", "offsets", "backwards", "negative", "type", "cut off"],
)
def test_headers_that_lie(content: bytes):
    assert "weights.safetensors is damaged" in refused(content)


def test_double_precision_is_read_too():
    snapshot = weights.decode(save({name: values.astype(np.float64) for name, values in TENSORS.items()}), PROJECT, SNAPSHOT.context)
    assert snapshot.parameters["dense_1.weight"].dtype == np.float64


def test_an_edited_graph_keeps_what_fits_and_starts_the_rest_anew():
    """The same as what a running network keeps when it is edited."""
    edited = replace(PROJECT, graph=edits.configure(PROJECT.graph, "dense_2", units=2))
    kept = weights.fitted(SNAPSHOT, edited)
    assert np.array_equal(kept.parameters["dense_1.weight"], SNAPSHOT.parameters["dense_1.weight"])
    x, y = np.zeros((4, 2)), np.zeros((4, 2))
    run = Run(Setup(edited.graph, x, y, update=Update("adam", 1e-3), batch_size=16, seed=0))
    assert np.array_equal(kept.parameters["dense_2.weight"], run.state.parameters()["dense_2.weight"])
    assert not kept.moments["dense_2.weight.mean"].any()
    read = weights.decode(weights.encode(kept), edited, kept.context)
    assert set(read.parameters) == set(SNAPSHOT.parameters)


def test_another_optimiser_drops_the_moments():
    project = replace(PROJECT, training=TrainingSettings("sgd"))
    kept = weights.fitted(SNAPSHOT, project)
    assert not any(name.endswith((".mean", ".square")) for name in kept.moments)
    assert weights.decode(weights.encode(kept), project, kept.context).parameters.keys() == SNAPSHOT.parameters.keys()


def test_weights_of_an_unfinished_graph_are_kept_for_when_it_is_finished():
    graph = PROJECT.graph
    broken = replace(PROJECT, graph=edits.disconnect(graph, graph.incoming("dense_2")[0]))
    assert weights.fitted(SNAPSHOT, broken) is SNAPSHOT
    read = weights.decode(weights.encode(SNAPSHOT), broken, SNAPSHOT.context)
    assert read.parameters.keys() == SNAPSHOT.parameters.keys()


def test_a_network_without_parameters_has_empty_weights():
    builder_graph = mlp([1, 1])
    project = Project(edits.bypass_node(builder_graph, "dense_1"))
    snapshot = Snapshot({}, {}, SNAPSHOT.context)
    assert weights.decode(weights.encode(snapshot), project, SNAPSHOT.context).parameters == {}
