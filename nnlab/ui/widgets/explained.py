"""Labels that name a term of the field: what the window has to say of it is shown in the place of a plain tooltip.

A window that explains terms sets `explain_term`, a function of the label, its words and the event; labels ask it before
they show their tooltip.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QWidget

Explain = Callable[[QWidget, str, QHelpEvent], bool]
HOOK = "explain_term"


def explain(widget: QWidget, words: str, event: QEvent) -> bool:
    """Whether the window has explained the words of a widget to whoever pauses over it."""
    if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
        return False
    explains: Explain | None = getattr(widget.window(), HOOK, None)
    return explains is not None and explains(widget, words, event)
