"""What is shown of several runs belongs to one iteration, also while they are apart; one that stopped or is late holds nobody up."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nnlab.training.clock import NO_PROGRESS
from nnlab.training.reach import Reach
from nnlab.training.runs import MAIN
from nnlab.ui.run.other_runs import PATIENCE, LateRun, OtherRuns

PROGRAM = object()


class Scene:
    """The project's own run and one other, whose frames a test makes one by one."""

    def __init__(self) -> None:
        self.reach, self.has_stopped = Reach(), False
        self.companion = SimpleNamespace(name="seed 1", project=None, stopped="")
        self.companions = SimpleNamespace(all={1: self.companion})
        self.others = OtherRuns(self, self.companions)  # type: ignore[arg-type]
        self.made: dict[int, list[SimpleNamespace]] = {}
        self.seen: SimpleNamespace | None = None

    def make(self, number: int, iteration: int, revision: int = 1) -> None:
        frames = self.made.setdefault(number, [])
        frames.append(SimpleNamespace(iteration=iteration, revision=revision, sequence=len(frames) + 1, program=PROGRAM))

    def newest_frame(self, seen: SimpleNamespace | None = None, number: int = MAIN) -> SimpleNamespace | None:
        newest = self.made[number][-1] if self.made.get(number) else None
        return None if newest is None or (seen is not None and seen.sequence == newest.sequence) else newest

    def newer_frames(self, seen: SimpleNamespace | None = None, number: int = MAIN) -> list[SimpleNamespace]:
        return [frame for frame in self.made.get(number, []) if seen is None or frame.sequence > seen.sequence]

    def passed(self, number: int) -> SimpleNamespace:
        return SimpleNamespace(losses=None)

    def progress(self, number: int) -> object:
        return NO_PROGRESS

    def tick(self) -> tuple[int, list[int]] | None:
        """(iteration shown, iterations of the others), None when nothing new is shown."""
        frame = self.others.next(self.seen)  # type: ignore[arg-type]
        if frame is None:
            return None
        self.seen = frame  # type: ignore[assignment]
        return frame.iteration, [view.frame.iteration for view in self.others.shown]


@pytest.fixture
def scene() -> Scene:
    """Both were shown at iteration 50."""
    made = Scene()
    made.make(MAIN, 50)
    made.make(1, 50)
    assert made.tick() == (50, [50])
    return made


def test_nothing_new_is_not_shown_again(scene: Scene) -> None:
    assert scene.tick() is None


def test_who_is_ahead_waits_for_the_other(scene: Scene) -> None:
    scene.make(MAIN, 60)
    assert scene.tick() is None
    scene.make(1, 60)
    assert scene.tick() == (60, [60])


def test_an_earlier_frame_of_the_faster_run_belongs_to_the_slower_one(scene: Scene) -> None:
    scene.make(MAIN, 60)
    assert scene.tick() is None
    scene.make(MAIN, 70)
    scene.make(1, 60)
    assert scene.tick() == (60, [60])
    scene.make(1, 70)
    assert scene.tick() == (70, [70])
    scene.make(1, 80)
    assert scene.tick() is None
    scene.make(1, 90)
    scene.make(MAIN, 80)
    assert scene.tick() == (80, [80])


def test_of_several_moments_the_last_two_are_shown_in_turn(scene: Scene) -> None:
    for iteration in (60, 70, 80):
        scene.make(MAIN, iteration)
        assert scene.tick() is None
    for iteration in (60, 70, 80):
        scene.make(1, iteration)
        scene.others._read(1)
    assert scene.tick() == (70, [70])
    assert scene.tick() == (80, [80])
    assert scene.tick() is None


def test_one_that_catches_up_or_is_of_another_network_is_not_shown(scene: Scene) -> None:
    scene.make(1, 7)
    scene.make(MAIN, 51)
    assert scene.tick() == (51, [])
    scene.make(1, 51)
    scene.make(MAIN, 51, revision=2)
    assert scene.tick() == (51, [])


def test_one_that_stopped_is_shown_where_it_stopped(scene: Scene) -> None:
    scene.companion.stopped = "Its loss is NaN."
    scene.make(1, 55)
    scene.make(MAIN, 90)
    assert scene.tick() == (90, [55]) and scene.others.shown[0].stopped == "Its loss is NaN."


def test_others_go_on_when_the_project_s_own_run_has_stopped(scene: Scene) -> None:
    scene.has_stopped = True
    for iteration in (60, 70):
        scene.make(1, iteration)
        scene.make(MAIN, 50)  # made again with those of the others
        assert scene.tick() == (50, [iteration])


def test_a_moment_of_all_that_never_comes_is_not_waited_for_without_end(scene: Scene) -> None:
    scene.make(1, 66)
    scene.make(MAIN, 60)
    assert [scene.tick() for _ in range(PATIENCE)] == [None] * PATIENCE
    assert scene.tick() == (60, [])


def test_going_back_forgets_what_was_kept(scene: Scene) -> None:
    for iteration in (20, 50):  # passes 50 again
        scene.make(MAIN, iteration)
        scene.make(1, iteration)
        assert scene.tick() == (iteration, [iteration])


def test_at_rest_the_others_are_shown_where_they_are(scene: Scene) -> None:
    scene.make(1, 66)
    scene.others.look_at_rest(scene.made[MAIN][-1])  # type: ignore[arg-type]
    assert [view.frame.iteration for view in scene.others.shown] == [66]


def test_alone_the_newest_frame_is_shown(scene: Scene) -> None:
    scene.companions.all = {}
    scene.make(MAIN, 51)
    assert scene.tick() == (51, [])


def test_frames_that_were_not_read_one_by_one_still_find_their_partners(scene: Scene) -> None:
    """The other run's frame of 60 is followed by one of 70 before anybody looks: the moment of 60 is not lost."""
    scene.make(MAIN, 60)
    scene.make(1, 60)
    scene.make(1, 70)
    assert scene.tick() == (60, [60])


def test_who_catches_up_is_told_with_how_far_it_is() -> None:
    scene = Scene()
    scene.make(MAIN, 50)
    scene.others.next(None)
    frame = scene.made[MAIN][-1]
    scene.iteration = lambda number: 20  # type: ignore[attr-defined]
    assert scene.others.late(frame) == (LateRun("seed 1", 20, 50),)  # type: ignore[arg-type]
    assert scene.others.late(None) == ()
    scene.companion.stopped = "It met a number that is none."
    assert scene.others.late(frame) == (), "it will never come"  # type: ignore[arg-type]
    scene.companion.stopped = ""
    scene.make(1, 50)
    scene.others.look_at_rest(frame)  # type: ignore[arg-type]
    assert scene.others.late(frame) == ()  # type: ignore[arg-type]


def test_a_moment_of_all_is_waited_for_a_fifth_of_a_second_at_most() -> None:
    """At sixty ticks a second; a tenth is what a round of slow runs may take."""
    assert 0.1 < PATIENCE / 60 <= 0.2
