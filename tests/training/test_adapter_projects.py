"""Attaching and loading as one edit of a project: it starts and is rewound to the base as it was, not to a freshly drawn one."""

from __future__ import annotations

from dataclasses import replace

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.run import Run
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.graph import adapters
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer
from nnlab.training.adapter_projects import with_attached, with_loaded
from nnlab.training.base_weights import sha256_of, with_proven_base
from nnlab.training.complete_run import prepare_run
from nnlab.training.peft import to_stored
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

DATA = DataSettings("digits")


def project() -> Project:
    b = nnlab.GraphBuilder()
    layer = hidden_layer(b, b.input(features=64), HiddenLayer(16, "relu"), "hidden")
    end(b, layer, prepare(DATA).target, "head")
    return Project(b.build(), DATA, TrainingSettings(learning_rate=0.01))


def run_of(given: Project, steps: int) -> Run:
    run = prepare_run(given.graph, prepare(given.data), given.training, start=given.initial)
    run.train(steps)
    return run


def test_attached_to_what_was_learned_and_rewound_to_it() -> None:
    base = run_of(project(), 50).state.stored()
    attached = with_attached(project(), base, "task_a", rank=2)
    run = run_of(attached, 30)
    assert run.state["hidden.lora_B.task_a"].any()
    np.testing.assert_array_equal(run.state["hidden.weight"], base["hidden.weight"])
    run.reset(attached.training.seed)
    assert not run.state["hidden.lora_B.task_a"].any()
    np.testing.assert_array_equal(run.state["hidden.weight"], base["hidden.weight"])
    assert attached.graph["hidden"].adapters[0].base_sha256 == sha256_of(base["hidden.weight"])
    assert attached.initial is not None and attached.initial.words.startswith("The base of task_a")


def test_a_second_one_starts_beside_the_first_as_it_is_now(tmp_path: object) -> None:
    attached = with_attached(project(), run_of(project(), 50).state.stored(), "task_a", rank=2)
    first = run_of(attached, 30).state.stored()
    both = with_attached(attached, first, "task_b", ["head"], rank=1)
    run = run_of(both, 0)
    np.testing.assert_array_equal(run.state["hidden.lora_B.task_a"], first["hidden.lora_B.task_a"])
    assert both.initial is not None and both.initial.name == "base of task_a, task_b"


def test_merged_weights_are_no_start_of_their_own() -> None:
    attached = with_attached(project(), run_of(project(), 20).state.stored(), "task_a", rank=2)
    merged = Project(adapters.merge(attached.graph, "task_a"), attached.data, attached.training, initial=attached.initial)
    more = with_attached(merged, run_of(merged, 0).state.stored(), "task_b", rank=1)
    assert more.initial is not None and not [name for name in more.initial.values if "merged" in name]


def test_loaded_numbers_and_all_and_kept_in_a_file(tmp_path: object) -> None:
    base = run_of(project(), 50).state.stored()
    attached = with_attached(project(), base, "task_a", rank=2)
    learned = run_of(attached, 30).state
    loaded = with_loaded(project(), base, to_stored(attached.graph, learned.parameters(), "task_a"), "other")
    run = run_of(loaded, 0)
    np.testing.assert_array_equal(run.state["head.lora_B.other"], learned["head.lora_B.task_a"])
    path = f"{tmp_path}/a.nnlab"
    save_project(path, SavedProject(loaded))
    assert load_project(path).project == loaded


def test_what_does_not_fit_is_refused() -> None:
    base = run_of(project(), 1).state.stored()
    with pytest.raises(NNLabError, match="it must be from 1 to"):
        with_attached(project(), base, "task_a", rank=0)
    other = nnlab.Session(lora_cases.adapted({}))
    with pytest.raises(NNLabError, match="does not fit this network: it has no layer 'hidden_1'"):
        with_loaded(project(), base, to_stored(other.graph, other.parameters, "task_b"))


def test_adapters_that_come_without_a_hash_are_proven_by_what_their_run_begins_with() -> None:
    unknown = replace(project(), graph=adapters.attach(project().graph, ["hidden"], rank=2, name="task_a"))
    drawn = with_proven_base(unknown)
    run = run_of(drawn, 5)
    assert drawn.graph["hidden"].adapters[0].base_sha256 == sha256_of(run.state["hidden.weight"])
    weights = run_of(project(), 5).state.stored()
    given = with_proven_base(unknown, weights)
    assert given.graph["hidden"].adapters[0].base_sha256 == sha256_of(weights["hidden.weight"])
    assert with_proven_base(given) is given


def test_what_a_project_with_adapters_starts_from_is_named_within_a_hundred_letters() -> None:
    base = run_of(project(), 0).state.stored()
    attached = nnlab.Session(adapters.attach(project().graph, rank=1))
    stored = to_stored(attached.graph, attached.parameters, "task_a")
    for name, called in ((None, "task_a"), ("mine", "mine")):
        loaded = with_loaded(project(), base, stored, name)
        assert loaded.initial is not None
        assert (loaded.initial.name, loaded.initial.words) == (f"base of {called}", f"The base with the loaded adapter {called}")
    long = with_attached(project(), base, "a" * 60, rank=1)
    longer = with_attached(long, {**base, **run_of(long, 0).state.stored()}, "b" * 60, rank=1)
    assert longer.initial is not None and longer.initial.name == f"base of {'a' * 60}, ".ljust(100, "b")
