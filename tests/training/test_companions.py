"""Variants follow the project's changes, or end with a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp
from variants import another_seed

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Command, Load, RemoveRun
from nnlab.training.companions import Companions
from nnlab.training.difference import Difference
from nnlab.training.plan import Prepared, plan
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.variant import Variant, seed_name

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


def test_the_project_is_named_by_what_its_companions_differ_in(companions: Companions) -> None:
    assert Companions().name_of(PROJECT) == "seed 4" == companions.name_of(PROJECT)
    by_rate = Variant(lambda p: replace(p, training=replace(p.training, learning_rate=0.5)), lambda p: f"rate {p.training.learning_rate}")
    other = Companions()
    other.add(by_rate, Version(0, PROJECT), PREPARED, 3)
    assert other.name_of(PROJECT) == "rate 0.01" and other.all[1].name == "rate 0.5"


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
    assert isinstance(command, Adjust) and not command.change.keep and command.revision == 4, "frames of all have one revision"
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
    companions.stop(1, "Its loss is NaN.")
    companions.all[1].alike_from = 30
    follow(companions, replace(PROJECT, training=replace(PROJECT.training, seed=70)), keep=False)
    assert companions.all[1].stopped == "" == companions.unlike


def test_companions_are_put_aside_and_back(companions: Companions) -> None:
    before = dict(companions.all)
    aside = companions.exchange(None)
    assert not companions.all and companions.count_runs() == 1
    command = companions.add(another_seed(2), Version(0, PROJECT), PREPARED, 3)
    assert isinstance(command, Load) and command.run == 1, "numbers begin anew"
    companions.exchange(aside)
    assert dict(companions.all) == before
    again = companions.add(another_seed(3), Version(0, PROJECT), PREPARED, 3)
    assert isinstance(again, Load) and again.run == 2


def complete(companions: Companions, wanted: tuple[Difference, ...], project: Project = PROJECT) -> tuple[list[int], str]:
    """(numbers of the runs that begin, what is missing)."""
    commands = companions.complete(wanted, Version(0, project), PREPARED, 3)
    assert all(isinstance(command, Load) and command.revision == 3 and not command.change.keep for command in commands)
    return [command.run for command in commands if isinstance(command, Load)], companions.missing


WIDTHS = tuple(Difference("dense_2.units", text) for text in ("2", "4", "6"))


def test_what_the_project_is_compared_with_begins_and_ends_with_it() -> None:
    companions = Companions()
    assert complete(companions, WIDTHS[:2]) == ([1, 2], "")
    assert complete(companions, WIDTHS[:2]) == ([], ""), "they are there"
    assert companions.keep(WIDTHS[1:]) == [RemoveRun(1)]
    assert complete(companions, (WIDTHS[2], WIDTHS[1])) == ([3], "")
    assert [companion.difference for companion in companions.all.values()] == [WIDTHS[2], WIDTHS[1]], "in the order of the comparison"
    assert companions.keep(()) == [RemoveRun(3), RemoveRun(2)] and not companions.all


def test_a_run_that_was_added_besides_is_no_part_of_the_comparison(companions: Companions) -> None:
    assert complete(companions, WIDTHS[:1]) == ([2], "")
    assert companions.keep(()) == [RemoveRun(2)]
    assert [companion.name for companion in companions.all.values()] == ["seed 5"]


@pytest.mark.parametrize(
    ("difference", "why"),
    [
        (Difference("dense_9.units", "4"), "dense_9.units=4: there is no node 'dense_9'"),
        (Difference("speed", "4"), "There is no 'speed' that could differ"),
        (Difference("dense_2.units", "-1"), "dense_2"),
        (Difference("dense_2.units", "8"), "the project is so itself, so there is nothing to compare"),
        (Difference("dense_2.units", "+2"), "the run with 2 is the same one"),
        (Difference("loss", "mse"), "the others differ in dense_2.units"),
    ],
)
def test_what_cannot_be_carried_out_is_said_and_the_others_begin(difference: Difference, why: str) -> None:
    companions, wanted = Companions(), (WIDTHS[0], difference, WIDTHS[1])
    numbers, said = complete(companions, wanted)
    assert len(numbers) == 2
    assert said.startswith(f"A run with {difference} cannot train beside this one: ") and why in said and said.endswith(".")
    assert complete(companions, wanted) == ([], said)
    companions.keep(WIDTHS[:2])
    assert not companions.missing


def test_a_node_that_is_gone_takes_its_run_along_and_brings_it_back() -> None:
    companions = Companions()
    complete(companions, WIDTHS[:2])
    without = replace(PROJECT, graph=edits.bypass_node(PROJECT.graph, "dense_2"))
    assert follow(companions, without) == ([RemoveRun(1), RemoveRun(2)], [])
    assert companions.missing.startswith("2 runs cannot train beside this one: dense_2.units=2 (dense_2.units=2: ")
    assert complete(companions, WIDTHS[:2], without) == ([], companions.missing)
    assert complete(companions, WIDTHS[:2]) == ([3, 4], "")


def test_a_difference_of_the_seed_follows_the_project() -> None:
    companions = Companions()
    assert complete(companions, (Difference("seed", "+1"), Difference("seed", "+2"), Difference("seed", "5")))[1] == (
        "A run with seed=5 cannot train beside this one: the run with seed 5 is the same one."
    )
    follow(companions, PROJECT.with_seed(2**31 - 1), keep=False)
    assert [companion.name for companion in companions.all.values()] == ["seed 0", "seed 1"]


def test_runs_are_counted_with_the_project_s_own(companions: Companions) -> None:
    assert Companions().count_runs() == 1 and companions.count_runs() == 2


def test_who_joined_later_is_named_with_the_iteration(companions: Companions) -> None:
    companions.add(another_seed(2), Version(0, PROJECT), PREPARED, 3)
    first, second = companions.all.values()
    assert companions.unlike == ""
    first.alike_from = 1200
    assert companions.unlike == (
        f"{first.name} joined later and is trained as this run is now; before iteration 1,200 this one was trained otherwise."
    )
    second.alike_from = 900
    both = f"{first.name} and {second.name} joined later and are trained as this run is now; before iteration 1,200 "
    assert companions.unlike.startswith(both)
    assert companions.told == companions.unlike
