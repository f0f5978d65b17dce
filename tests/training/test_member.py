"""A run that follows its project through changes, without a thread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.stop_condition import StopCondition
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Load, RunEnded
from nnlab.training.complete_run import prepare_run
from nnlab.training.member import Member
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 8, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
OTHER_SEED = replace(PROJECT, training=replace(PROJECT.training, seed=7))
DATA = prepare(PROJECT.data)


@pytest.fixture
def member() -> Member:
    one = Member()
    one.load(Load(Change.opening(PROJECT), DATA, 1))
    return one


def weights(member: Member) -> dict[str, np.ndarray]:
    return member.snapshot(undisturbed=True).parameters


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return a.keys() == b.keys() and all((a[name] == b[name]).all() for name in a)


def trained(member: Member, steps: int) -> dict[str, np.ndarray]:
    assert member.run is not None
    member.run.train(steps)
    return weights(member)


def test_another_seed_and_back_is_as_if_nothing_had_been(member: Member) -> None:
    first, before = weights(member), trained(member, 30)
    member.adjust(Adjust(Change(Version(0, PROJECT), Version(1, OTHER_SEED), keep=False)))
    assert member.run is not None and member.run.iteration == 0 and not same(first, weights(member))
    member.adjust(Adjust(Change(Version(1, OTHER_SEED), Version(0, PROJECT), keep=False, returning=(0,))))
    assert member.run.iteration == 30 and same(before, weights(member))
    member.rewind()
    assert same(first, weights(member)), "the rewind goes back to the weights of the seed that is trained"


def test_frames_of_a_run_that_began_again_are_told_from_those_of_the_one_before(member: Member) -> None:
    trained(member, 30)
    faster = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.5))
    change = Change(Version(0, PROJECT), Version(1, faster))
    assert member.run is not None
    member.adjust(Adjust(change))
    member.run.publish()
    (goes_on,) = member.run.mailbox.newer(member.run.mailbox.sequence[0] - 1)
    member.adjust(Adjust(replace(change, keep=False), revision=goes_on.revision + 6))
    member.run.publish()
    (anew,) = member.run.mailbox.newer(member.run.mailbox.sequence[0] - 1)
    assert (goes_on.iteration, anew.iteration, anew.revision - goes_on.revision) == (30, 0, 6)


def test_a_run_that_ended_while_nothing_could_be_trained_comes_back(member: Member) -> None:
    """It was lost: only a change that ends a run looked for one that had ended before."""
    before = trained(member, 30)
    member.block(Block(Change(Version(0, PROJECT), Version(1, OTHER_SEED), keep=False), "dense_2 is missing"))
    assert member.run is None and member.ready is None
    member.load(Load(Change(Version(0, PROJECT), Version(0, PROJECT), keep=True, recall=(0,), returning=(0,)), DATA, 2))
    assert same(before, weights(member))


def test_blocked_is_not_ready_and_keeps_its_weights(member: Member) -> None:
    before = trained(member, 30)
    member.block(Block(Change(Version(0, PROJECT), Version(1, PROJECT)), "dense_2 is missing"))
    assert member.ready is None and same(before, weights(member))
    with pytest.raises(NNLabError, match=r"There are no weights to change: dense_2 is missing\."):
        member.parameters(["dense_1.weight"])


def test_a_snapshot_waits_for_a_network(member: Member) -> None:
    trained(member, 30)
    snapshot = member.snapshot(undisturbed=True)
    other = Member()
    with pytest.raises(NNLabError, match="There is no network to take a snapshot of"):
        other.snapshot(undisturbed=True)
    other.restore(snapshot)
    assert other.snapshot(undisturbed=True) is snapshot
    other.load(Load(Change(None, Version(0, PROJECT)), DATA, 1))
    assert other.run is not None and other.run.iteration == 30 and same(snapshot.parameters, weights(other))


def test_what_could_not_be_loaded_is_not_adjusted(member: Member) -> None:
    empty = replace(DATA, x=DATA.x[:0], y=DATA.y[:0])
    with pytest.raises(NNLabError, match="There are no training samples"):
        member.load(Load(Change(Version(0, PROJECT), Version(1, PROJECT)), empty, 2))
    assert member.ready is None and "could not be loaded" in member.blocked
    assert member.run is not None
    rate = member.run.state.live_constants()
    faster = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.5))
    member.adjust(Adjust(Change(Version(1, PROJECT), Version(2, faster))))
    assert member.run.state.live_constants() == rate


def test_it_tells_of_every_run_that_ends_with_what_was_trained_last() -> None:
    told: list[RunEnded] = []
    member = Member(tell=told.append)  # type: ignore[arg-type]  # a member tells of nothing else
    first = Change.opening(PROJECT, 1)
    member.load(Load(first, DATA, 1))
    member.rewind()
    assert not told  # nothing was trained
    run = member.run
    assert run is not None
    run.train(7)
    weights = run.state["dense_1.weight"].copy()
    member.rewind()
    assert [(one.project, one.curve.iteration) for one in told] == [(PROJECT, 7)]
    assert told[0].curve.weights["dense_1.weight"].tobytes() == weights.tobytes()
    run.train(3)
    other = Version(2, PROJECT.with_seed(5))
    member.adjust(Adjust(Change(first.after, other, keep=False)))
    assert len(told) == 2 and told[1].curve.iteration == 3 and told[1].project == PROJECT
    run.train(2)
    member.block(Block(Change(other, other, keep=False), "no"))
    assert len(told) == 3 and told[2].project == other.project
    member.load(Load(Change.opening(PROJECT, 3), DATA, 2))
    assert len(told) == 3  # another project was opened: its runs are its own affair


def test_it_says_what_its_frames_hold(member: Member) -> None:
    assert member.watched == frozenset()
    member.watch(frozenset({"dense_1.y"}))
    assert member.watched == {"dense_1.y"}
    assert member.run is not None
    member.run.train(1)
    member.run.publish()
    frame = member.run.mailbox.newest(0)
    assert frame is not None
    assert frame.get("dense_1.y") is not None and frame.get("dense_2.y") is None
    other = replace(PROJECT, graph=mlp([2, 4, 1], loss="binary_cross_entropy"))
    member.load(Load(Change(Version(0, PROJECT), Version(1, other), keep=True), DATA, 2))
    assert member.watched == {"dense_1.y"}, "whatever network follows"


def faster(rate: float, branch: int = 0) -> Project:
    return replace(PROJECT, training=replace(PROJECT.training, learning_rate=rate), branch=branch)


def bits_of(project: Project, steps: int) -> dict[str, np.ndarray]:
    run = prepare_run(project.graph, DATA, project.training)
    run.train(steps)
    return run.state.stored()


def test_another_rate_before_the_first_step_holds_from_the_first_step_on(member: Member) -> None:
    member.adjust(Adjust(Change(Version(0, PROJECT), Version(1, faster(0.1)))))
    assert same(trained(member, 3), bits_of(faster(0.1), 3))


def test_one_that_catches_up_has_the_other_rate_from_where_the_first_run_was(member: Member) -> None:
    """From iteration 5 on: five steps with the one rate, then the other; a rewind forgets what it would have caught up with."""
    member.adjust(Adjust(Change(Version(0, PROJECT), Version(1, faster(0.1)))), reached=5)
    run = member.run
    assert run is not None
    assert [member.steps_alike(steps) for steps in (9, 5, 4)] == [5, 5, 4]
    trained(member, 5)
    assert member.steps_alike(9) == 9
    expected = prepare_run(PROJECT.graph, DATA, PROJECT.training)
    expected.train(5)
    expected.set_learning_rate(0.1)
    expected.train(4)
    assert same(trained(member, 4), expected.state.stored())
    member.adjust(Adjust(Change(Version(1, faster(0.1)), Version(2, faster(0.2)))), reached=99)
    member.rewind()
    assert member.steps_alike(200) == 200
    assert same(trained(member, 3), bits_of(faster(0.2), 3))


def test_a_branch_with_another_rate_is_both_and_returning_to_the_first_neither(member: Member) -> None:
    before = trained(member, 10)
    assert member.run is not None
    member.adjust(Adjust(Change(Version(0, PROJECT), Version(1, faster(0.1, branch=1)))))
    reach = member.timeline.reach(member.run)
    assert (reach.branch, [kept.number for kept in reach.branches], reach.project_at(10)) == (1, [0], faster(0.1, branch=1))
    trained(member, 10)
    member.adjust(Adjust(Change(Version(1, faster(0.1, branch=1)), Version(2, PROJECT))))
    assert member.timeline.reach(member.run).branch == 0 and same(before, weights(member))
    member.timeline.forget(1)
    member.adjust(Adjust(Change(Version(2, PROJECT), Version(3, replace(PROJECT, branch=1)))))
    reach = member.timeline.reach(member.run)
    assert (reach.branch, reach.branches, reach.iteration) == (1, (), 10), "what is not known goes on under its number"


@pytest.mark.parametrize("is_opened", [False, True])
def test_what_is_watched_is_known_from_before_unless_another_project_is_opened(member: Member, is_opened: bool) -> None:
    member.watch_formulas(("loss",))
    trained(member, 20)
    change = Change.opening(PROJECT, 1) if is_opened else Change(Version(0, PROJECT), Version(1, faster(0.1)))
    member.load(Load(change, DATA, 2))
    assert member.run is not None
    assert len(member.run.watches.series("loss").iterations) == (0 if is_opened else 20)


def test_another_project_begins_where_nothing_is_known_of_the_one_before(member: Member) -> None:
    trained(member, 10)
    wider = replace(PROJECT, graph=mlp([2, 9, 8, 1], loss="binary_cross_entropy"))
    member.load(Load(Change(Version(0, PROJECT), Version(1, wider)), DATA, 2))
    trained(member, 10)
    member.load(Load(Change.opening(PROJECT, 2), DATA, 3))
    assert member.run is not None
    reach = member.timeline.reach(member.run)
    assert reach.projects == ((0, PROJECT),) and (reach.iteration, reach.latest, reach.origin) == (0, 0, 0)


def test_another_network_in_the_past_branches_and_what_was_before_stays(member: Member) -> None:
    trained(member, 20)
    member.back_to(10, lambda: True)
    wider = replace(PROJECT, graph=mlp([2, 9, 8, 1], loss="binary_cross_entropy"), branch=1)
    member.load(Load(Change(Version(0, PROJECT), Version(1, wider)), DATA, 2))
    assert member.run is not None
    reach = member.timeline.reach(member.run)
    assert (reach.branch, reach.origin, reach.iteration, reach.latest) == (1, 10, 10, 10)
    assert [(kept.number, kept.latest, kept.left_at) for kept in reach.branches] == [(0, 20, 10)]
    assert reach.project_at(10) == wider and reach.project_at(9) == PROJECT


def test_a_snapshot_put_back_begins_a_past_of_its_own(member: Member) -> None:
    before = trained(member, 20)
    snapshot = member.snapshot(undisturbed=True)
    trained(member, 10)
    member.restore(snapshot)
    assert member.run is not None and same(before, weights(member))
    reach = member.timeline.reach(member.run)
    assert (reach.earliest, reach.iteration, reach.latest) == (20, 20, 20)


def test_a_condition_holds_for_the_network_there_is_and_any_that_follows(member: Member) -> None:
    member.stop_when((StopCondition("iteration == 4"),))
    assert member.run is not None
    assert member.run.train(9) == 4 and member.run.stopped_by is not None
    run = member.load(Load(Change.opening(PROJECT, 2), DATA, 3))
    assert run.train(9) == 4


def test_without_a_network_there_is_no_path() -> None:
    with pytest.raises(NNLabError, match=r"^There is no path to look at: There is no network yet\.$"):
        Member().path()
