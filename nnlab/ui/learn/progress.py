"""What is kept of lessons between two starts: of each how far one came, in the window's memory."""

from __future__ import annotations

import logging

import msgspec

from nnlab.lessons.play import OPEN, LessonRecord
from nnlab.ui.files.store import Store

_log = logging.getLogger(__name__)


class LessonProgress:
    """Reads and writes records by the names of lessons."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, name: str) -> LessonRecord:
        """The record of a lesson; an empty one where there is none, or it cannot be read any more."""
        text = self._store.text(f"lessons/{name}")
        if not text:
            return LessonRecord()
        try:
            return msgspec.json.decode(text.encode(), type=LessonRecord)
        except msgspec.MsgspecError:
            _log.warning("the progress of lesson %s cannot be read", name)
            return LessonRecord()

    def write(self, name: str, record: LessonRecord) -> None:
        self._store.set(f"lessons/{name}", msgspec.json.encode(record).decode())
        self._store.set("lessons.last", name)

    def forget(self, name: str) -> None:
        self._store.forget(f"lessons/{name}")

    @property
    def last(self) -> str:
        """The lesson that was played last."""
        return self._store.text("lessons.last")

    def states(self, name: str, steps: tuple[str, ...]) -> tuple[str, ...]:
        """What became of each of these steps."""
        known = self.read(name).steps
        return tuple(known[step].state if step in known else OPEN for step in steps)
