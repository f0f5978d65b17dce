"""The other runs as the display finds them: with a frame of the project's own run those of the same iteration.

While runs train side by side they are a little apart, so their newest frames need not belong together: the last few of each are kept, and
what is shown is a moment that all have come to, one after the other.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from nnlab.engine.frame import Frame
from nnlab.training.companions import Companions
from nnlab.training.runs import MAIN
from nnlab.training.trainer import Trainer
from nnlab.ui.run.live_view import RunView

KEPT = 10  # frames of each run; they are never more than two rounds apart
PATIENCE = 12  # ticks that a moment of all is waited for


@dataclass(frozen=True)
class LateRun:
    """One that is not shown yet, for it catches up: it has done `done` of the `wanted` iterations."""

    name: str
    done: int
    wanted: int


class OtherRuns:
    """`shown` belongs to the frame that `next` or `look_at_rest` returned last. One that is still catching up is not shown yet."""

    def __init__(self, trainer: Trainer, companions: Companions) -> None:
        self._trainer, self._companions = trainer, companions
        self._kept: dict[int, deque[Frame]] = {}
        self._waited = 0
        self.shown: tuple[RunView, ...] = ()

    def next(self, seen: Frame | None) -> Frame | None:
        """A frame of the project's own run that those of the others belong to, newer than the one that was `seen`; None if there is none.

        Moments that came together are shown in turn: the newest waits for the next call, and what is older than two is passed over.
        """
        others = self._companions.all
        if not others:
            self._kept.clear()
            self.shown = ()
            return self._trainer.newest_frame(seen)
        for number in (MAIN, *others):
            self._read(number)
        for number in set(self._kept) - {MAIN, *others}:
            del self._kept[number]
        moments: list[tuple[Frame, dict[int, Frame]]] = []
        own = self._kept[MAIN]
        for frame in reversed(own):
            if _is_same(frame, seen) or len(moments) == 2:
                break  # what is older has been shown, or is passed over
            found = self._of_moment(frame)
            if found is not None:
                moments.append((frame, found))
        if moments:
            return self._take(*moments[-1])
        if not own or _is_same(own[-1], seen):
            return None
        self._waited += 1
        return None if self._waited <= PATIENCE else self._take(own[-1], {})

    def look_at_rest(self, frame: Frame) -> None:
        """All stand still: the others are shown wherever they are."""
        self._take(frame, {number: theirs for number in self._companions.all if (theirs := self._read(number)) is not None})

    def late(self, frame: Frame | None) -> tuple[LateRun, ...]:
        """Those that catch up to a frame of the project's own run."""
        if frame is None:
            return ()
        shown, found = {view.run for view in self.shown}, []
        for number, companion in self._companions.all.items():
            done = self._trainer.iteration(number)
            if number not in shown and not companion.stopped and done is not None and done < frame.iteration:
                found.append(LateRun(companion.name, done, frame.iteration))
        return tuple(found)

    def _take(self, frame: Frame, found: dict[int, Frame]) -> Frame:
        self._waited = 0
        reach = self._trainer.reach
        is_in_the_past = reach.iteration < reach.latest
        shown = []
        for number, companion in self._companions.all.items():
            theirs, passed = found.get(number), self._trainer.passed(number)
            if theirs is None or passed is None or theirs.revision != frame.revision:
                continue
            if theirs.iteration >= frame.iteration or companion.stopped:
                progress = self._trainer.progress(number)
                view = RunView(number, companion.name, companion.project, theirs, passed, companion.stopped, is_in_the_past, progress)
                shown.append(view)
        self.shown = tuple(shown)
        return frame

    def _read(self, number: int) -> Frame | None:
        """The newest frame of a run, kept with those before it: none may be missed, for it may be the only one of a moment of all."""
        kept = self._kept.setdefault(number, deque(maxlen=KEPT))
        for newest in self._trainer.newer_frames(kept[-1] if kept else None, number):
            if kept and (kept[-1].program is not newest.program or kept[-1].iteration > newest.iteration):
                kept.clear()  # another network, or the past
            kept.append(newest)
        return kept[-1] if kept else None

    def _of_moment(self, own: Frame) -> dict[int, Frame] | None:
        """Frames of the others by number that belong to one of the project's own; None if one is yet to come."""
        found: dict[int, Frame] = {}
        for number, companion in self._companions.all.items():
            kept = self._kept[number]
            if not kept or kept[-1].revision != own.revision:
                continue  # not loaded yet
            if companion.stopped or self._trainer.has_stopped:
                found[number] = kept[-1]
            elif (theirs := next((frame for frame in kept if frame.iteration == own.iteration), None)) is not None:
                found[number] = theirs
            elif kept[-1].iteration >= self._kept[MAIN][0].iteration:
                return None  # it is a round ahead or behind; one that is further behind catches up
        return found


def _is_same(frame: Frame, seen: Frame | None) -> bool:
    return seen is not None and frame.program is seen.program and frame.sequence == seen.sequence
