"""Branches: which of them is missed least, what they are called, and what was trained where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnlab.core.preparation import DataSettings
from nnlab.engine.history import History
from nnlab.graph.builder import GraphBuilder
from nnlab.training.branch import Branch, branch_name, least_of, project_at
from nnlab.training.project import Project


def branch(number: int, origin: int, latest: int) -> Branch:
    return Branch(number, origin, latest, latest, History(()), (), 0)


@pytest.fixture(scope="module")
def project() -> Project:
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    return Project(b.build(), DataSettings("plane"))


def test_the_one_that_came_least_far_on_its_own_way_is_missed_least() -> None:
    """Their own ways are 400, 100 and 150 iterations long; of two that are as long, the older one goes."""
    assert least_of((branch(0, 0, 400), branch(1, 900, 1000), branch(2, 50, 200))).number == 1
    assert least_of((branch(4, 0, 10), branch(3, 90, 100), branch(5, 5, 15))).number == 3


def test_the_first_run_has_a_name_and_the_others_their_number() -> None:
    assert [branch_name(number) for number in (0, 1, 12)] == ["first run", "branch 1", "branch 12"]
    assert branch(2, 0, 1).name == "branch 2"


def test_what_was_trained_is_the_last_that_begins_at_or_before_an_iteration(project: Project) -> None:
    later = replace(project, training=replace(project.training, learning_rate=0.5))
    projects = ((10, project), (20, later))
    assert [project_at(projects, at) for at in (9, 10, 19, 20, 99)] == [None, project, project, later, later]
    kept = replace(branch(1, 0, 30), projects=projects)
    assert [kept.project_at(at) for at in (9, 10, 20)] == [None, project, later]
