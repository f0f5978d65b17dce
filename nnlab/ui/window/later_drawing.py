"""A window that is drawn in the turn of the event loop after the one in which it was arranged.

Opening a project or showing a workspace lays everything out, then draws all of it. Either takes a moment; keys and clicks come in between.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget


class LaterDrawing(QObject):
    """Holds the drawing of its parent, which is the window. What is on the screen stays there meanwhile."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._restyles = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._draw)

    def later(self, _: object = None) -> None:
        """What changes from here on is drawn in the next turn."""
        self._window.setUpdatesEnabled(False)
        self._timer.start()

    def hold(self, is_restyling: bool) -> None:
        """Half a look is not shown, however many turns it takes."""
        self._restyles = is_restyling
        self._draw()

    def _draw(self) -> None:
        self._window.setUpdatesEnabled(not self._restyles)
        # Qt's own request may have come while updates were disabled: it is used up then, and what is dirty is not asked for again.
        if not self._restyles:
            QCoreApplication.postEvent(self._window, QEvent(QEvent.Type.UpdateRequest), Qt.EventPriority.LowEventPriority.value)
