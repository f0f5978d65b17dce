"""Versions of a document become changes: what is kept, what is another node of the same name, what comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp

from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.follower import Follower
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 8, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
WITHOUT = replace(PROJECT, graph=edits.remove_nodes(PROJECT.graph, ["dense_2"]))
FASTER = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.1))
OTHER_SEED = replace(PROJECT, training=replace(PROJECT.training, seed=7))


@pytest.fixture
def follower() -> Follower:
    one = Follower()
    one.is_trained(one.open(Version(0, PROJECT)))
    return one


def follow(follower: Follower, number: int, project: Project, is_returning: bool = False) -> Change:
    change = follower.change_to(Version(number, project), (number,) if is_returning else (), is_returning)
    assert change is not None
    return change


def test_what_is_opened_keeps_nothing() -> None:
    assert Follower().open(Version(3, PROJECT)) == Change(None, Version(3, PROJECT), keep=False)
    assert Follower().change_to(Version(3, PROJECT)) == Change(None, Version(3, PROJECT), keep=False)


def test_an_edit_that_computes_the_same_is_no_change_and_moves_the_start_of_the_next(follower: Follower) -> None:
    moved = replace(PROJECT, graph=edits.move_nodes(PROJECT.graph, {"dense_1": (5.0, 6.0)}))
    assert follower.change_to(Version(1, moved)) is None
    assert follow(follower, 2, FASTER).before == Version(1, moved)


def test_a_learning_rate_or_a_seed_is_an_adjustment_and_a_batch_size_is_not(follower: Follower) -> None:
    assert follow(follower, 1, FASTER).is_adjustment and Change(Version(0, PROJECT), Version(1, OTHER_SEED)).is_adjustment
    larger = replace(PROJECT, training=replace(PROJECT.training, batch_size=11))
    assert not Change(Version(0, PROJECT), Version(1, larger)).is_adjustment
    assert not Change(Version(0, PROJECT), Version(1, WITHOUT)).is_adjustment
    assert not Change.opening(PROJECT).is_adjustment


@pytest.mark.parametrize("other", [OTHER_SEED, replace(PROJECT, data=DataSettings("circle"))])
def test_another_seed_or_data_set_ends_the_run_and_the_return_brings_it_back(follower: Follower, other: Project) -> None:
    there = follow(follower, 1, other)
    assert not there.keep and there.returning == ()
    follower.is_trained(there)
    back = follow(follower, 0, PROJECT, is_returning=True)
    assert not back.keep and back.returning == (0,) and back.before == Version(1, other)


def test_other_noise_in_the_same_data_set_keeps_what_was_learned(follower: Follower) -> None:
    assert follow(follower, 1, replace(PROJECT, data=DataSettings("spiral", {"noise": 0.3}))).keep


def test_a_node_added_after_one_of_its_name_was_removed_is_another(follower: Follower) -> None:
    """Between them the network cannot be trained, so that the change starts from the network with the first one."""
    gone = follow(follower, 1, WITHOUT)
    assert gone.renewed == frozenset()
    again = follow(follower, 2, PROJECT)
    assert again.before == Version(0, PROJECT) and again.renewed == {"dense_2"}


def test_a_node_that_undo_puts_back_is_itself(follower: Follower) -> None:
    follow(follower, 1, WITHOUT)
    back = follow(follower, 0, PROJECT, is_returning=True)
    assert back.renewed == frozenset() and back.recall == (0,)


def test_changes_start_from_the_last_version_that_was_trained(follower: Follower) -> None:
    follow(follower, 1, WITHOUT)
    two = follow(follower, 2, replace(WITHOUT, training=FASTER.training))
    assert two.before == Version(0, PROJECT)
