"""Examples learn what they promise with any seed, and whatever a person names is opened or explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from networks import mlp
from projects import small_project, snapshot_of

import nnlab.files.examples as module
from nnlab.core.dataset import CATEGORIES
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.files import schema
from nnlab.files.examples import example_names, examples, load_example, open_any, project_for_graph
from nnlab.files.project import SavedProject, View
from nnlab.files.project_file import save_project
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, validate
from nnlab.training.complete_run import Result, prepare_run, result_of, steps_of_epochs, train

NAMES = example_names()


def refused(text: object) -> str:
    with pytest.raises(NNLabError) as caught:
        open_any(str(text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_examples_of_the_mission_are_there():
    wanted = {
        "spiral", "circle", "xor", "gaussians", "plane", "multi_gaussian", "sine", "digits", "iris", "wine", "breast_cancer", "diabetes",
        "residual", "points_above_curve",
    }  # fmt: skip
    assert wanted <= set(NAMES)


def test_they_are_listed_with_title_and_one_sentence_the_starter_first():
    found = examples()
    assert found[0].name == "spiral" and {e.name for e in found} == set(NAMES)
    for example in found:
        assert example.title and example.category in CATEGORIES
        assert example.description.endswith(".") and "\n" not in example.description
    assert len({e.title for e in found}) == len(found)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_placed_and_runs_without_a_warning(name: str):
    project = load_example(name)
    data = prepare(project.data)
    assert validate(project.graph, DataShape(data.x.shape[1], data.target)) == ()
    columns = {node.position[0] for node in project.graph.nodes}
    assert len(columns) >= 3


def result(name: str, seed: int) -> Result:
    project = load_example(name)
    data = prepare(project.data)
    run = prepare_run(project.graph, data, replace(project.training, seed=seed), start=project.initial)
    train(run, steps_of_epochs(run, project.training.epochs), lambda done: None)
    return result_of(run, data)


# What each example has to reach with its own settings, whatever the seed. The issue asks for 0.97 of spiral, 0.96 of digits and
# 1e-3 of sine; the others are held to what they reached over many seeds, with a margin.
PROMISES: dict[str, Callable[[Result], bool]] = {
    "spiral": lambda r: r.metrics["accuracy"] >= 0.97,
    "digits": lambda r: r.metrics["accuracy"] >= 0.96 and r.epoch == 20,
    "digits_convnet": lambda r: r.metrics["accuracy"] >= 0.97,
    "sine": lambda r: r.validation_loss is not None and r.validation_loss <= 1e-3,
    "ripple": lambda r: r.loss <= 2e-3,
    "circle": lambda r: r.metrics["accuracy"] >= 0.97,
    "xor": lambda r: r.metrics["accuracy"] >= 0.97,
    "gaussians": lambda r: r.metrics["accuracy"] >= 0.97,
    "points_above_curve": lambda r: r.metrics["accuracy"] >= 0.95,
    "residual": lambda r: r.metrics["accuracy"] >= 0.97,
    "plane": lambda r: r.metrics["r2"] >= 0.999,
    "multi_gaussian": lambda r: r.metrics["r2"] >= 0.9,
    "iris": lambda r: r.metrics["accuracy"] >= 0.86,
    "wine": lambda r: r.metrics["accuracy"] >= 0.9,
    "breast_cancer": lambda r: r.metrics["accuracy"] >= 0.93,
    "diabetes": lambda r: r.metrics["r2"] >= 0.3,
    "textbook": lambda r: r.loss <= 3.6e-5,  # see test_textbook.py
    "one_neuron": lambda r: r.loss <= 1e-6,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_example_learns_what_it_promises(name: str):
    for seed in range(4):
        found = result(name, seed)
        assert PROMISES[name](found), f"seed {seed}: {found}"


def test_an_example_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = json.loads(module.resource("examples", "xor.json").read_text(encoding="utf-8")) | {"title": "Mine"}
    (tmp_path / "mine.json").write_text(json.dumps(text), encoding="utf-8")
    monkeypatch.setattr(module, "resource", lambda *parts: tmp_path.joinpath(*parts[1:]))
    assert [e.title for e in examples()] == ["Mine"]
    assert open_any("mine")[0].project == load_example("mine")


def test_listing_examples_makes_no_graph(monkeypatch: pytest.MonkeyPatch):
    """A window lists them twice as it opens; what their files say of themselves is enough."""
    def refuse(content: bytes) -> None:
        raise AssertionError("a graph was read")

    monkeypatch.setattr(schema, "read_graph", refuse)
    assert {e.name: (e.title, e.category) for e in examples()}["spiral"] == ("Two spirals", "Two inputs")


def test_an_example_that_is_no_project_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(module, "resource", lambda *parts: tmp_path.joinpath(*parts[1:]))
    with pytest.raises(NNLabError, match="broken.json"):
        examples()


# Opening


def test_an_example_by_its_name():
    saved, name = open_any("digits")
    assert name == "digits" and saved.project == load_example("digits") and saved.snapshot is None


def test_a_project_file(tmp_path: Path):
    path = tmp_path / "my net.nnlab"
    save_project(path, SavedProject(small_project(), snapshot_of(small_project())))
    saved, name = open_any(str(path))
    assert name == "my net" and saved.project == small_project() and saved.snapshot is not None


def test_a_bare_graph_gets_data_that_it_may_fit(tmp_path: Path):
    graph = mlp([2, 4, 1], loss="binary_cross_entropy")
    (tmp_path / "graph.json").write_text(graph.to_json())
    project = open_any(str(tmp_path / "graph.json"))[0].project
    assert project.graph == graph and project.data.name == "spiral"
    assert project_for_graph(mlp([1, 4, 1])).data.name == "function"


def test_a_bare_graph_without_places_is_laid_out():
    graph = mlp([2, 4, 1])
    bare = Graph(tuple(replace(node, position=(0.0, 0.0)) for node in graph.nodes), graph.edges)
    assert project_for_graph(bare).graph == graph


def test_a_project_json_beside_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "flowers.csv").write_text("a,b,c\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(20)))
    project = module.project_for_table(tmp_path / "flowers.csv")
    beside = replace(project, data=replace(project.data, settings={"path": "flowers.csv"}))
    (tmp_path / "project.json").write_bytes(schema.encode(beside, View(), None))
    monkeypatch.chdir("/")
    read = open_any(str(tmp_path / "project.json"))[0].project
    assert len(prepare(read.data).x) == 16


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".tsv", ""])
def test_a_table_under_any_name(tmp_path: Path, suffix: str):
    path = tmp_path / f"table{suffix}"
    path.write_text("a,b,price\n" + "".join(f"{i},{i % 3},{i * 1.5}\n" for i in range(30)))
    project = open_any(str(path))[0].project
    assert project.data.name == "table" and project.graph.losses[0].operator == "mse"


def test_a_file_named_like_an_example_is_opened_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    save_project(tmp_path / "digits", SavedProject(small_project()))
    assert open_any("./digits")[0].project == small_project()
    assert open_any("digits")[0].project == load_example("digits")


def test_what_cannot_be_opened_is_explained(tmp_path: Path):
    assert refused("digit") == "There is no file or example 'digit'; did you mean the example 'digits'?"
    assert "`nnlab examples` lists the examples" in refused(tmp_path / "missing.nnlab")
    assert "is a folder without images; name a file" in refused(tmp_path)
    (tmp_path / "x.json").write_text("[1, 2")
    assert refused(tmp_path / "x.json").startswith("x.json: This is not an NN Lab graph")
    (tmp_path / "x.csv").write_bytes(b"PK\x03\x04 not text")
    assert refused(tmp_path / "x.csv").startswith("x.csv cannot be read as a workbook")
    (tmp_path / "x.nnlab").write_text("hello")
    assert refused(tmp_path / "x.nnlab") == "x.nnlab: this is not an NN Lab project."
    (tmp_path / "cycle.json").write_text('{"nodes": [{"id": "a", "operator": "relu"}], "edges": [["a", "y", "a", "x"]]}')
    assert len(open_any(str(tmp_path / "cycle.json"))[0].project.graph) == 1  # readable, but validation will object


def test_an_example_is_read_once_as_long_as_its_file_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most lessons begin on one: to read it, and to place its nodes, took 14 ms of every opening."""
    first = load_example("xor")
    assert load_example("xor") is first
    text = module.resource("examples", "xor.json").read_text(encoding="utf-8")
    (tmp_path / "examples").mkdir()
    changed = tmp_path / "examples" / "xor.json"
    changed.write_text(text.replace('"units": 8', '"units": 9'), encoding="utf-8")
    monkeypatch.setattr(module, "resource", lambda *parts: tmp_path.joinpath(*parts))
    assert load_example("xor") != first
    changed.write_text(text, encoding="utf-8")
    assert load_example("xor") == first
