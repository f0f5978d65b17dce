"""How large a dialog over a window is: as it wishes, as far as the window has room, with the same margins everywhere."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QVBoxLayout

from nnlab.ui.look.metrics import Metrics


def take_room(dialog: QDialog, column: QVBoxLayout, metrics: Metrics, size: tuple[int, int]) -> None:
    """`size` before the interface scale; `column` is the layout of all that is in the dialog."""
    padding = metrics.padding
    window = dialog.parentWidget()
    room = window.size() if window is not None else QSize(10_000, 10_000)
    dialog.resize(min(metrics.px(size[0]), room.width() - 2 * padding), min(metrics.px(size[1]), room.height() - 2 * padding))
    column.setContentsMargins(padding, padding, padding, padding)
    column.setSpacing(metrics.grid)
