"""Whether a person can see a widget."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def is_seen(widget: QWidget) -> bool:
    """Whether any of it can be seen. A dock behind another tab counts as visible for Qt, but has no region to paint."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
