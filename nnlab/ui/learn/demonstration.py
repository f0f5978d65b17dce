"""A rehearsed demonstration: a lesson that plays itself through the same controls, the same every time.

It takes as long at every step as its words take to read, reveals, acts and goes on; a key or a click takes over where it is. What it
trains is counted in iterations from a seed, so that every showing ends in the same numbers, bit for bit.
"""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnlab.ui.learn.host import LessonHost, as_widget
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.widgets.required import application

READ = 45  # milliseconds a letter, about 220 words a minute
LEAST, MOST = 1200, 15_000  # milliseconds of a pause
_TAKES_OVER = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress})


class Demonstration(QObject):
    """`ended(was_whole)` after the last step, or when somebody took over."""

    ended = Signal(bool)

    def __init__(self, host: LessonHost, player: LessonPlayer) -> None:
        super().__init__(player)
        self._host, self._player = host, player
        self._is_on, self._haste = False, 1.0
        self.digests: list[str] = []  # of the weights with which each step ended
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._go_on)
        player.changed.connect(self._notice)
        player.hands.finished.connect(self._notice)
        player.begun.connect(self._notice)

    @property
    def is_on(self) -> bool:
        return self._is_on

    def begin(self, haste: float = 1.0) -> None:
        """From the present step on; `haste` shortens every pause, 0 leaves none."""
        if self._is_on:
            return
        self._is_on, self._haste, self.digests = True, haste, []
        application().installEventFilter(self)
        self._notice()

    def stop(self) -> None:
        if self._is_on:
            self._end(False)

    def _end(self, was_whole: bool) -> None:
        self._is_on = False
        self._pause.stop()
        application().removeEventFilter(self)
        self.ended.emit(was_whole)

    def _notice(self) -> None:
        """Something was done or has begun: what comes next comes after a pause for reading."""
        player = self._player
        if self._is_on and player.play is not None and not self._pause.isActive() and not player.hands.is_busy and not player.waits:
            self._pause.start(self._time_to_read())

    def _time_to_read(self) -> int:
        column = self._player.column
        words = column.why.plain if column.why.isVisible() else column.text.plain
        return round(self._haste * min(MOST, max(LEAST, READ * len(words)))) if self._haste else 0

    def _go_on(self) -> None:
        player = self._player
        play = player.play
        if play is None or not self._is_on:
            return
        if player.hands.is_busy or player.waits:
            return  # it tells when it is done
        if not play.can_go_on:
            player.show_me()
            self._notice()
        elif player.column.open_why():
            self._notice()
        else:
            self._remember()
            if play.is_last:
                self._end(True)
            player.next()

    def _remember(self) -> None:
        frame = self._host.session.frame
        if frame is not None:
            self.digests.append(hashlib.sha256(frame.parameters.tobytes()).hexdigest()[:16])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What a person does, not what the hands do, which are busy then."""
        is_done_by_hand = event.type() in _TAKES_OVER and event.spontaneous() and isinstance(watched, QWidget)
        if is_done_by_hand and watched.window() is as_widget(self._host).window():  # type: ignore[attr-defined]
            self.stop()
        return False
