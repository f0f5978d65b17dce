"""Gesture: many small changes of one value, one decision.

Dragging a slider, holding an arrow key or turning the wheel passes through many values. Each is a *preview*; the last one is
*committed* once, when the gesture ends: at the release of the mouse, when the field is left, or when nothing has come for a moment.
So an undo step, or a new training setting, is made per gesture and not per pixel.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

_NO_VALUE = object()  # equal to no value
PAUSE = 400  # milliseconds without a change after which a gesture without an end of its own (wheel, keys) is over


class PreviewedValue(QObject):
    """Turns changes into `previewed(value)` for each and `committed(value)` for the last of a gesture."""

    previewed = Signal(object)
    committed = Signal(object)

    def __init__(self, value: object, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settled = value
        self._value = value
        self._touched = False
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self.finish)

    @property
    def value(self) -> object:
        """The value now, previewed or committed."""
        return self._value

    @property
    def is_open(self) -> bool:
        """Whether previews wait for their end."""
        return self._touched and self._value != self._settled

    def settle(self, value: object, certain: bool = True) -> None:
        """Takes over a value from outside; nothing is emitted, an open gesture is dropped.

        A value that is not `certain` stands for several: whatever is decided then is a change, also this very value.
        """
        self._timer.stop()
        self._value, self._settled, self._touched = value, value if certain else _NO_VALUE, False

    def preview(self, value: object, held: bool = False) -> None:
        """A step of a gesture. While it is `held` (a mouse button down) only `finish` ends it."""
        if held:
            self._timer.stop()
        else:
            self._timer.start()
        is_first = not self._touched and self._settled is _NO_VALUE
        self._touched = True
        if value != self._value or is_first:
            self._value = value
            self.previewed.emit(value)

    def commit(self, value: object) -> None:
        """A decision of its own, without previews: Enter in a field, a choice from a list."""
        self._value, self._touched = value, True
        self.finish()

    def finish(self) -> None:
        """Ends the gesture: emits `committed` if it led to another value than it began with."""
        self._timer.stop()
        if self.is_open:
            self._settled = self._value
            self.committed.emit(self._value)
