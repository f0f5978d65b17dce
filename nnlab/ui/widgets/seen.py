"""Whether a person can see a widget."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def is_seen(widget: QWidget) -> bool:
    """Whether any of it can be seen. A dock behind another tab counts as visible for Qt, but has no region to paint.

    Nor has a widget that a child of its own covers, which paints all of itself: then that child is seen, or a child of it.
    """
    if not widget.isVisible():
        return False
    if not widget.visibleRegion().isEmpty():
        return True
    return any(isinstance(child, QWidget) and not child.isWindow() and is_seen(child) for child in widget.children())
