"""What a gesture is: made when it begins, told of every move, then ended or cancelled, never both.

A gesture may show a preview while it lasts; only its end touches the document, with one undoable edit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget

from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.overlays.search import Search
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.document.selection import Selection


@dataclass(frozen=True)
class Pointer:
    """Where the cursor is: on the canvas (scene units) and in the view (pixels)."""

    scene: QPointF
    view: QPoint
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True)
class GestureContext:
    """What gestures work with."""

    scene: GraphScene
    selection: Selection
    commands: CanvasCommands
    viewport: QWidget
    pan: Callable[[QPoint], None]  # moves the picture by pixels
    search: Callable[[Search], None]  # opens the search popup


class Gesture:
    """Base of all gestures; does nothing."""

    cursor: Qt.CursorShape | None = None
    follows_edges = True  # whether the picture moves along when the cursor comes to its edge

    def __init__(self, around: GestureContext, pointer: Pointer) -> None:
        self.around = around
        self.start = pointer

    def move(self, pointer: Pointer) -> None:
        """The cursor moved."""

    def end(self, pointer: Pointer) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Escape: everything as before."""
