"""How the hidden units are put together: in which order they are added, how many are, and which one is selected. Shared by the panels.

It is a way of looking, not a part of the document: nothing here is saved or undone.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from nnlab.studies.approximation.sums import LARGEST_FIRST, LEFT_TO_RIGHT, order_of
from nnlab.training.probes.approximation import Approximation
from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession

ORDERS = (LEFT_TO_RIGHT, LARGEST_FIRST)
PACE = 600  # milliseconds from one unit to the next while they are added by themselves


class UnitAssembly(QObject):
    """`changed` when something else is to be shown of the same network."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._order_kind = ORDERS[0]
        self._added: int | None = None  # None: all, however many there are
        self._unit: int | None = None
        self._for: Approximation | ApproximationSurface | None = None
        self.indices = np.empty(0, dtype=np.int64)
        self._timer = QTimer(self, interval=PACE)
        self._timer.timeout.connect(self._add_next)
        document.replaced.connect(self.forget)
        session.emptied.connect(self.forget)

    @property
    def order_kind(self) -> str:
        return self._order_kind

    @property
    def units(self) -> int:
        return len(self.indices)

    @property
    def added(self) -> int:
        """How many units are summed up."""
        return self.units if self._added is None else min(self._added, self.units)

    @property
    def unit(self) -> int | None:
        """The selected unit, as the network counts it from 0: the last of those that are added."""
        return self._unit if self._unit is not None and self._unit < self.units else None

    @property
    def is_adding(self) -> bool:
        return self._timer.isActive()

    def follow(self, found: Approximation | ApproximationSurface) -> None:
        """Takes a newer state of the network. The selected unit stays the selected one wherever its centre has gone to."""
        if found is self._for:
            return
        self._for = found
        self._arrange()

    def forget(self) -> None:
        """Another network: everything is added, nothing selected."""
        self._for, self._added, self._unit = None, None, None
        self.indices = np.empty(0, dtype=np.int64)
        self._timer.stop()

    def choose_order(self, kind: str) -> None:
        self._order_kind = kind
        self._arrange()
        self.changed.emit()

    def add_first(self, count: int) -> None:
        """Adds the first `count` units and selects the last of them; with none, the bias alone."""
        count = min(max(count, 0), self.units)
        self._added = count
        self._unit = int(self.indices[count - 1]) if count else None
        self.changed.emit()

    def show_all(self) -> None:
        """All units, none selected."""
        self._added, self._unit = None, None
        self._timer.stop()
        self.changed.emit()

    def play(self) -> None:
        """Adds one after another, from the beginning if all are there; or stops doing so."""
        if self._timer.isActive():
            self._timer.stop()
        elif self.units:
            if self.added >= self.units:
                self.add_first(0)
            self._timer.start()
        self.changed.emit()

    def _add_next(self) -> None:
        if self.added >= self.units:
            self._timer.stop()
            self.changed.emit()
        else:
            self.add_first(self.added + 1)

    def _arrange(self) -> None:
        found = self._for
        if found is None or found.sum is None:
            self.indices = np.empty(0, dtype=np.int64)
            return
        units = found.sum.units
        centres = units.centres if units is not None else np.full(len(found.sum.contributions), np.nan)
        self.indices = order_of(found.sum.contributions, self._order_kind, centres)
        if self.unit is not None:
            self._added = int(np.flatnonzero(self.indices == self.unit)[0]) + 1
