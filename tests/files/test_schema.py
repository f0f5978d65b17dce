"""project.json: strict, versioned, with errors that name the place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from projects import projects, small_project, snapshot_of

from nnlab.core.errors import FileError, NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.files import schema
from nnlab.files.initial_weights import part_of
from nnlab.files.project import Project, View
from nnlab.training.debugging import Debugging

PROJECT = small_project()
TEXT = schema.encode(PROJECT, View(), snapshot_of(PROJECT).context)


def changed(path: str, value: object) -> bytes:
    """TEXT with one value replaced (`...` removes it)."""
    raw: dict[str, Any] = json.loads(TEXT)
    *parents, last = path.split(".")
    place = raw
    for name in parents:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(raw).encode()


def refused(content: bytes) -> str:
    with pytest.raises(NNLabError) as caught:
        schema.decode(content)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(projects())
def test_round_trip(project: Project):
    view = View("build", (1.5, -2.0), 0.75)
    document = schema.decode(schema.encode(project, view, None))
    assert document.project == replace(project, initial=None) and document.view == view and document.context is None
    assert document.initial == part_of(project.initial)


def test_the_position_of_the_run_survives():
    context = schema.decode(TEXT).context
    assert context is not None
    assert np.array_equal(context, snapshot_of(PROJECT).context)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("graph", ..., "at the top: object missing required field `graph`"),
        ("graph", [], "graph: expected `object`, got `array`"),
        ("colour", "red", "unknown field `colour`"),
        ("data.name", "spirall", "no data set named 'spirall'"),
        ("data.settings.noise", 1000.0, "noise is 1,000; it must be from 0 to 50"),
        ("data.settings.noise", "much", "noise is 'much'"),
        ("data.settings.noise", [], "data, settings"),
        ("data.seed", "x", "data, seed: expected `int`, got `str`"),
        ("data.inputs", [1], "data, inputs, entry 1: expected `str`, got `int`"),
        ("training.learning_rate", -1.0, "learning_rate is -1"),
        ("training.learning_rate", None, "training, learning_rate"),
        ("training.batch_size", 0, "batch_size is 0"),
        ("training.batch_size", 2.5, "training, batch_size: expected `int`"),
        ("training.optimizer", "adamm", "no optimiser named 'adamm'"),
        ("training.optimizer_settings", {"beta3": 0.5}, "no setting 'beta3'"),
        ("view.zoom", 0.0, "view, zoom"),
        ("view.center", [1.0], "view, center"),
        ("position.iteration", -1, "position, iteration"),
        ("position.batch_start", 401, "after the last sample"),
        ("position.seed", 2**70, "position, seed"),
        ("comparison", [{"key": "loss"}], "comparison, entry 1: object missing required field `text`"),
        ("comparison", [{"key": "loss", "text": "mse", "hue": 1}], "comparison, entry 1: object contains unknown field `hue`"),
        ("comparison", [{"key": "loss", "text": "mse"}] * 2, "comparison: loss=mse stands there twice"),
        ("comparison", [{"key": "seed", "text": str(k)} for k in range(4)], "comparison: expected `array` of length <= 3"),
        ("initial", {"words": "x"}, "initial: object missing required field `name`"),
        (
            "initial", {"name": "x", "swapped_labels": {"optimizer": "adam", "learning_rate": 0.1, "updates": 10**12}},
            "initial, swapped_labels, updates: expected `int` <= 10000000",
        ),
        ("initial", {"name": "x", "swapped_labels": {"optimizer": "adam"}}, "initial, swapped_labels: object missing required field"),
        ("schema", ..., "no schema version"),
        ("schema", "1", "no schema version"),
        ("schema", True, "schema: expected `int`, got `bool`"),
        ("schema", 0, "no schema version"),
        ("schema", 77, "it was written by a newer NN Lab (schema 77); this one reads up to 7: please update"),
    ],
)
def test_every_fault_names_its_place(path: str, value: object, words: str):
    assert words in refused(changed(path, value))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 200_000, b'{"schema": NaN}', TEXT[: len(TEXT) // 2]])
def test_what_is_no_project(content: bytes):
    assert "project.json" in refused(content)


def test_a_newer_version_is_told_before_its_unknown_fields():
    raw = json.loads(TEXT) | {"schema": schema.SCHEMA + 1, "dreams": []}
    assert "please update" in refused(json.dumps(raw).encode())


def test_older_versions_are_migrated_one_by_one(monkeypatch: pytest.MonkeyPatch):
    """A made-up history: version 1 called the seed "luck", version 2 kept the epochs as text."""

    def to_2(raw: dict[str, Any]) -> dict[str, Any]:
        training = {("seed" if name == "luck" else name): value for name, value in raw["training"].items()}
        return {**raw, "training": training}

    def to_3(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "training": {**raw["training"], "epochs": int(raw["training"]["epochs"])}}

    old = json.loads(TEXT)
    old["schema"] = 1
    old["training"] |= {"luck": old["training"].pop("seed"), "epochs": str(old["training"]["epochs"])}
    monkeypatch.setattr(schema, "SCHEMA", 3)
    monkeypatch.setattr(schema, "MIGRATIONS", {1: to_2, 2: to_3})
    assert schema.decode(json.dumps(old).encode()).project == PROJECT


def test_a_file_of_version_2_draws_its_weights_and_compares_nothing():
    old = json.loads(schema.encode(PROJECT, View(), None)) | {"schema": 2}
    del old["initial"], old["comparison"]
    document = schema.decode(json.dumps(old).encode())
    assert document.project == PROJECT and document.initial is None and document.project.comparison == ()


def test_a_file_of_version_3_knows_no_breakpoints():
    old = json.loads(schema.encode(PROJECT, View(), None)) | {"schema": 3}
    del old["debugging"]
    assert schema.decode(json.dumps(old).encode()).project.debugging == Debugging()


def test_breakpoints_are_kept_with_all_that_is_set_of_them():
    set_ = Debugging((Breakpoint("dense_1", "backward", 3, times=7, is_on=False), Breakpoint(phase="update"), Breakpoint("gone")))
    set_ = replace(set_, watches=(WatchedFormula("norm(dense_1.weight)", "percent"), WatchedFormula("loss")))
    project = replace(PROJECT, debugging=set_)
    assert schema.decode(schema.encode(project, View(), None)).project.debugging == set_


@pytest.mark.parametrize(
    ("breakpoints", "words"),
    [
        ([{"node": "dense_1", "phase": "sideways"}], "debugging: There is no phase 'sideways'"),
        ([{}], "debugging: A breakpoint needs a node or a phase"),
        ([{"node": "dense_1", "unit": -1}], "debugging, breakpoints, entry 1, unit: expected `int` >= 0"),
        ([{"node": "dense_1"}] * 257, "debugging, breakpoints: expected `array` of length <= 256"),
    ],
)
def test_a_breakpoint_that_cannot_be_names_its_place(breakpoints: list[dict[str, Any]], words: str):
    assert words in refused(changed("debugging", {"breakpoints": breakpoints}))


def test_every_version_before_this_one_can_be_migrated():
    assert set(schema.MIGRATIONS) == set(range(1, schema.SCHEMA))


def test_writing_says_everything_so_that_a_new_default_changes_no_old_file():
    raw = json.loads(schema.encode(Project(), View(), None))
    assert {"optimizer", "learning_rate", "batch_size", "seed", "epochs", "shuffle"} <= set(raw["training"])
    assert {"name", "seed", "validation_share", "standardize"} <= set(raw["data"])


def test_places_in_words():
    assert schema.in_words("Expected `int`, got `str` - at `$.nodes[0].id`") == "nodes, entry 1, id: expected `int`, got `str`"
    assert schema.in_words("Object contains unknown field `x`") == "at the top: object contains unknown field `x`"


def test_faults_of_the_file_are_file_errors():
    with pytest.raises(FileError):
        schema.decode(b"{}")
