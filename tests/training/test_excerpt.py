"""An iteration of the past once more, beside the run: the same bits as the run had, and the run is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.frame import GRADIENTS, OUTPUTS, UPDATES, Frame
from nnlab.engine.weight_change import Entries
from nnlab.graph.builder import GraphBuilder
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Load
from nnlab.training.excerpt import Replayed
from nnlab.training.member import Member
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings


def project(**training: object) -> Project:
    """Masks drawn at random, running statistics and moments: all that a replay has to have again."""
    b = GraphBuilder()
    h = b.dropout(b.tanh(b.batch_norm(b.dense(b.input(features=2), units=5, id="first"))), p=0.2)
    b.binary_cross_entropy(b.dense(h, units=1, id="last"))
    settings: dict[str, object] = {"optimizer": "adam", "learning_rate": 1e-2, "batch_size": 16, "seed": 5, **training}
    return Project(b.build(), DataSettings("spiral"), TrainingSettings(**settings))  # type: ignore[arg-type]


def trained(steps: int, **training: object) -> tuple[Member, Project, dict[int, Frame]]:
    """A run, and every frame it showed."""
    member, made = Member(), project(**training)
    member.watch(frozenset((OUTPUTS, GRADIENTS, UPDATES)))
    member.load(Load(Change.opening(made), prepare(made.data), 1))
    return member, made, train(member, steps)


def train(member: Member, steps: int) -> dict[int, Frame]:
    run, seen = member.run, {}
    assert run is not None
    for _ in range(steps):
        run.train(1)
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None
        seen[frame.iteration] = frame
    return seen


def again(member: Member, iteration: int, since: int | None = None) -> Replayed:
    return member.excerpt(iteration, iteration - 1 if since is None else since).replay()


def same(then: Frame, now: Frame) -> None:
    assert now.iteration == then.iteration and now.rows == then.rows and now.loss == then.loss
    assert np.array_equal(now.samples, then.samples)
    for name in ("first.weight", "first.d_weight", "last.d_bias", "last.y", "tanh_1.y"):
        mine, theirs = then.get(name), now.get(name)
        assert mine is not None and theirs is not None and mine.tobytes() == theirs.tobytes(), name
    assert now.update_of("first.weight") == then.update_of("first.weight")


@pytest.mark.parametrize("training", [{}, {"accumulate": 3}, {"zero_gradients": False, "optimizer": "sgd"}])
def test_batch_gradients_and_weights_of_any_iteration_are_there_again_to_the_bit(training: dict[str, object]) -> None:
    member, _, seen = trained(90, **training)
    member.watch(frozenset())  # what the run's own frames hold does not matter
    for iteration in (1, 2, 26, 27, 64, 90):
        same(seen[iteration], again(member, iteration).frame)


def test_the_run_goes_on_as_if_nobody_had_asked() -> None:
    member, _, _ = trained(40)
    other, _, _ = trained(40)
    again(member, 17)
    assert member.run is not None and other.run is not None and member.run.iteration == 40
    for each in (member.run, other.run):
        each.train(30)
    assert member.run.state.arena.tobytes() == other.run.state.arena.tobytes()
    assert not member.timeline.is_in_the_past


def test_an_iteration_before_other_rates_networks_and_weights_is_what_it_was() -> None:
    member, first, seen = trained(20)
    faster = replace(first, training=replace(first.training, learning_rate=0.1))
    member.adjust(Adjust(Change(Version(0, first), Version(1, faster))))
    seen |= train(member, 20)
    member.set_entries({"first.bias": Entries((5,), np.array([1]), np.array([0.5], np.float32))})
    seen |= train(member, 5)
    joined = replace(faster, training=replace(faster.training, accumulate=2))
    member.load(Load(Change(Version(1, faster), Version(2, joined)), prepare(first.data), 2))
    seen |= train(member, 5)
    for iteration in (7, 20, 21, 40, 41, 45, 46, 50):
        frame = again(member, iteration).frame
        if iteration != 40:  # there a bias was set afterwards, so the weights that are left are others
            same(seen[iteration], frame)
    begun = again(member, 45, since=45).frame
    assert begun.rows == 0 and begun.program.accumulate == 2, "what went on from there, before its first batch"
    bias = again(member, 40).frame.get("first.bias")
    assert bias is not None and bias[1] == np.float32(0.5)


def test_the_curves_pass_all_iterations_from_where_they_are_wanted() -> None:
    member, _, seen = trained(300)
    curves = again(member, 300, since=200).curves.until(300)
    assert list(curves.iterations[-100:]) == list(range(201, 301))
    assert [float(v) for v in curves.mean[-100:]] == [seen[i].loss for i in range(201, 301)]


def test_what_is_not_kept_says_so_and_a_replay_can_be_given_up() -> None:
    member, _, _ = trained(3)
    with pytest.raises(NNLabError, match="Iteration 4 cannot be had again"):
        member.excerpt(4, 3)
    with pytest.raises(NNLabError, match="was cancelled"):
        member.excerpt(3, 2).replay(lambda: False)
    with pytest.raises(NNLabError, match="That iteration cannot be had again: There is no network yet"):
        Member().excerpt(0, 0)
    assert again(member, 0).frame.iteration == 0
