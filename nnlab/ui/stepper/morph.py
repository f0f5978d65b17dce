"""Morph: the cells of a form travel from where their numbers stood before, so that one sees what became of them: w is a row of W.

A number is known by its tensor and index, wherever it stood: in a column of another form, or in a field to drag. One that stood nowhere
appears. There is no motion where the person wants none (`Theme.duration`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QRectF, QVariantAnimation

from nnlab.core.tensor import Index
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.arrangement import Placed

MILLISECONDS = 400
Origins = Mapping[tuple[str, Index], QRectF]  # where numbers stood


class Morph(QObject):
    """Runs from 0 to 1; `update` is called for every picture in between and at the end."""

    def __init__(self, theme: Theme, update: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._update = theme, update
        self._origins: Origins = {}
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._on_value)
        self._animation.finished.connect(self._on_value)

    @property
    def is_running(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    @property
    def progress(self) -> float:
        """0 where the numbers stood, 1 where they belong."""
        return float(self._animation.currentValue()) if self.is_running else 1.0

    def begin(self, origins: Origins) -> None:
        """Numbers travel from these rectangles, in the coordinates of who paints them; one that is under way is given up."""
        self._animation.stop()
        duration = self._theme.duration(MILLISECONDS)
        if not duration or not origins:
            return
        self._origins = dict(origins)
        self._animation.setDuration(duration)
        self._animation.start()

    def stop(self) -> None:
        self._animation.stop()

    def cell(self, placed: Placed, row: int, column: int) -> tuple[QRectF, float]:
        """Where a cell is now, and how much of it is there: one that stood nowhere appears in its place."""
        goal, t = placed.cell(row, column), self.progress
        origin = self._origins.get((placed.matrix.argument, placed.matrix.index(row, column)))
        if origin is None:
            return goal, t
        corners = (origin.topLeft() * (1 - t) + goal.topLeft() * t, origin.bottomRight() * (1 - t) + goal.bottomRight() * t)
        return QRectF(*corners), 1.0

    def _on_value(self, value: object = None) -> None:
        self._update()
