"""The window's side of training: what the training thread's end and its errors look like here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.engine.run import Run
from nnlab.training.variant import another_seed
from tests.support.worlds import World, spiral_project, world


@pytest.fixture
def spiral(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as made:
        yield made


class Crash(BaseException):
    """Nothing that a thread can go on after."""


def test_a_training_thread_that_ended_is_noticed_and_said_once(spiral: World, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = spiral.session
    said: list[str] = []
    session.failed.connect(lambda message, detail: said.append(message))

    def crash(self: Run, steps: int) -> int:
        raise Crash

    monkeypatch.setattr(Run, "train", crash)
    session.play()
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert said == ["The training thread has ended; save your work and start NN Lab again."]
    assert not session.can_run and not session.is_playing and session.reason == said[0]
    assert session.snapshot() is None, "answered at once, for nobody is there to wait for"
    with qtbot.waitSignals([session._timer.timeout] * 3):
        pass
    assert len(said) == 1


def test_beside_what_cannot_be_trained_nothing_is(spiral: World) -> None:
    spiral.document.attempt("Delete", lambda graph: type(graph)())
    with pytest.raises(NNLabError, match="The canvas is empty.*; until then no other run can train beside this one"):
        spiral.session.add_run(another_seed(1))
    assert not spiral.session.companions
