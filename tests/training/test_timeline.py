"""Any iteration is gone back to, to the bit: with random masks, running statistics, moments and shuffles, and past every kind of change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import CONTEXT_WORDS
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.run import Run
from nnlab.engine.weight_change import Entries
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Load
from nnlab.training.member import Member
from nnlab.training.project import Project
from nnlab.training.reach import Reach
from nnlab.training.settings import TrainingSettings
from nnlab.training.timeline import Timeline


def network() -> Graph:
    b = GraphBuilder()
    h = b.dropout(b.tanh(b.batch_norm(b.dense(b.input(features=2), units=6))), p=0.2)
    b.binary_cross_entropy(b.dense(h, units=1))
    return b.build()


PROJECT = Project(network(), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 16, seed=3, schedule="plateau"))
DATA = prepare(PROJECT.data)


class Journey:
    """A run that is trained, changed and gone back with, and remembers every state it ever passed."""

    def __init__(self, budget: int = 256 * 2**20) -> None:
        self.member = Member()
        self.member.timeline = Timeline(budget)
        self.number, self.project = 0, PROJECT
        self.member.load(Load(Change.opening(PROJECT), DATA, 1))
        self.passed: dict[int, bytes] = {0: self.bits}

    @property
    def run(self):
        assert self.member.run is not None
        return self.member.run

    @property
    def bits(self) -> bytes:
        """Weights, buffers, moments, and where the run is in its data."""
        run = self.run
        return run.state.arena[: run.program.moments_end].tobytes() + run.state.context[:8].tobytes()

    @property
    def learned(self) -> bytes:
        return self.run.state.arena[: self.run.program.moments_end].tobytes()

    def train(self, steps: int) -> None:
        self.member.timeline.go_on(self.run)
        for _ in range(steps):
            self.run.train(1)
            self.passed[self.run.iteration] = self.bits

    def change(self, project: Project, back_to: int | None = None, returning: tuple[int, ...] = ()) -> None:
        before, after = Version(self.number, self.project), Version(self.number + 1, project)
        change = Change(before, after, back_to=back_to, returning=returning)
        command = Adjust(change) if change.is_adjustment else Load(change, DATA, self.number + 2)
        self.member.adjust(command) if isinstance(command, Adjust) else self.member.load(command)
        self.number, self.project = self.number + 1, project
        if back_to is None and not returning:
            self.passed[self.run.iteration] = self.bits

    def back_to(self, iteration: int) -> None:
        """As the window does: where something else was trained, the project of then is trained again."""
        then = self.member.timeline.reach(self.run).project_at(iteration)
        assert then is not None
        then = replace(then, branch=self.project.branch)
        if Version(0, then).computes_the_same_as(Version(0, self.project)):
            self.member.back_to(iteration, lambda: True)
        else:
            self.change(then, back_to=iteration)


@pytest.fixture
def journey() -> Journey:
    """400 iterations, with another learning rate, weights set by hand, a wider layer and another batch size on the way."""
    one = Journey()
    one.train(70)
    one.change(replace(PROJECT, training=replace(PROJECT.training, learning_rate=3e-3)))
    one.train(60)
    place = np.array([0, 3])
    one.member.set_entries({"dense_1.weight": Entries((6, 2), place, np.array([0.5, -0.25], np.float32))})
    one.passed[130] = one.bits
    one.train(70)
    one.change(replace(one.project, graph=edits.configure(one.project.graph, "dense_1", units=9)))
    one.train(100)
    one.change(replace(one.project, training=replace(one.project.training, batch_size=24)))
    one.train(100)
    return one


def test_every_iteration_comes_back_to_the_bit_across_every_change(journey):
    for iteration in (399, 301, 300, 250, 201, 200, 199, 131, 130, 129, 71, 70, 69, 1, 0, 65, 135, 220, 400, 310):
        journey.back_to(iteration)
        assert journey.run.iteration == iteration
        assert journey.bits == journey.passed[iteration], iteration


def test_the_batch_of_then_is_there_with_its_values_and_gradients(journey):
    journey.back_to(250)
    batch, loss, gradient = journey.run.state.rows, journey.run.current_loss(), journey.run.state["dense_1.d_weight"].copy()
    journey.back_to(249)
    journey.run.train(1)
    assert (batch, loss) == (journey.run.state.rows, journey.run.current_loss())
    assert np.array_equal(gradient, journey.run.state["dense_1.d_weight"])


def test_going_on_from_the_past_is_what_it_was_the_first_time(journey):
    passed = dict(journey.passed)
    journey.back_to(220)
    journey.train(60)  # nothing intervened between 220 and 280
    assert journey.bits == passed[280]
    assert journey.member.timeline.reach(journey.run).latest == 280
    journey.back_to(150)
    assert journey.bits == passed[150]
    journey.back_to(280)
    assert journey.bits == passed[280]


def test_a_change_in_the_past_drops_what_lay_ahead(journey):
    journey.back_to(250)
    journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=0.05)))
    reach = journey.member.timeline.reach(journey.run)
    assert (reach.iteration, reach.latest) == (250, 250)
    journey.train(30)
    again = dict(journey.passed)
    for iteration in (265, 250, 210, 280):
        journey.back_to(iteration)
        assert journey.bits == again[iteration]
    assert journey.member.timeline.reach(journey.run).project_at(270).training.learning_rate == 0.05
    assert journey.member.timeline.reach(journey.run).project_at(240).training.learning_rate == 3e-3


def test_what_was_trained_is_known_for_every_iteration(journey):
    reach = journey.member.timeline.reach(journey.run)
    units = [reach.project_at(i).graph["dense_1"].settings["units"] for i in (0, 199, 200, 400)]
    assert units == [6, 6, 9, 9]
    assert [reach.project_at(i).training.learning_rate for i in (0, 69, 70, 400)] == [1e-2, 1e-2, 3e-3, 3e-3]
    assert [reach.project_at(i).training.batch_size for i in (299, 300)] == [16, 24]
    assert (reach.earliest, reach.latest) == (0, 400)


def test_undoing_a_journey_returns_to_where_it_began(journey):
    number, project, bits = journey.number, journey.project, journey.bits
    journey.back_to(100)
    assert journey.project != project
    journey.change(project, returning=(number,))
    assert journey.run.iteration == 400 and journey.bits == bits


def test_the_curves_stay_and_go_on_from_the_past(journey):
    before = journey.member.timeline.history(journey.run).curves()
    journey.back_to(120)
    now = journey.member.timeline.history(journey.run).curves()
    assert np.array_equal(before.mean, now.mean) and len(now.mean) == 400
    assert len(journey.run.history.curves().mean) == 120
    journey.train(10)
    after = journey.member.timeline.history(journey.run).curves()
    assert len(after.mean) == 130
    for name in ("minimum", "maximum", "mean", "smoothed"):
        assert np.array_equal(getattr(after, name), getattr(before, name)[:130])
    assert np.array_equal(after.validation_losses, before.validation_losses[: len(after.validation_losses)])


def test_going_back_and_forth_again_loses_nothing_without_training(journey):
    reach = journey.member.timeline.reach(journey.run)
    for iteration in (10, 390, 200, 400):
        journey.back_to(iteration)
    assert replace(journey.member.timeline.reach(journey.run), spacing=reach.spacing, nbytes=reach.nbytes) == reach


def step_through(journey: Journey) -> None:
    stepper = journey.run.stepper
    stepper.forward()
    stepper.finish()
    journey.member.timeline.follow(journey.run)


def test_stepping_in_the_past_replays_what_was_and_drops_nothing(journey):
    """Across weights that were set by hand; back again; and on past all that is known."""
    timeline = journey.member.timeline
    journey.back_to(230)
    journey.run.stepper.forward()
    timeline.follow(journey.run)
    journey.run.stepper.finish()
    timeline.follow(journey.run)
    reach = timeline.reach(journey.run)
    assert (reach.iteration, reach.latest, reach.cuts) == (231, 400, 0) and journey.bits == journey.passed[231]
    while journey.run.iteration > 230 or journey.run.stepper.inside:
        assert journey.run.stepper.back()
    timeline.follow(journey.run)
    assert timeline.reach(journey.run).latest == 400 and journey.bits == journey.passed[230]
    journey.back_to(128)
    for iteration in (129, 130, 131):
        step_through(journey)
        assert journey.bits == journey.passed[iteration]
    journey.back_to(398)
    for iteration in (399, 400):
        step_through(journey)
        assert journey.bits == journey.passed[iteration]
    step_through(journey)
    reach = timeline.reach(journey.run)
    assert (reach.iteration, reach.latest, reach.cut_at) == (401, 401, 400)
    journey.back_to(400)
    assert journey.bits == journey.passed[400]


def test_stepping_past_a_change_goes_on_without_it(journey):
    """Of the rate, of the network: there, who steps many iterations is told before."""
    timeline = journey.member.timeline
    journey.back_to(197)
    step_through(journey)
    assert not timeline.meets_change(journey.run)
    step_through(journey)
    assert timeline.meets_change(journey.run)
    step_through(journey)
    assert timeline.reach(journey.run).latest == 200 and not timeline.meets_change(journey.run)
    journey.back_to(69)
    assert timeline.meets_change(journey.run)
    step_through(journey)
    assert timeline.reach(journey.run).latest == 70


def test_a_long_run_keeps_its_curves_exact_when_blocks_have_merged():
    one = Journey()
    one.run.train(9000)  # 4,096 rows: blocks of four iterations
    assert one.run.history.block_size == 4
    assert one.member.timeline.reach(one.run).spacing == 16, "1,024 keyframes are too few for every eighth of 9,000"
    full = one.run.history.curves()
    straight = Journey()
    straight.run.train(6001)
    expected = straight.run.history.curves()
    one.back_to(6001)
    assert one.bits == straight.bits
    found = one.run.history.curves()
    assert found.block_size == 4 and len(found.mean) == 1500
    assert np.array_equal(found.mean, full.mean[:1500])
    assert found.losses.smoothed == full.until(6001).losses.smoothed and found.last == expected.last
    one.change(replace(one.project, graph=edits.configure(one.project.graph, "dense_1", units=7)))
    assert one.member.timeline.reach(one.run).spacing == 4, "of the chapter that has just begun: a block of the history"


def test_a_small_budget_is_kept_and_every_iteration_stays_within_reach():
    state = 8 * 6 * 3 * 4
    one = Journey(budget=200 * state + 600_000)
    for units in (7, 8, 9, 10, 11):
        one.train(40)
        one.change(replace(one.project, graph=edits.configure(one.project.graph, "dense_1", units=units)))
    one.train(40)
    reach = one.member.timeline.reach(one.run)
    assert reach.earliest > 0, "so small a budget cannot keep six states with their curves"
    assert reach.spacing == one.run.keyframes.spacing, "of the chapter under way"
    assert reach.nbytes <= 200 * state + 600_000, "half for the chapter under way, half for all before it"
    for iteration in range(reach.earliest, 241, 17):
        one.back_to(iteration)
        assert one.bits == one.passed[iteration]


def test_half_of_the_budget_is_for_the_chapter_under_way():
    """64 keyframes of 128 that would fit: of 200 iterations every fourth, where 50 are of every fourth and 100 of every second."""
    one = Journey(budget=2 * 64 * 4 * Journey().run.program.moments_end)
    one.run.train(200)
    assert one.member.timeline.reach(one.run).spacing == 4


def test_a_replay_that_is_not_wanted_any_more_stops_on_the_way():
    one = Journey()
    one.run.train(5000)
    looks = iter([True, False])
    one.run.keyframes.forget_after(0)
    one.member.back_to(4000, lambda: next(looks))
    assert one.run.iteration == 1, "a single step is taken before it is asked again"
    one.member.back_to(4000, lambda: True)
    straight = Journey()
    straight.run.train(4000)
    assert one.bits == straight.bits


def test_its_size_is_that_of_the_start_and_of_every_keyframe():
    """A keyframe of every iteration: all that is learned in float32, and the words of the context."""
    one = Journey()
    sizes = []
    for _ in range(3):
        sizes.append(one.member.timeline.nbytes)
        one.run.train(10)
    row = 4 * one.run.program.moments_end + 8 * CONTEXT_WORDS
    assert [b - a for a, b in pairwise(sizes)] in ([11 * row, 10 * row], [10 * row, 10 * row]), "the first with or without iteration 0"
    assert one.member.timeline.reach(one.run).nbytes == one.member.timeline.nbytes == sizes[-1] + 10 * row


def begins(journey: Journey) -> list[int]:
    """From where on something else was trained."""
    return [at for at, _ in journey.member.timeline.reach(journey.run).projects]


def is_of_just_their_size(journey: Journey) -> bool:
    """The memory of all keyframes but those that are being taken."""
    tables = [c.keyframes for c in journey.member.timeline._all_chapters() if c.keyframes is not journey.run.keyframes]
    return all(len(table.learned) == len(table) for table in tables)


def test_a_change_takes_no_more_than_the_state_it_begins_with(journey):
    """What was changed twice with no step between is a single chapter."""
    timeline = journey.member.timeline
    before = timeline.nbytes
    for units in (10, 11):
        journey.change(replace(journey.project, graph=edits.configure(journey.project.graph, "dense_1", units=units)))
        assert begins(journey) == [0, 70, 200, 300, 400] and is_of_just_their_size(journey)
        start = timeline._chapters[-1].start
        assert timeline.nbytes == before + start.learned.nbytes + start.order.nbytes + start.history.nbytes


def test_where_every_iteration_has_a_keyframe_a_single_step_is_replayed(journey, monkeypatch):
    done, train = [], Run.train
    monkeypatch.setattr(Run, "train", lambda run, steps: done.append(steps) or train(run, steps))
    for iteration in (350, 250, 1):
        journey.back_to(iteration)
        assert done == [1] and journey.bits == journey.passed[iteration]
        done.clear()


def test_what_was_changed_where_training_goes_on_from_the_past_stays(journey):
    """At 70 the rate was changed: that is still so when the run has gone on from there, and when it goes back once more."""
    journey.back_to(70)
    passed = dict(journey.passed)
    journey.train(20)
    assert begins(journey) == [0, 70]
    journey.back_to(85)
    assert journey.bits == passed[85] == journey.passed[85]


def test_who_looks_where_the_run_has_gone_on_changes_nothing(journey):
    """Weights that were set since it went on from the past are not set once more."""
    journey.back_to(120)
    journey.train(3)
    journey.member.set_entries({"dense_1.bias": Entries((6,), np.array([2]), np.array([0.5], np.float32))})
    journey.train(2)
    journey.member.timeline.follow(journey.run)
    assert journey.bits == journey.passed[125]


def test_stepping_on_from_where_something_else_was_trained_drops_nothing(journey):
    journey.back_to(200)
    step_through(journey)
    assert journey.member.timeline.reach(journey.run).latest == 400 and journey.bits == journey.passed[201]


def test_where_a_state_was_left_is_forgotten_when_training_goes_on_from_the_past(journey):
    timeline, number, project = journey.member.timeline, journey.number, journey.project
    journey.back_to(100)
    assert timeline.position_of((number,)) == 400
    branch(journey, 1)
    assert timeline.position_of((number,)) is None, "that is on another branch"
    left = journey.number
    journey.train(10)
    journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=0.5)))
    journey.back_to(105)
    assert timeline.position_of((left + 1,)) == 110
    journey.train(1)
    assert timeline.position_of((left + 1,)) is None
    journey.change(replace(project, branch=0), returning=())
    assert timeline.position_of((number,)) == 400, "nothing was trained there meanwhile"


def test_before_anything_was_trained_nothing_was_reached_and_nothing_is_kept() -> None:
    reach = Reach()
    assert (reach.iteration, reach.latest, reach.earliest, reach.spacing, reach.nbytes, reach.cuts, reach.cut_at) == (0, 0, 0, 1, 0, 0, 0)
    assert reach.project_at(0) is None


def test_every_going_on_from_the_past_is_one_cut(journey):
    """Where training went on from the present, nothing was cut."""
    journey.train(10)
    for cuts, place in ((1, 4), (2, 2)):
        journey.back_to(place)
        journey.train(3)
        reach = journey.member.timeline.reach(journey.run)
        assert (reach.cuts, reach.cut_at, reach.latest) == (cuts, place, place + 3)
        journey.train(1)
        assert journey.member.timeline.reach(journey.run).cuts == cuts


# Branches


def branch(journey: Journey, number: int) -> None:
    journey.change(replace(journey.project, branch=number))


def test_a_branch_keeps_the_way_until_now_and_both_are_replayed_to_the_bit(journey):
    """From before a change of the graph; every state of either way comes back, also across the changes of the other."""
    first, project = dict(journey.passed), journey.project
    journey.back_to(150)
    branch(journey, 1)
    assert journey.bits == first[150] and journey.run.iteration == 150
    own = {}
    for rate in (5e-2, 1e-3):
        journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=rate)))
        journey.passed = {}
        journey.train(40)
        own |= journey.passed
    reach = journey.member.timeline.reach(journey.run)
    assert (reach.branch, reach.origin, reach.latest) == (1, 150, 230)
    (kept,) = reach.branches
    assert (kept.number, kept.latest, kept.left_at, kept.name) == (0, 400, 150, "first run")
    assert own[230] != first[230]
    for iteration in (229, 191, 151, 149, 140, 70, 230):
        journey.back_to(iteration)
        assert journey.bits == (own[iteration] if iteration > 150 else first[iteration]), iteration
    journey.back_to(150)
    assert journey.learned == first[150][: len(journey.learned)]
    journey.back_to(230)
    journey.change(replace(project, branch=0))  # back to the first way, with its wider layer
    assert journey.run.iteration == 400 and journey.bits == first[400]
    for iteration in (310, 151, 149, 200, 399, 65):
        journey.back_to(iteration)
        assert journey.bits == first[iteration], iteration
    reach = journey.member.timeline.reach(journey.run)
    assert (reach.branch, reach.latest, [b.number for b in reach.branches]) == (0, 400, [1])


def test_a_branch_from_a_later_chapter_knows_all_before_it_once(journey):
    journey.back_to(350)
    branch(journey, 1)
    assert begins(journey) == [0, 70, 200, 300, 350] and is_of_just_their_size(journey)
    (kept,) = journey.member.timeline.reach(journey.run).branches
    assert [at for at, _ in kept.projects] == [0, 70, 200, 300, 350]
    journey.back_to(100)
    assert journey.bits == journey.passed[100]
    before = journey.member.timeline.nbytes
    (kept,) = journey.member.timeline.reach(journey.run).branches
    journey.member.timeline.forget(0)
    assert journey.member.timeline.nbytes == before - kept.nbytes > 0, "what no other branch needs"


def test_another_rate_in_what_two_branches_share_is_of_the_one_alone(journey):
    """The second time with a branch that has no part in it."""
    first = dict(journey.passed)
    journey.back_to(380)
    branch(journey, 1)
    journey.back_to(340)
    journey.passed = {}
    for rate in (0.1, 0.2):
        journey.train(10)
        journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=rate)))
    journey.train(10)
    second = dict(journey.passed)
    branch(journey, 2)
    journey.back_to(345)
    journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=0.3)))
    journey.train(20)
    assert [b.number for b in journey.member.timeline.reach(journey.run).branches] == [0, 1]
    for number, passed, rates in ((1, second, [3e-3, 3e-3, 0.1, 0.2]), (0, first, [3e-3] * 4)):
        then = next(b for b in journey.member.timeline.reach(journey.run).branches if b.number == number)
        journey.change(replace(then.project_at(then.left_at), branch=number))
        reach = journey.member.timeline.reach(journey.run)
        assert [reach.project_at(at).training.learning_rate for at in (339, 349, 359, 369)] == rates
        for iteration in (344, 350, 355, 366):
            journey.back_to(iteration)
            assert journey.bits == passed[iteration], (number, iteration)


def test_a_branch_is_returned_to_only_where_it_trained_just_that(journey):
    timeline, project = journey.member.timeline, journey.project
    branch(journey, 1)
    other = replace(project, graph=edits.configure(project.graph, "dense_1", units=3))
    before = timeline.reach(journey.run)
    for unknown in (other, replace(project, branch=7)):
        assert timeline.take(journey.run, unknown) is False and timeline.reach(journey.run) == before
    assert timeline.take(journey.run, project) is True and timeline.reach(journey.run).branch == 0
    assert is_of_just_their_size(journey)


def test_numbers_of_branches_are_given_once() -> None:
    timeline = Timeline()
    timeline.rename(3)
    timeline.rename(1)
    assert [timeline.is_new(number) for number in (0, 1, 3, 4)] == [False, False, False, True]


def test_what_is_watched_goes_with_the_branch() -> None:
    one = Journey()
    one.member.watch_formulas(("loss",))
    one.train(30)
    project = one.project
    one.back_to(20)
    branch(one, 1)
    one.train(5)
    assert one.run.watches.series("loss").iterations.tolist() == list(range(1, 26))
    own = one.run.watches.series("loss").values[:20].tolist()
    one.change(project)
    assert one.run.watches.series("loss").iterations.tolist()[:20] == list(range(1, 21))
    assert one.run.watches.series("loss").values[:20].tolist() == own


def test_the_path_leads_through_all_keyframes_of_this_network_and_no_other(journey):
    timeline, run = journey.member.timeline, journey.run
    assert timeline.path(run).iterations[0] == 200, "before that the layer was narrower"
    path = timeline.path(run)
    width = run.program.parameters_end
    assert path.iterations[-1] == 400 and path.weights[-1].tobytes() == run.state.arena[:width].tobytes()
    journey.back_to(350)
    path = timeline.path(run)
    assert path.iterations[path.now] == 350 and path.iterations[-1] == 400, "what lies ahead as well"


@pytest.mark.parametrize(("iteration", "since", "keyframes"), [(150, 149, [149]), (150, 120, [120]), (150, 150, [149]), (1, 0, [])])
def test_an_excerpt_holds_the_one_keyframe_that_it_begins_with(journey, iteration, since, keyframes):
    """What the chapter began with is in it as well."""
    part, project = journey.member.timeline.excerpt(journey.run, iteration, since)
    (chapter,) = part._chapters
    assert chapter.keyframes.iterations.tolist() == keyframes and chapter.begins == 0
    assert project.graph["dense_1"].settings["units"] == 6


def test_an_excerpt_past_where_two_chapters_meet_is_of_the_later(journey):
    for iteration, since, units in ((200, 190, 6), (201, 190, 9), (201, 200, 9), (200, 200, 9)):
        _, project = journey.member.timeline.excerpt(journey.run, iteration, since)
        assert project.graph["dense_1"].settings["units"] == units


def test_undoing_a_branch_returns_to_where_it_was_made_with_all_that_lay_ahead(journey):
    journey.back_to(350)
    branch(journey, 1)
    journey.train(10)
    branch(journey, 0)
    assert journey.run.iteration == 350 and journey.member.timeline.reach(journey.run).latest == 400
    assert journey.learned == journey.passed[350][: len(journey.learned)]
    branch(journey, 1)
    assert journey.run.iteration == 360


def test_going_on_before_the_origin_of_a_branch_takes_nothing_from_the_other(journey):
    first = dict(journey.passed)
    journey.back_to(380)
    branch(journey, 1)
    journey.back_to(340)
    journey.train(30)
    branch(journey, 0)
    for iteration in (400, 381, 379, 360, 341):
        journey.back_to(iteration)
        assert journey.bits == first[iteration], iteration
    (kept,) = journey.member.timeline.reach(journey.run).branches
    assert (kept.origin, kept.latest) == (340, 370)


def test_ten_branches_share_what_they_have_in_common_and_one_too_many_is_refused(journey, monkeypatch):
    first, alone = dict(journey.passed), journey.member.timeline.nbytes
    states = {}
    for number in range(1, 11):
        journey.back_to(310 + number)
        branch(journey, number)
        journey.passed = {}
        journey.change(replace(journey.project, training=replace(journey.project.training, learning_rate=1e-3 * number)))
        journey.train(5)
        states[number] = journey.bits
    reach = journey.member.timeline.reach(journey.run)
    assert [b.number for b in reach.branches] == list(range(10)) and reach.nbytes < 3.5 * alone
    monkeypatch.setattr("nnlab.training.timeline.MOST_KEPT", 10)
    with pytest.raises(NNLabError, match="10 branches are kept already"):
        branch(journey, 11)
    for number in (4, 9, 1):
        then = next(b for b in journey.member.timeline.reach(journey.run).branches if b.number == number)
        journey.change(replace(then.project_at(then.left_at), branch=number))
        assert journey.run.iteration == then.left_at
        journey.back_to(then.latest)
        assert journey.bits == states[number]
    then = next(b for b in journey.member.timeline.reach(journey.run).branches if b.number == 0)
    journey.change(replace(then.project_at(400), branch=0))
    journey.back_to(400)
    assert journey.bits == first[400]
    journey.member.timeline.forget(4)
    assert 4 not in [b.number for b in journey.member.timeline.reach(journey.run).branches]


def test_branches_stay_within_the_budget_and_those_left_longest_ago_go_first():
    one = Journey(budget=3_000_000)
    one.train(200)
    for number in range(1, 9):
        one.back_to(150)
        branch(one, number)
        one.train(60)
        assert one.member.timeline.nbytes <= 3_000_000
    numbers = [b.number for b in one.member.timeline.reach(one.run).branches]
    assert numbers == [number for number in range(8) if number >= numbers[0]] and 0 < numbers[0] < 7


def test_a_begun_iteration_is_taken_back_before_a_branch(journey):
    journey.run.stepper.forward()
    journey.run.stepper.forward()
    branch(journey, 1)
    assert not journey.run.stepper.inside and journey.bits == journey.passed[400]


def test_updates_of_several_batches_and_gradients_that_are_left_come_back_to_the_bit() -> None:
    one = Journey()
    one.train(15)
    left = {"accumulate": 1, "zero_gradients": False, "optimizer": "sgd"}
    for settings in ({"accumulate": 3}, {"accumulate": 7}, left, {"accumulate": 2}):
        one.change(replace(one.project, training=replace(one.project.training, schedule="constant", **settings)))
        one.train(25)
    passed = dict(one.passed)
    for iteration in (115, 91, 90, 89, 66, 65, 64, 41, 40, 39, 17, 16, 15, 14, 1, 0, 77, 115):
        one.back_to(iteration)
        assert one.run.iteration == iteration and one.bits == passed[iteration], iteration
    one.back_to(50)
    one.train(10)
    assert one.bits == passed[60], "and goes on from there as it did"
