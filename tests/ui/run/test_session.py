"""The window's side of training: what the training thread's end and its errors look like here."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core import memory
from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import ITERATION
from nnlab.engine.run import Run
from nnlab.graph import edits
from nnlab.training.difference import Difference
from nnlab.ui.document.comparison_edits import set_comparison
from nnlab.ui.run import answers
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


class Crash(BaseException):
    """Nothing that a thread can go on after."""


def test_a_training_thread_that_died_is_replaced_and_said_once(spiral: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = spiral.session
    spiral.train(3)
    said: list[str] = []
    session.failed.connect(lambda message, detail: said.append(message))

    def crash(self: Run, steps: int) -> int:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Run, "train", crash)
        session.play()
        qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert said == ["The training thread ended unexpectedly and was started again; what was learned is kept. Press Play to go on."]
    assert session.can_run and not session.is_playing
    learned = session.snapshot()
    assert learned is not None and learned.context[ITERATION] == 3
    spiral.train(2)
    assert spiral.frame_iteration == 5
    assert len(said) == 1


def test_an_answer_is_not_waited_for_for_ever(spiral: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The training thread is busy with a step that takes long."""
    session = spiral.session
    reached, go_on = threading.Event(), threading.Event()

    def long(self: Run, steps: int) -> int:
        reached.set()
        go_on.wait(20)
        return 0

    monkeypatch.setattr(Run, "train", long)
    monkeypatch.setattr(answers, "SECONDS", 0.05)
    session.play()
    assert reached.wait(20)
    with pytest.raises(NNLabError, match="Training did not answer within 0.05 seconds; try again"):
        session.snapshot()
    with pytest.raises(NNLabError, match="Training did not answer"):
        session.parameters(["dense_1.weight"])
    go_on.set()


def test_a_network_too_large_for_memory_is_a_reason_and_not_a_fault(spiral: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session, said = spiral.session, []
    spiral.train(2)
    session.failed.connect(lambda message, detail: said.append((message, detail)))
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000_000)  # bytes
    spiral.document.attempt("Wider", lambda graph: edits.configure(graph, "dense_1", units=65_536))
    session.synchronise()
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    reason = session.reason
    assert reason.startswith("There is not enough memory for this network and batch: it takes ") and "0.0 GB are left; use fewer" in reason
    assert said == [(reason, "")]
    assert not session.can_run
    session.play()
    kept = session.snapshot()
    assert kept is not None and kept.context[ITERATION] == 2, "what was learned is kept"
    assert not session.is_playing
    monkeypatch.undo()
    spiral.document.undo()
    session.synchronise()
    assert session.can_run
    spiral.train(1)
    assert spiral.frame_iteration == 3


def test_beside_what_cannot_be_trained_nothing_is(spiral: World) -> None:
    spiral.document.attempt("Delete", lambda graph: type(graph)())
    set_comparison(spiral.document, [Difference("seed", "+1")])
    assert not spiral.session.can_run and not spiral.session.companions
    spiral.document.attempt("Back", lambda graph: spiral_project().graph)
    following = spiral.document.project.training.seed + 1
    assert [companion.name for companion in spiral.session.companions.values()] == [f"seed {following}"], "as soon as it can be"
