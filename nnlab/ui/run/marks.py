"""Marks: the settings that were changed while training, each at its iteration, as plots over iterations show them.

A slider passes through many values; it leaves one mark, from where it came to where it came to rest.
"""

from __future__ import annotations

import time

from nnlab.core.optimizer import optimizers
from nnlab.training.settings import TrainingSettings
from nnlab.ui.look.numbers import count, short
from nnlab.ui.run.live_view import Mark

GESTURE_SECONDS = 0.6  # changes that follow one another as closely belong together


class Marks:
    """Collects marks; `shown` is what plots draw."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        self._last: tuple[float, int, TrainingSettings, int] | None = None  # time, iteration, settings before, marks before

    @property
    def shown(self) -> tuple[Mark, ...]:
        return tuple(self._marks)

    def forget(self) -> None:
        """Another run begins."""
        self._marks.clear()
        self._last = None

    def keep_until(self, iteration: int) -> None:
        """The run went on from an earlier iteration: what came after it is gone."""
        self._marks = [mark for mark in self._marks if mark.iteration <= iteration]
        self._last = None

    def note(self, before: TrainingSettings, after: TrainingSettings, iteration: int) -> None:
        """Marks a change at `iteration`; nothing at the start of a run, where no past differs from what follows."""
        if before == after:
            return
        now = time.perf_counter()
        if self._last is not None:
            then, place, earlier, known = self._last
            if iteration == place or now - then < GESTURE_SECONDS:  # the same gesture, or nothing was trained in between
                before = earlier
                del self._marks[known:]
        self._last = now, iteration, before, len(self._marks)
        text = difference(before, after)
        if text and iteration:
            self._marks.append(Mark(iteration, text))


def difference(before: TrainingSettings, after: TrainingSettings) -> str:
    """What changed, in a few words: rate 0.01 → 0.004."""
    texts = []
    if before.learning_rate != after.learning_rate:
        texts.append(f"rate {short(before.learning_rate)} → {short(after.learning_rate)}")
    if before.batch_size != after.batch_size:
        texts.append(f"batch {count(before.batch_size)} → {count(after.batch_size)}")
    if before.optimizer != after.optimizer:
        texts.append(f"{optimizers[before.optimizer].title} → {optimizers[after.optimizer].title}")
    return ", ".join(texts)
