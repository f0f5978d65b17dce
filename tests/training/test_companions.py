"""Variants follow the project's changes, or end with a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Command, Load, RemoveRun
from nnlab.training.companions import Companions
from nnlab.training.plan import Prepared, plan
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.variant import Variant, another_seed, seed_name

PROJECT = Project(mlp([2, 8, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10, seed=4))
PREPARED = Prepared.of(PROJECT.data)
WIDER = replace(PROJECT, graph=edits.configure(PROJECT.graph, "dense_1", units=9))


@pytest.fixture
def companions() -> Companions:
    one = Companions()
    one.add(another_seed(1), Version(0, PROJECT), PREPARED, 3)
    return one


def follow(companions: Companions, after: Project, keep: bool = True) -> tuple[list[Command], list[str]]:
    change = Change(Version(0, PROJECT), Version(1, after), keep)
    return companions.follow(change, plan(change, Prepared.of(after.data, PREPARED), 4), 4, is_waiting=False)


def test_another_seed_is_all_that_differs() -> None:
    other = another_seed(1).derive(PROJECT)
    assert replace(other, training=PROJECT.training) == PROJECT
    assert other.training == replace(PROJECT.training, seed=5) and seed_name(other) == "seed 5"
    last = replace(PROJECT, training=replace(PROJECT.training, seed=2**31 - 1))
    assert another_seed(1).derive(last).training.seed == 0, "seeds go round"


def test_one_that_is_added_begins_anew_with_the_revision_that_is_shown() -> None:
    command = Companions().add(another_seed(2), Version(7, PROJECT), PREPARED, 3)
    assert isinstance(command, Load) and (command.run, command.revision, command.change.keep) == (1, 3, False)
    assert command.data is PREPARED.data and command.change.after == Version(7, another_seed(2).derive(PROJECT))


def test_an_edit_is_followed_with_the_same_revision(companions: Companions) -> None:
    (command,), ended = follow(companions, WIDER)
    assert isinstance(command, Load) and (command.run, command.revision, command.change.keep, ended) == (1, 4, True, [])
    assert command.change.before == Version(0, another_seed(1).derive(PROJECT))
    assert command.change.after == Version(1, another_seed(1).derive(WIDER))


def test_another_seed_of_the_project_is_another_of_the_companion(companions: Companions) -> None:
    diced = replace(PROJECT, training=replace(PROJECT.training, seed=70))
    (command,), _ = follow(companions, diced, keep=False)
    assert isinstance(command, Adjust) and not command.change.keep
    assert companions.all[1].name == "seed 71"


def test_what_blocks_the_project_blocks_its_companions(companions: Companions) -> None:
    (command,), ended = follow(companions, replace(PROJECT, graph=edits.remove_nodes(PROJECT.graph, ["dense_2"])))
    assert isinstance(command, Block) and (command.run, command.reason) == (1, "Training waits for 1 error in tanh_2") and ended == []
    assert 1 in companions.all


def narrow(project: Project) -> Project:
    return replace(project, graph=edits.configure(project.graph, "dense_2", units=2))


def test_one_that_cannot_follow_ends_with_a_sentence() -> None:
    companions = Companions()
    companions.add(Variant(narrow, lambda project: "2 units"), Version(0, PROJECT), PREPARED, 3)
    commands, ended = follow(companions, replace(PROJECT, graph=edits.bypass_node(PROJECT.graph, "dense_2")))
    assert commands == [RemoveRun(1)] and not companions.all
    assert ended[0].startswith("The run with 2 units ended, for it cannot follow the change: ") and ended[0].endswith(".")


def test_one_that_cannot_be_trained_is_refused() -> None:
    broken = Variant(lambda p: replace(p, graph=edits.remove_nodes(p.graph, ["dense_2"])), lambda project: "without dense_2")
    companions = Companions()
    with pytest.raises(NNLabError, match="without dense_2 cannot be trained: Training waits for 1 error in tanh_2"):
        companions.add(broken, Version(0, PROJECT), PREPARED, 3)
    assert not companions.all


def test_there_are_three_at_most(companions: Companions) -> None:
    companions.add(another_seed(2), Version(0, PROJECT), PREPARED, 3)
    companions.add(another_seed(3), Version(0, PROJECT), PREPARED, 3)
    with pytest.raises(NNLabError, match="4 runs train side by side already; remove the others first"):
        companions.add(another_seed(4), Version(0, PROJECT), PREPARED, 3)
    assert companions.remove_all() == [RemoveRun(1), RemoveRun(2), RemoveRun(3)] and not companions.all


def test_another_project_has_no_companions(companions: Companions) -> None:
    change = Change.opening(PROJECT, 5)
    assert companions.follow(change, plan(change, PREPARED, 4), 4, False) == ([RemoveRun(1)], []) and not companions.all


def test_why_one_stopped_is_known_until_it_begins_again(companions: Companions) -> None:
    assert companions.stop(1, "Its loss is NaN.") == "The run with seed 5 has stopped: Its loss is NaN."
    follow(companions, WIDER)
    assert companions.all[1].stopped == "Its loss is NaN."
    companions.rewound()
    assert companions.all[1].stopped == "" and companions.stop(9, "gone") == ""
