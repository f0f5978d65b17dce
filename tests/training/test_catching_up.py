"""A run that joins later has the learning rates of the project's own at the same iterations: it ends in the bits of one that was there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from networks import mlp
from variants import another_seed

from nnlab.core.preparation import DataSettings
from nnlab.engine import machine
from nnlab.graph import edits
from nnlab.training.catching_up import Way, way_of
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Load
from nnlab.training.companions import Companions
from nnlab.training.plan import Prepared
from nnlab.training.project import Project
from nnlab.training.reach import Reach
from nnlab.training.runs import MAIN, RunGroup
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 5, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10, seed=4))
PREPARED = Prepared.of(PROJECT.data)
OTHER = another_seed(1)


def with_rate(rate: float, project: Project = PROJECT) -> Project:
    return replace(project, training=replace(project.training, learning_rate=rate))


WIDER = replace(PROJECT, graph=edits.configure(PROJECT.graph, "dense_1", units=6))


def way(*past: tuple[int, Project], until: int = 100, now: Project = PROJECT) -> Way:
    return way_of(past, until, OTHER.derive, OTHER.derive(now))


def test_learning_rates_are_gone_through_again_and_nothing_else() -> None:
    assert way((0, PROJECT)) == Way()
    assert way((0, with_rate(0.5)), (40, PROJECT)) == Way(((0, 0.5), (40, 0.01)))
    assert way((0, with_rate(0.5)), (40, PROJECT), until=30) == Way(((0, 0.5),)), "what lies ahead is not gone through"
    assert way((0, WIDER), (40, with_rate(0.3)), (60, PROJECT)) == Way(((0, 0.01), (40, 0.3), (60, 0.01)), 40)
    assert way((0, WIDER), (40, PROJECT)) == Way((), 40)
    assert way((0, with_rate(0.5)), (30, PROJECT), until=30) == Way(((0, 0.5), (30, 0.01)))
    assert way((0, WIDER)) == Way((), 100), "it was another network up to now"
    assert way((0, PROJECT), (40, with_rate(0.3))) == Way(((0, 0.01), (40, 0.3)))


def together(*, late: bool) -> RunGroup:
    """Fifty iterations with one rate, fifty with another, and fifty with a third that is set when the later run may still be behind."""
    group = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    versions = [Version(k, with_rate(rate)) for k, rate in enumerate((0.01, 0.1, 0.003))]
    group.add(MAIN).load(Load(Change.opening(versions[0].project), PREPARED.data, 1, MAIN))  # type: ignore[arg-type]  # spirals have data

    def join(version: Version) -> None:
        companions = Companions()
        main = group.main
        assert main.run is not None
        command = companions.add(OTHER, version, PREPARED, 1, main.timeline.reach(main.run))
        assert isinstance(command, Load)
        group.add(1).load(command)

    def change(k: int) -> None:
        main = group.main.run
        assert main is not None
        own = Change(versions[k - 1], versions[k])
        for number, member in group.members.items():
            member.adjust(Adjust(own if number == MAIN else OTHER.follow(own), number), main.iteration)

    def train(until: int) -> None:
        while min(m.run.iteration for m in group.members.values() if m.run is not None) < until:
            group.advance(7 if group.has_late else until - group.main.run.iteration)  # type: ignore[union-attr]  # it is loaded

    if not late:
        join(versions[0])
    train(50)
    change(1)
    train(100)
    if late:
        join(versions[1])
        group.advance(7)
    change(2)
    train(150)
    return group


def test_one_that_joined_later_ends_in_the_bits_of_one_that_was_there_from_the_start() -> None:
    late, early = together(late=True), together(late=False)
    for number in (MAIN, 1):
        runs = [group.members[number].run for group in (late, early)]
        assert [run.iteration for run in runs if run is not None] == [150, 150]
        found = [run.state.arena[: run.program.moments_end].tobytes() for run in runs if run is not None]
        assert found[0] == found[1]


def test_a_rewind_leaves_nothing_to_catch_up_with() -> None:
    group = RunGroup(np.zeros(machine.CONTROL_WORDS, dtype=np.int64))
    change = Change.opening(PROJECT)
    group.add(MAIN).load(Load(change, PREPARED.data, 1, MAIN, ((0, 0.5), (40, 0.01))))  # type: ignore[arg-type]  # spirals have data
    group.add(1).load(Load(change, PREPARED.data, 1, 1))  # type: ignore[arg-type]
    group.advance(3)
    for member in group.members.values():
        member.rewind()
    group.advance(50)
    group.advance(50)
    first, second = (m.run.state.arena[: m.run.program.moments_end].tobytes() for m in group.members.values() if m.run is not None)
    assert first == second


def test_what_was_trained_otherwise_is_said_until_the_run_begins_anew() -> None:
    companions = Companions()
    companions.add(OTHER, Version(1, PROJECT), PREPARED, 1, Reach(100, 100, ((0, WIDER), (40, PROJECT))))
    assert companions.unlike == (
        "seed 5 joined later and is trained as this run is now; before iteration 40 this one was trained otherwise."
    )
    companions.rewound()
    assert companions.unlike == ""
