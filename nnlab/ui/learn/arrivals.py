"""Tells when something came up in the window: a control was shown or enabled, the document or the run changed.

What waits for a control looks again then, and never by the clock.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnlab.ui.learn.host import LessonHost, as_widget
from nnlab.ui.widgets.required import application

_COMING = frozenset({QEvent.Type.Show, QEvent.Type.EnabledChange, QEvent.Type.ActionChanged})


class Arrivals(QObject):
    """`arrived` once, in the next turn of the event loop after something came up, while it is on; `gave_up` when nothing did for long."""

    arrived = Signal()
    gave_up = Signal()

    def __init__(self, host: LessonHost, patience: int, parent: QObject) -> None:
        super().__init__(parent)
        self._host, self._is_on = host, False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._tell)
        self._patience = QTimer(self, singleShot=True, interval=patience)
        self._patience.timeout.connect(self._give_up)
        for signal in (host.document.settled, host.session.state_changed, host.session.ticked, host.session.stepped):
            signal.connect(self._notice)

    def wait(self) -> None:
        """From now on; how long it is patient counts from the first of several waits in a row."""
        if not self._is_on:
            self._is_on = True
            application().installEventFilter(self)
            self._patience.start()

    def stop(self) -> None:
        if self._is_on:
            self._is_on = False
            application().removeEventFilter(self)
        self._soon.stop()
        self._patience.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _COMING and isinstance(watched, QWidget) and watched.window() is as_widget(self._host).window():
            self._notice()
        return False

    def _notice(self, *_: object) -> None:
        if self._is_on:
            self._soon.start()

    def _tell(self) -> None:
        if self._is_on:
            self.arrived.emit()

    def _give_up(self) -> None:
        self.stop()
        self.gave_up.emit()
