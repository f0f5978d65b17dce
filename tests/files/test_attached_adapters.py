"""Attached adapters in a project file: the graph says how, their numbers lie in PEFT's layout, everything comes back to the bit."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import pytest
from projects import same_arrays, snapshot_of

import nnlab
from nnlab.core.errors import FileError
from nnlab.core.preparation import DataSettings
from nnlab.engine.compile import Update, compile
from nnlab.engine.state import initial
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.graph import adapters
from nnlab.graph.graph import Graph
from nnlab.training.adapter_folder import read_folder
from nnlab.training.commands import Snapshot
from nnlab.training.peft import to_stored
from nnlab.training.settings import TrainingSettings


def project_of(graph: Graph) -> Project:
    return Project(graph, DataSettings("digits"), TrainingSettings("adam", batch_size=16))


def saved(graph: Graph, path: Path) -> tuple[SavedProject, Snapshot]:
    """A file of the project with random numbers everywhere, read again; what follows from other numbers is not compared."""
    project = project_of(graph)
    snapshot = snapshot_of(project)
    generator = np.random.default_rng(2)
    for values in snapshot.parameters.values():
        values[...] = generator.standard_normal(values.shape)
    save_project(path, SavedProject(project, snapshot))
    kept = {name: values for name, values in snapshot.parameters.items() if not name.endswith("merged_weight")}
    return load_project(path), Snapshot(kept, snapshot.moments, snapshot.context)


def many() -> Graph:
    graph = lora_cases.two_adapters({"init": "pissa"}, {"nodes": ["out"]})
    return adapters.enable(adapters.duplicate_adapter(adapters.merge(graph, "task_c"), "task_c", "copy"), "copy", False)


@pytest.mark.parametrize("graph", [*(lora_cases.adapted(c) for c in lora_cases.CASES.values()), many()], ids=[*lora_cases.CASES, "many"])
def test_numbers_and_optimiser_come_back_to_the_bit(graph: Graph, tmp_path: Path) -> None:
    read, snapshot = saved(graph, tmp_path / "a.nnlab")
    assert read.project.graph == graph and read.snapshot is not None and read.project.adapters == {}
    assert same_arrays(read.snapshot.parameters, snapshot.parameters) and same_arrays(read.snapshot.moments, snapshot.moments)
    save_project(tmp_path / "b.nnlab", read)
    again = load_project(tmp_path / "b.nnlab")
    assert again.snapshot is not None and same_arrays(again.snapshot.parameters, snapshot.parameters)


def test_where_they_lie(tmp_path: Path) -> None:
    saved(many(), tmp_path / "a.nnlab")
    with zipfile.ZipFile(tmp_path / "a.nnlab") as archive:
        names = {name for name in archive.namelist() if name.startswith("adapters/")}
        weights = archive.read("weights.safetensors")
        archive.extractall(tmp_path / "out")
    assert names == {f"adapters/{a}/adapter_{f}" for a in ("task_b", "task_c", "copy") for f in ("config.json", "model.safetensors")}
    assert b'"out.weight"' in weights and b'"out.lora_A.task_c"' not in weights and b"merged_weight" not in weights
    assert b'"moments/out.lora_A.task_b.mean"' in weights
    stored = read_folder(tmp_path / "out" / "adapters" / "task_c")
    assert set(stored.layers) == {"out"}


def test_before_anything_is_trained_there_are_no_numbers(tmp_path: Path) -> None:
    save_project(tmp_path / "a.nnlab", SavedProject(project_of(many())))
    with zipfile.ZipFile(tmp_path / "a.nnlab") as archive:
        assert archive.namelist() == ["project.json"]
    assert load_project(tmp_path / "a.nnlab").project.graph == many()


def test_merged_weights_are_worked_out_again(tmp_path: Path) -> None:
    graph = adapters.merge(lora_cases.adapted({}), "task_b")
    s = nnlab.Session(graph)
    lora_cases.moved(s)
    project = project_of(graph)
    snapshot = snapshot_of(project)
    given = dict(s.parameters.items())
    save_project(tmp_path / "a.nnlab", SavedProject(project, Snapshot(given, snapshot.moments, snapshot.context)))
    read = load_project(tmp_path / "a.nnlab")
    assert read.snapshot is not None
    again = nnlab.Session(read.project.graph)
    again.set_parameters(read.snapshot.parameters)
    x, _ = lora_cases.data()
    np.testing.assert_array_equal(again.predict(x), s.predict(x))
    state = initial(compile(graph, 1, "float32", Update()), 1, 0, {"hidden_1.merged_weight": np.zeros((5, 6), np.float32)})
    assert state["hidden_1.merged_weight"].any(), "what follows is worked out, whatever is given"


def test_one_kept_for_later_lies_beside_those_in_use(tmp_path: Path) -> None:
    graph = lora_cases.adapted({})
    stored = to_stored(graph, nnlab.Session(graph).parameters, "task_b")
    later = replace(stored, name="later")
    project = replace(project_of(graph), adapters={"later": later})
    save_project(tmp_path / "a.nnlab", SavedProject(project, snapshot_of(project)))
    read = load_project(tmp_path / "a.nnlab")
    assert read.project == project and read.snapshot is not None
    both = replace(project_of(graph), adapters={"task_b": stored})
    with pytest.raises(FileError, match="two adapters are named task_b, one in use and one kept for later; rename one of them"):
        save_project(tmp_path / "b.nnlab", SavedProject(both, snapshot_of(both)))
    assert not (tmp_path / "b.nnlab").exists()


def _renamed(entries: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    return {name.replace(old, new): content for name, content in entries.items()}


def _other_numbers(entries: dict[str, bytes], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, bytes]:
    from safetensors.numpy import load, save

    name = "adapters/task_b/adapter_model.safetensors"
    return entries | {name: save(change(load(entries[name])), {"format": "pt"})}


KEY = "base_model.model.out.lora_B.weight"
WRONG: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "gone": (lambda e: {n: c for n, c in e.items() if not n.startswith("adapters/")}, "does not hold hidden_1.lora_A.task_b"),
    "half of it": (
        lambda e: {n: c for n, c in e.items() if not n.endswith("adapter_config.json")},
        "'adapters/task_b/adapter_config.json' is missing; use an undamaged copy",
    ),
    "another name": (lambda e: _renamed(e, "adapters/task_b", "adapters/other"), "is not named in project.json"),
    "another shape": (
        lambda e: _other_numbers(e, lambda t: t | {KEY: np.zeros((4, 2), "f4")}),
        "out.lora_B.task_b has the shape (4, 2), but the network needs",
    ),
    "NaN": (lambda e: _other_numbers(e, lambda t: t | {KEY: np.full((3, 2), np.nan, "f4")}), "adapter task_b, layer out contains NaN"),
    "a layer too few": (
        lambda e: _other_numbers(e, lambda t: {k: v for k, v in t.items() if ".out." not in k}),
        "adapter task_b holds hidden_1, hidden_2, but it lies on hidden_1, hidden_2, out",
    ),
    "lengths too many": (
        lambda e: _other_numbers(e, lambda t: t | {"base_model.model.out.lora_magnitude_vector": np.ones(3, "f4")}),
        "it holds lora_A, lora_B, lora_magnitude_vector instead of lora_A, lora_B",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_not_whole_is_refused(name: str, tmp_path: Path) -> None:
    change, words = WRONG[name]
    saved(lora_cases.adapted({}), tmp_path / "a.nnlab")
    with zipfile.ZipFile(tmp_path / "a.nnlab") as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "b.nnlab", "w") as archive:
        for entry, content in change(entries).items():
            archive.writestr(entry, content)
    with pytest.raises(FileError) as caught:
        load_project(tmp_path / "b.nnlab")
    assert words in str(caught.value), str(caught.value)
