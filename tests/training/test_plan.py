"""A change becomes one command: Adjust where the program stays, Load where it does not, Block where nothing can be trained."""

from __future__ import annotations

from dataclasses import replace

from networks import mlp

from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Block, Load
from nnlab.training.plan import Plan, Prepared, plan
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

PROJECT = Project(mlp([2, 8, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
FASTER = replace(PROJECT, training=replace(PROJECT.training, learning_rate=0.1))


def planned(after: Project, before: Project | None = PROJECT, is_waiting: bool = False) -> Plan:
    change = Change(Version(0, before), Version(1, after)) if before is not None else Change.opening(after)
    return plan(change, Prepared.of(after.data), 5, is_waiting)


def test_what_is_opened_is_loaded_with_its_data() -> None:
    found = planned(PROJECT, None)
    assert isinstance(found.command, Load) and (found.command.revision, found.reason) == (5, "")
    assert found.command.data is found.prepared.data and found.command.data.x.shape == (400, 2)


def test_another_learning_rate_is_an_adjustment_unless_training_waits() -> None:
    assert isinstance(planned(FASTER).command, Adjust)
    assert isinstance(planned(FASTER, is_waiting=True).command, Load)


def test_one_that_begins_again_has_a_revision_of_its_own_and_one_that_goes_on_has_none() -> None:
    goes_on = Change(Version(0, PROJECT), Version(1, FASTER))
    for change, revision in ((goes_on, None), (replace(goes_on, keep=False), 5)):
        command = plan(change, Prepared.of(FASTER.data), 5).command
        assert isinstance(command, Adjust) and command.revision == revision


def test_a_network_with_errors_blocks_and_says_where() -> None:
    found = planned(replace(PROJECT, graph=edits.remove_nodes(PROJECT.graph, ["dense_2"])))
    assert isinstance(found.command, Block)
    assert found.command.reason == found.reason == "Training waits for 1 error in tanh_2"
    assert [d.node_id for d in found.diagnostics if d.is_error] == ["tanh_2"]


def test_errors_are_counted_in_the_words_of_the_first() -> None:
    found = planned(replace(PROJECT, graph=edits.remove_nodes(PROJECT.graph, ["dense_1", "dense_2"])))
    errors = [d for d in found.diagnostics if d.is_error]
    assert len(errors) == 2 and found.reason == f"Training waits for 2 errors in {errors[0].node_id}"


def test_an_error_of_no_node_is_told_in_its_own_words() -> None:
    found = planned(Project(data=PROJECT.data), None)
    assert found.reason == "The canvas is empty: add an input, a layer and a loss"


def test_data_that_cannot_be_made_blocks_with_their_own_sentence() -> None:
    found = planned(replace(PROJECT, data=DataSettings("csv_file")))
    assert isinstance(found.command, Block) and found.prepared.data is None
    assert found.reason == "No CSV file is chosen; set the path of one."


def test_what_is_known_is_not_prepared_again() -> None:
    first = Prepared.of(DataSettings("spiral"))
    assert Prepared.of(DataSettings("spiral"), first) is first
    assert Prepared.of(DataSettings("spiral", seed=1), first) is not first
    wrong = Prepared.of(DataSettings("csv_file"), first)
    assert wrong.data is None and Prepared.of(DataSettings("spiral"), wrong) is first, "the last that could be made is kept meanwhile"
    assert Prepared.of(DataSettings("spiral"), Prepared.of(DataSettings("csv_file", seed=1), wrong)) is first
