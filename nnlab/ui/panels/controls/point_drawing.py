"""Strokes of the mouse become samples: every stroke is one undoable step, shown while it is drawn, also while training runs."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from nnlab.core.drawn_points import DrawnPoint
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, data_title
from nnlab.ui.document.data_edits import with_data
from nnlab.ui.document.document import Document
from nnlab.ui.panels.controls.point_edits import added, drawable, erased, is_drawn
from nnlab.ui.run.session import LiveSession

SECONDS = 0.04  # at most so often is new data made while the mouse is drawn; a spray leaves a point as often


class PointDrawing(QObject):
    """`told(sentence)`: what was refused, or what the samples have become; empty when a stroke goes well."""

    told = Signal(str)

    def __init__(self, document: Document, session: LiveSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self._stroke, self._next = 0, 0.0
        self._waiting: list[DrawnPoint] = []

    def draw(self, x: float, y: float, kind: int, begins: bool) -> None:
        """A point of a class; moves of the mouse within the pace of a spray leave none."""
        if self._is_due(begins):
            self._edit("Draw points", lambda settings: added(settings, [(x, y, kind)]))

    def erase(self, x: float, y: float, reach: tuple[float, float], begins: bool) -> None:
        if self._is_due(begins, paced=False):
            self._edit("Erase points", lambda settings: erased(settings, x, y, *reach))

    def _is_due(self, begins: bool, paced: bool = True) -> bool:
        now = time.perf_counter()
        if begins:
            self._stroke += 1
        elif paced and now < self._next:
            return False
        self._next = now + SECONDS
        return True

    def _edit(self, label: str, change) -> None:  # type: ignore[no-untyped-def]
        settings, data = self._document.project.data, self._session.data
        if data is None:
            self.told.emit(f"{self._session.reason.rstrip('.')}; points cannot be drawn until then.")
            return
        try:
            before = drawable(settings, data)
            wanted: DataSettings = change(before)
            if wanted == settings or (wanted == before and not is_drawn(settings)):  # an eraser that found nothing
                return
            project, _ = with_data(self._document.project, wanted, data)
        except NNLabError as error:
            self.told.emit(str(error))
            return
        self._document.edit(label, project, f"points {self._stroke}")
        became = "" if is_drawn(settings) else f"The samples of {data_title(settings)} are now points of your own; Undo takes it back."
        self.told.emit(became)
