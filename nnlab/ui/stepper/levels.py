"""Levels: whether a step is a whole operation, one element of what it wrote (a neuron, a gradient), or one term of that element's sum.

Into goes one level down, out one up; over and back go to the next and the one before on the level one is on, through every element of
every tensor the operation wrote and on into the operation behind or before it. Elements and terms are looked at in what the operation has
read and written; nothing is computed again, so an iteration leaves the same weights however it was walked through.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.core.tensor import Index
from nnlab.core.term_sum import TermSum
from nnlab.engine.stepper import Trace
from nnlab.ui.stepper.model import StepModel

OPERATION, ELEMENT, TERM = range(3)
FIRST, LAST = 1, -1


class StepLevels(QObject):
    """`moved` when another element or term is looked at, or another level, within the same operation."""

    moved = Signal()

    def __init__(self, model: StepModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._level = OPERATION
        self._starts: dict[str, Index] = {}  # the element of each written tensor from which one goes round
        self._first_target = ""
        self._arrives = 0  # where to begin in the operation that was asked for
        self._trace: Trace | None = None
        self._done = 1  # terms that have been added
        self._known: tuple[Trace | None, str, Index, TermSum | None] = (None, "", (), None)
        model.changed.connect(self._on_moment)
        model.session.failed.connect(self._on_failed)

    # Where one is

    @property
    def level(self) -> int:
        return self._level

    @property
    def is_waiting(self) -> bool:
        """Whether another operation was asked for from within one, and has not come yet."""
        return self._arrives != 0

    @property
    def terms(self) -> TermSum | None:
        """The explained element as a sum; None where it is none."""
        moment, explanation = self._model.moment, self._model.explanation
        if moment is None or explanation is None:
            return None
        trace, target, index, found = self._known
        if (trace, target, index) != (self._model.trace, moment.target, moment.index):
            found, self._done = explanation.sum_at(moment), 1
            self._known = self._model.trace, moment.target, moment.index, found
        return found

    @property
    def term(self) -> int | None:
        """The term that was added last, from 0; None on the other levels and where there is no sum."""
        return self._done - 1 if self._level == TERM and self.terms is not None else None

    @property
    def position(self) -> tuple[int, int]:
        """Which element of the tensor is looked at, from 0 in the order one goes, and how many there are."""
        shape, here, start = self._round()
        count = max(int(np.prod(shape)), 1)
        return (here - start) % count, count

    @property
    def share(self) -> float:
        """How much of the operation has been gone through, 0 to 1; 1 where one steps over operations."""
        if self._level == OPERATION or self._model.moment is None:
            return 1.0
        place, count = self.position
        return (place + 1) / count

    @property
    def text(self) -> str:
        """Where one is within the operation: neuron 4, element 1 of 64, term 3 of 9; empty where one steps over operations."""
        moment = self._model.moment
        if self._level == OPERATION or moment is None:
            return ""
        terms = self.terms if self._level == TERM else None
        place, count = self.position
        words = [axis.place_words(i) for axis, i in zip(self._model.layout(moment.target).axes, moment.index, strict=False)]
        texts = [*words[1:], *words[:1]] if self._model.layout(moment.target).has_batch else words
        texts.append(f"element {place + 1:,} of {count:,}")
        if self.term is not None and terms is not None:
            texts.append(f"term {self._done:,} of {len(terms):,}")
        return ", ".join(texts)

    # Going

    def into(self) -> None:
        """From an operation to its elements, from an element to its terms; where nothing is within, on."""
        if self._model.moment is None or self._level == TERM or (self._level == ELEMENT and self.terms is None):
            self.over()
        else:
            if self._level == OPERATION:
                self._begin()
            self._set_level(self._level + 1)

    def out(self) -> None:
        """One level up; from whole operations to the end of the phase."""
        if self._level == OPERATION:
            self._model.out()
        else:
            self._set_level(self._level - 1)

    def over(self) -> None:
        """The next operation, element or term."""
        self._go(FIRST)

    def back(self) -> None:
        """The operation, element or term before."""
        self._go(LAST)

    def choose_term(self, term: int) -> None:
        """Looks at the sum as it is once this term has been added."""
        terms = self.terms
        if terms is not None:
            self._level = TERM
            self._add_up_to(min(max(term, 0), len(terms) - 1) + 1)

    # Within

    def _go(self, way: int) -> None:
        if self._arrives:
            return
        moment, terms = self._model.moment, self.terms if self._level == TERM else None
        if self._level == OPERATION or moment is None:
            self._model.over() if way == FIRST else self._model.back()
        elif terms is not None and 1 <= self._done + way <= len(terms):
            self._add_up_to(self._done + way)
        elif not self._go_to_element(way) and not self._go_to_target(way):
            self._model.choose(moment.target, self._starts[moment.target])
            self._model.choose_target(self._first_target)
            self._arrives = way
            self._model.over() if way == FIRST else self._model.back()

    def _go_to_element(self, way: int) -> bool:
        """The neighbour of the element; False at the end of the round."""
        moment = self._model.moment
        assert moment is not None
        shape, here, start = self._round()
        count = max(int(np.prod(shape)), 1)
        following = (here + way) % count
        if following == start if way == FIRST else here == start:
            return False
        self._model.choose(moment.target, tuple(int(i) for i in np.unravel_index(following, shape)))
        self._enter(way)
        return True

    def _go_to_target(self, way: int) -> bool:
        """The next of the tensors the operation wrote; False behind the last and before the first."""
        targets, moment = self._model.targets, self._model.moment
        assert moment is not None
        place, first = targets.index(moment.target), targets.index(self._first_target)
        following = (place + way) % len(targets)
        if following == first if way == FIRST else place == first:
            return False
        self._model.choose(moment.target, self._starts[moment.target])
        self._model.choose_target(targets[following])
        self._arrive(way)
        return True

    def _round(self) -> tuple[tuple[int, ...], int, int]:
        """The shape of the tensor that is looked at, the flat place of the element, and that where the round begins."""
        moment = self._model.moment
        assert moment is not None
        shape = self._model.layout(moment.target).shape
        start = self._starts.get(moment.target, moment.index)
        if not shape:
            return shape, 0, 0
        return shape, int(np.ravel_multi_index(moment.index, shape)), int(np.ravel_multi_index(start, shape))

    def _begin(self) -> None:
        moment = self._model.moment
        assert moment is not None
        self._starts, self._first_target = {moment.target: moment.index}, moment.target

    def _arrive(self, way: int) -> None:
        """At another tensor: at its first element, or coming back at its last."""
        moment = self._model.moment
        assert moment is not None
        self._starts[moment.target] = moment.index
        if way == LAST:
            shape, _, start = self._round()
            self._model.choose(moment.target, tuple(int(i) for i in np.unravel_index((start - 1) % max(int(np.prod(shape)), 1), shape)))
        self._enter(way)

    def _enter(self, way: int) -> None:
        """At another element: its first term, or coming back its last."""
        terms = self.terms if self._level == TERM and way == LAST else None
        self._add_up_to(len(terms) if terms is not None else 1)

    def _add_up_to(self, done: int) -> None:
        terms = self.terms if self._level == TERM else None  # which may begin another sum, at its first term
        self._done = done
        part = terms.part(done - 1) if terms is not None else None
        if part is not None:
            self._model.choose_term(part)  # the channel, sample or filter whose cells are shown
        self.moved.emit()

    def _set_level(self, level: int) -> None:
        self._level = level
        self._add_up_to(1)

    def _on_failed(self, sentence: str, detail: str) -> None:
        self._arrives = 0  # it does not come

    def _on_moment(self) -> None:
        """Another operation: asked for from within another, one goes on within it; else one steps over whole operations again."""
        trace, way = self._model.trace, self._arrives
        self._arrives = 0
        if trace is self._trace:
            return
        self._trace = trace
        if way == 0 or trace is None or self._model.moment is None:
            self._level = OPERATION
            return
        self._begin()
        targets = self._model.targets
        if way == LAST:  # the round began at the target that is chosen; its last tensor is the one before that
            self._model.choose_target(targets[(targets.index(self._first_target) - 1) % len(targets)])
        self._arrive(way)
