"""The mailbox: a ring of a few frames the machine fills and a display reads at its own pace.

The display sets the control word FRAME by its own timer; the machine copies the watched tensors into the oldest slot after the
step and counts a sequence number up. Never a queue: what is not read is overwritten, and training never waits. Who shows several runs at
the same iteration needs more than the newest frame of each: small networks have a few slots, large ones two.

A frame always holds the parameters, for whoever computes something from them. What it holds besides is asked for: a tensor by its name, or
by a word several tensors:

    OUTPUTS     what operators made of the batch, and its loss
    GRADIENTS   the gradients of all parameters
    BATCH       the network's input and target
    UPDATES     no tensor: how far the last update moved every parameter, also while training runs at full speed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nnlab.core.kernel import publishing
from nnlab.core.kernel.structures import Frames
from nnlab.engine.program import RATE, Place, Program
from nnlab.engine.steps import gradient_name, tensor_name

OUTPUTS, GRADIENTS, BATCH, UPDATES = "outputs", "gradients", "batch", "updates"
SLOTS, LARGEST = 8, 8_000_000  # frames at most, and bytes of all where they are more than two


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a run as the display sees it. Tensors by name, like a state's; None for one that is not watched."""

    revision: int
    sequence: int
    iteration: int
    epoch: int
    batch: int
    position: int  # samples of this epoch that have been in a batch
    rows: int
    loss: float
    samples: np.ndarray  # indices into the training data of the current batch
    is_inside: bool  # a batch is under way that `batch` does not count yet: an iteration is stepped through
    program: Program
    _spans: dict[str, tuple[int, Place]]
    _values: np.ndarray
    _moves: np.ndarray  # (parameters, 2), see nnlab.core.kernel.measuring

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

    def update_of(self, name: str) -> tuple[float, float] | None:
        """(length of what the last update added to a parameter, length of the parameter before it), both Euclidean norms.

        It is the difference of the weights themselves, so it holds for every optimiser, with decay, clipping and penalties. None before
        the first update, and while training runs for frames that do not hold UPDATES.
        """
        for (moved_by, moved_from), info in zip(self._moves, self.program.parameters, strict=False):
            if info.name == name and not np.isnan(moved_by):
                return float(np.sqrt(moved_by)), float(np.sqrt(moved_from))
        return None

    @property
    def parameters(self) -> np.ndarray:
        """The flat parameter region, for an Evaluator."""
        return self._values[: self.program.parameters_end]


def tensors(program: Program, watched: Iterable[str]) -> list[str]:
    """The names of the tensors that are asked for; of words and names that this program knows nothing of, none.

    The learning rate that a schedule worked out is always among them.
    """
    graph, wanted = program.graph, set(watched)
    found = [RATE]
    if OUTPUTS in wanted:
        found += [tensor_name(node.id, tensor.name) for node in graph.nodes for tensor in node.kind.outputs]
    if GRADIENTS in wanted:
        found += [gradient_name(info.name) for info in program.trained]
    if BATCH in wanted:
        found += [name for name in (program.input_name, program.target_name) if name is not None]
    found += sorted(wanted)
    return [name for name in dict.fromkeys(found) if name in program.places]


class Mailbox:
    """The ring for one program: its parameters, and what is watched (by default all but the optimiser's moments).

    With `frames` false it holds nothing and costs nothing. `sequence` is the number of the last frame of the mailbox it takes the place of.
    """

    def __init__(self, program: Program, watched: Iterable[str] | None = None, frames: bool = True, sequence: int = 0) -> None:
        self.program = program
        unseen = (set(program.moments) | program.scratch) - {RATE}
        asked = None if watched is None else frozenset(watched)
        self.holds_updates = frames and (asked is None or UPDATES in asked)
        names = [n for n in (program.places if asked is None else tensors(program, asked)) if n not in unseen] if frames else []
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
        slots = max(2, min(SLOTS, LARGEST // (max(at, 1) * program.dtype.itemsize)))
        self.frames = np.zeros((slots, max(at, 1)) if frames else (2, 1), dtype=program.dtype)
        self.meta = np.zeros((len(self.frames), publishing.META_WORDS))
        self.batches = np.zeros((len(self.frames), program.capacity), dtype=np.int64)
        self.moves = np.full((len(self.frames), len(program.parameters) if frames else 0, 2), np.nan)
        self.sequence = np.array([sequence], dtype=np.int64)
        self._last_of_others = sequence

    def arrays(self, revision: int) -> Frames:
        """The buffer as the machine takes it; `revision` is stamped on every frame."""
        return Frames(self.spans, self.frames, self.meta, self.batches, self.moves, self.sequence, float(revision))

    def newest(self, seen: int = 0) -> Frame | None:
        """A copy of the newest complete frame, None if its sequence number is `seen` or there is none yet."""
        while True:
            number = int(self.sequence[0])
            if number in (self._last_of_others, seen):
                return None
            frame = self._copy(number)
            if frame is not None:
                return frame

    def newer(self, seen: int = 0) -> list[Frame]:
        """Copies of the frames after the one whose sequence number is `seen`, the oldest first, as far as they are still there."""
        last = int(self.sequence[0])
        first = max(seen, self._last_of_others, last - len(self.meta) + 1) + 1
        found = [self._copy(number) for number in range(first, last + 1)]
        return [frame for frame in found if frame is not None]

    def _copy(self, number: int) -> Frame | None:
        """None if the machine may have begun to write its slot again meanwhile."""
        slot = number % len(self.meta)
        meta, values, batch = self.meta[slot].copy(), self.frames[slot].copy(), self.batches[slot].copy()
        moves = self.moves[slot].copy()
        if int(self.sequence[0]) - number >= len(self.meta) - 1:
            return None
        rows = int(meta[publishing.META_ROWS])
        return Frame(
            revision=int(meta[publishing.META_REVISION]), sequence=number, iteration=int(meta[publishing.META_ITERATION]),
            epoch=int(meta[publishing.META_EPOCH]), batch=int(meta[publishing.META_BATCH]),
            position=int(meta[publishing.META_START]) + rows if int(meta[publishing.META_BATCH]) else 0, rows=rows,
            loss=float(meta[publishing.META_LOSS]), samples=batch[:rows],
            is_inside=bool(meta[publishing.META_INSIDE]), program=self.program, _spans=self.spans_by_name, _values=values, _moves=moves,
        )  # fmt: skip
