"""Dragging the picture: middle or right button, or the left one while Space is held."""

from __future__ import annotations

from PySide6.QtCore import Qt

from nnlab.ui.canvas.interactions.gesture import Gesture, GestureContext, Pointer


class PanGesture(Gesture):
    cursor = Qt.CursorShape.ClosedHandCursor
    follows_edges = False

    def __init__(self, around: GestureContext, pointer: Pointer) -> None:
        super().__init__(around, pointer)
        self._last = pointer.view

    def move(self, pointer: Pointer) -> None:
        self.around.pan(pointer.view - self._last)
        self._last = pointer.view

    def cancel(self) -> None:
        self.around.pan(self.start.view - self._last)
