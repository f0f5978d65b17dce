"""The mailbox: a double buffer the machine fills and a display reads at its own pace.

The display sets the control word FRAME by its own timer; the machine copies the watched tensors into the spare half after the
step and flips a sequence number. One slot, never a queue: what is not read is overwritten, and training never waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnlab.engine import machine
from nnlab.engine.program import RATE, Place, Program


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a run as the display sees it. Tensors by name, like a state's; None for one that is not watched."""

    revision: int
    sequence: int
    iteration: int
    epoch: int
    batch: int
    rows: int
    loss: float
    smoothed: float
    samples: np.ndarray  # indices into the training data of the current batch
    program: Program
    _spans: dict[str, tuple[int, Place]]
    _values: np.ndarray

    def get(self, name: str) -> np.ndarray | None:
        """A tensor as an array of natural shape (batch first), or None if this frame does not hold it.

        Before the first batch only parameters have values.
        """
        found = self._spans.get(name)
        if found is None:
            return None
        start, place = found
        if self.rows == 0 and start >= self.program.parameters_end:
            return None
        size = place.row * (self.rows if place.has_batch else 1)
        return self._values[start : start + size].reshape((self.rows, *place.shape) if place.has_batch else place.shape)

    @property
    def parameters(self) -> np.ndarray:
        """The flat parameter region, for an Evaluator."""
        return self._values[: self.program.parameters_end]


class Mailbox:
    """The double buffer for one program: its parameters, and the watched tensors (by default all but the optimiser's moments).

    With `frames` false it holds nothing and costs nothing.
    """

    def __init__(self, program: Program, watched: Iterable[str] | None = None, frames: bool = True) -> None:
        self.program = program
        if not frames:
            watched = ()
        wanted = program.places if watched is None else watched
        unseen = (set(program.moments) | program.scratch) - {RATE}
        names = [n for n in wanted if n in program.places and n not in unseen]
        regions = [(0, program.parameters_end)]
        self.spans_by_name: dict[str, tuple[int, Place]] = {
            name: (info.place.offset, info.place) for name, info in program.stored.items()
        }  # the parameter region comes first, so offsets stay as they are
        at = program.parameters_end
        for name in names:
            if name in self.spans_by_name:
                continue
            place = program.places[name]
            length = place.row * (program.capacity if place.has_batch else 1)
            self.spans_by_name[name] = (at, place)
            regions.append((place.offset, length))
            at += length
        self.spans = np.array(regions if frames else [], dtype=np.int64).reshape(-1, 2)
        self.frames = np.zeros((2, max(at, 1) if frames else 1), dtype=program.dtype)
        self.meta = np.zeros((2, machine.META_WORDS))
        self.batches = np.zeros((2, program.capacity), dtype=np.int64)
        self.sequence = np.zeros(1, dtype=np.int64)

    def newest(self, seen: int = 0) -> Frame | None:
        """A copy of the newest complete frame, None if its sequence number is `seen` or there is none yet."""
        while True:
            number = int(self.sequence[0])
            if number in (0, seen):
                return None
            half = number & 1
            meta, values, batch = self.meta[half].copy(), self.frames[half].copy(), self.batches[half].copy()
            # After one more flip the machine may begin to write this half again: then it is copied anew.
            if int(self.sequence[0]) - number < 1:
                break
        rows = int(meta[machine.META_ROWS])
        return Frame(
            revision=int(meta[machine.META_REVISION]), sequence=number, iteration=int(meta[machine.META_ITERATION]),
            epoch=int(meta[machine.META_EPOCH]), batch=int(meta[machine.META_BATCH]), rows=rows,
            loss=float(meta[machine.META_LOSS]), smoothed=float(meta[machine.META_SMOOTHED]), samples=batch[:rows],
            program=self.program, _spans=self.spans_by_name, _values=values,
        )  # fmt: skip
