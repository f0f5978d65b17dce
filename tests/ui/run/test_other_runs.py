"""Which of the other runs a frame finds: those at its iteration, those that stopped, and none that is a moment ahead."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nnlab.training.clock import NO_PROGRESS, TrainingProgress
from nnlab.training.timeline import Reach
from nnlab.ui.run.other_runs import OtherRuns


def frame(iteration: int, revision: int = 1) -> SimpleNamespace:
    return SimpleNamespace(iteration=iteration, revision=revision)


class Scene:
    """One other run, whose frame and reason for stopping a test sets."""

    def __init__(self) -> None:
        self.theirs = frame(50)
        self.reach = Reach()
        self.companion = SimpleNamespace(name="seed 1", project=None, stopped="")
        self.others = OtherRuns(self, SimpleNamespace(all={1: self.companion}))  # type: ignore[arg-type]

    def newest_frame(self, number: int) -> SimpleNamespace:
        return self.theirs

    def history(self, number: int) -> SimpleNamespace:
        return SimpleNamespace(losses=None)

    passed = history

    def progress(self, number: int) -> TrainingProgress:
        return NO_PROGRESS

    def look(self, own: SimpleNamespace, is_patient: bool = True) -> tuple[bool, int]:
        return self.others.look(own, is_patient), len(self.others.shown)  # type: ignore[arg-type]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_one_at_the_same_iteration_is_shown(scene: Scene) -> None:
    assert scene.look(frame(50)) == (True, 1)
    assert (scene.others.shown[0].name, scene.others.shown[0].run) == ("seed 1", 1)


def test_one_that_catches_up_or_is_of_another_network_is_not(scene: Scene) -> None:
    assert scene.look(frame(51)) == (True, 0)
    assert scene.look(frame(50, revision=2)) == (True, 0)


def test_one_that_stopped_is_shown_where_it_stopped(scene: Scene) -> None:
    scene.companion.stopped = "Its loss is NaN."
    assert scene.look(frame(90)) == (True, 1) and scene.others.shown[0].stopped == "Its loss is NaN."


def test_one_that_is_ahead_is_waited_for_once(scene: Scene) -> None:
    assert scene.look(frame(49))[0] is False
    assert scene.look(frame(49)) == (True, 1), "then the project's own run has stopped"
    assert scene.look(frame(49))[0] is False
    assert scene.look(frame(50)) == (True, 1)
    assert scene.look(frame(49), is_patient=False) == (True, 1), "at rest nobody waits"
