"""Edits of what a project is debugged with: one undoable step each, named by what it does, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.question import Question
from nnlab.files.project import Project
from nnlab.training.debugging import Debugging
from nnlab.ui.document import debugging_edits as edits
from nnlab.ui.document.document import Document

HERE, THERE = Breakpoint("tanh_1", "backward", 3), Breakpoint("dense_2")


@pytest.fixture
def document(qtbot: QtBot) -> Document:
    return Document(Project(mlp([2, 8, 8, 1])))


def said(document: Document) -> str:
    """What the last step is called."""
    return document.undo_stack.undoText()


def debugging(document: Document) -> Debugging:
    return document.project.debugging


def test_a_breakpoint_is_set_and_taken_away(document: Document) -> None:
    assert edits.toggle_breakpoint(document, HERE) is True
    assert said(document) == "Set breakpoint: tanh in dense_1, backward, neuron 4"
    assert edits.toggle_breakpoint(document, THERE) is True
    assert debugging(document).breakpoints == (HERE, THERE)
    assert edits.toggle_breakpoint(document, HERE) is False
    assert (said(document), debugging(document).breakpoints) == ("Remove breakpoint: tanh in dense_1, backward, neuron 4", (THERE,))
    document.undo()
    assert debugging(document).breakpoints == (HERE, THERE)


def test_of_several_breakpoints_the_one_in_its_place_is_changed(document: Document) -> None:
    for place in (HERE, THERE):
        edits.toggle_breakpoint(document, place)
    edits.change_breakpoint(document, replace(HERE, times=7), lambda each: replace(each, is_on=False, times=3), "Switch off")
    assert debugging(document).breakpoints == (replace(HERE, is_on=False, times=3), THERE)
    assert said(document) == "Switch off: tanh in dense_1, backward, neuron 4"


def test_removing_all_takes_conditions_along_and_leaves_what_is_watched(document: Document) -> None:
    edits.toggle_breakpoint(document, HERE)
    edits.set_condition(document, "loss < 0.1")
    edits.add_watch(document, "loss")
    edits.remove_breakpoints(document)
    found = debugging(document)
    assert (found.breakpoints, found.conditions, [watch.text for watch in found.watches]) == ((), (), ["loss"])
    assert said(document) == "Remove all breakpoints"


def test_conditions_are_added_replaced_switched_counted_and_removed(document: Document) -> None:
    def known() -> list[tuple[str, bool, int]]:
        return [(each.text, each.is_on, each.times) for each in debugging(document).conditions]

    edits.set_condition(document, "loss < 0.1")
    assert said(document) == "Stop when loss < 0.1"
    edits.set_condition(document, "epoch > 5")
    edits.switch_condition(document, "loss < 0.1", False)
    assert known() == [("loss < 0.1", False, 1), ("epoch > 5", True, 1)] and said(document) == "Switch off: stop when loss < 0.1"
    edits.switch_condition(document, "loss < 0.1", True)
    assert known()[0] == ("loss < 0.1", True, 1) and said(document) == "Switch on: stop when loss < 0.1"
    edits.set_condition_times(document, "epoch > 5", 4)
    assert known()[1] == ("epoch > 5", True, 4) and known()[0][2] == 1 and said(document) == "Stop from time 4: epoch > 5"
    edits.set_condition(document, "epoch > 9", before="epoch > 5")
    assert known() == [("loss < 0.1", True, 1), ("epoch > 9", True, 4)], "what was set of it stays"
    edits.remove_condition(document, "loss < 0.1")
    assert known() == [("epoch > 9", True, 4)] and said(document) == "Remove: stop when loss < 0.1"
    with pytest.raises(NNLabError, match="There is a condition 'epoch > 9' already"):
        edits.set_condition(document, "epoch > 9")


def test_what_is_watched_is_added_changed_and_removed(document: Document) -> None:
    edits.add_watch(document, " loss ")
    edits.add_watch(document, "norm(dense_1.weight)")
    assert said(document) == "Watch norm(dense_1.weight)"
    edits.change_watch(document, "loss", lambda watch: replace(watch, format="percent"), "As percent")
    assert [(w.text, w.format) for w in debugging(document).watches] == [("loss", "percent"), ("norm(dense_1.weight)", "auto")]
    assert said(document) == "As percent"
    edits.remove_watch(document, "loss")
    assert [w.text for w in debugging(document).watches] == ["norm(dense_1.weight)"] and said(document) == "Watch loss no more"


def test_what_can_be_watched_of_a_tensor() -> None:
    whole = ("norm(dense_1.weight)", "mean(dense_1.weight)", "min(dense_1.weight)", "max(dense_1.weight)")
    assert edits.watch_texts("dense_1.weight") == whole
    assert edits.watch_texts("dense_1.weight", (3, 0)) == ("dense_1.weight[3, 0]", *whole)


def test_a_node_is_renamed_where_it_is_debugged_too(document: Document) -> None:
    edits.toggle_breakpoint(document, THERE)
    asked = replace(debugging(document), exercise=(Question("dense_2", "update", "weight", (0, 0), parameter="dense_2.weight"),))
    document.edit("exercise", replace(document.project, debugging=asked))
    edits.rename(document, "dense_2", "middle")
    assert said(document) == "Rename dense_2" and "middle" in document.graph and "dense_2" not in document.graph
    assert debugging(document).breakpoints == (replace(THERE, node="middle"),)
    assert [(q.node, q.parameter) for q in debugging(document).exercise] == [("middle", "middle.weight")]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Breakpoint("dense_1"), "dense_1"), (Breakpoint("tanh_2"), "tanh in dense_2"),
        (Breakpoint("tanh_2", "forward"), "tanh in dense_2, forward"),
        (Breakpoint("dense_1", unit=0), "dense_1, neuron 1"), (Breakpoint(phase="update"), "update, first operation"),
        (Breakpoint("gone", "loss"), "gone, loss"),
    ],
)  # fmt: skip
def test_where_a_breakpoint_stops_in_words(document: Document, place: Breakpoint, words: str) -> None:
    assert edits.breakpoint_words(place, document.graph) == words
