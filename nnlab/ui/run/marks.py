"""Marks: what was changed while training, settings and network, each at its iteration, as plots over iterations show it.

A slider passes through many values; it leaves one mark, from where it came to where it came to rest.
"""

from __future__ import annotations

import time

from nnlab.core.optimizer import optimizers
from nnlab.graph.diff import diff
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings
from nnlab.ui.look.numbers import count, short
from nnlab.ui.run.live_view import Mark

GESTURE_SECONDS = 0.6  # changes that follow one another as closely belong together


class Marks:
    """Collects marks; `shown` is what plots draw."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        # Time, iteration, settings before, words for the network, marks before.
        self._last: tuple[float, int, TrainingSettings, tuple[str, ...], int] | None = None

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

    def copy(self, until: int | None = None) -> Marks:
        """The same for another way of the run, those `until` an iteration."""
        found = Marks()
        found._marks = [mark for mark in self._marks if until is None or mark.iteration <= until]
        return found

    def add(self, mark: Mark) -> None:
        """Something else that happened in the run."""
        self._marks = sorted([*self._marks, mark], key=lambda each: each.iteration)
        self._last = None

    def note(self, before: TrainingSettings, after: TrainingSettings, iteration: int, network: str = "") -> None:
        """Marks a change at `iteration`; nothing at the start of a run, where no past differs from what follows.

        `network`: what of the network changed, in a few words.
        """
        if before == after and not network:
            return
        words = (network,) if network else ()
        now = time.perf_counter()
        if self._last is not None:
            then, place, earlier, said, known = self._last
            if iteration == place or now - then < GESTURE_SECONDS:  # the same gesture, or nothing was trained in between
                before = earlier
                words = tuple(dict.fromkeys((*said, *words)))
                del self._marks[known:]
        self._last = now, iteration, before, words, len(self._marks)
        text = ", ".join(filter(None, (difference(before, after), *words)))
        if text and iteration:
            self._marks.append(Mark(iteration, text))


def network_difference(before: Graph, after: Graph) -> str:
    """What of the network changed, in a few words: + tanh_2, dense_1 changed; empty for what computes the same."""
    change = diff(before, after)
    texts = [f"+ {name}" for name in change.added] + [f"− {name}" for name in change.removed]
    texts += [f"{name} changed" for name in change.changed]
    if not texts and not change.computes_the_same:
        texts = ["connections"]
    return ", ".join(texts) if len(texts) <= 2 else f"{len(texts)} nodes changed"


def difference(before: TrainingSettings, after: TrainingSettings) -> str:
    """What changed, in a few words: rate 0.01 → 0.004."""
    texts = []
    if before.learning_rate != after.learning_rate:
        texts.append(f"rate {short(before.learning_rate)} → {short(after.learning_rate)}")
    if before.batch_size != after.batch_size:
        texts.append(f"batch {count(before.batch_size)} → {count(after.batch_size)}")
    if before.accumulate != after.accumulate:
        texts.append(f"batches per update {count(before.accumulate)} → {count(after.accumulate)}")
    if before.zero_gradients != after.zero_gradients:
        texts.append(f"gradients {'zeroed' if after.zero_gradients else 'not zeroed'}")
    if before.optimizer != after.optimizer:
        texts.append(f"{optimizers[before.optimizer].title} → {optimizers[after.optimizer].title}")
    return ", ".join(texts)
