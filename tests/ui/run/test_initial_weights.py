"""Initial weights as an undoable edit of the document: the run begins anew from them, and undo brings the run back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.kernel.context import ITERATION
from nnlab.training.initial_weights import InitialWeights
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


def learned(spiral: World) -> tuple[int, dict[str, np.ndarray]]:
    snapshot = spiral.session.snapshot()
    assert snapshot is not None
    return int(snapshot.context[ITERATION]), snapshot.parameters


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    return all(a[name].tobytes() == b[name].tobytes() for name in a.keys() | b.keys())


def test_to_start_from_what_was_learned_is_one_step_that_can_be_undone(spiral: World) -> None:
    document, session = spiral.document, spiral.session
    changes: list[str] = []
    document.initial_changed.connect(lambda: changes.append("initial"))
    fresh = learned(spiral)[1]
    spiral.train(5)
    trained = learned(spiral)
    document.edit("Start from here", replace(document.project, initial=InitialWeights("iteration 5", "", trained[1])))
    assert changes == ["initial"]
    assert learned(spiral)[0] == 0 and same(learned(spiral)[1], trained[1])
    spiral.train(3)
    session.rewind()
    assert learned(spiral)[0] == 0 and same(learned(spiral)[1], trained[1])
    document.undo()
    assert learned(spiral)[0] == 5 and same(learned(spiral)[1], trained[1])
    session.rewind()
    assert same(learned(spiral)[1], fresh)
    document.redo()
    assert same(learned(spiral)[1], trained[1])


def test_the_dice_draws_afresh_and_its_step_says_what_was_given_up(spiral: World) -> None:
    document = spiral.document
    given = InitialWeights("iteration 0", "", learned(spiral)[1])
    document.edit("Start from here", replace(document.project, initial=given))
    spiral.session.dice()
    assert document.project.initial is None and not same(learned(spiral)[1], dict(given.values))
    assert document.step(1).name == "New initial weights in place of “iteration 0”"
    document.undo()
    assert document.project.initial == given and same(learned(spiral)[1], dict(given.values))
