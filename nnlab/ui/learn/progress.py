"""What is kept of lessons between two starts: of each how far one came, in the window's memory."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import shipped
from nnlab.lessons.play import OPEN, LessonRecord
from nnlab.lessons.reader import ENGLISH, examine
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

    def write(self, name: str, record: LessonRecord, folder: Path | None = None) -> None:
        """Keeps a record; `folder` is where the lesson lies, to know its questions by when answers are asked for."""
        self._store.set(f"lessons/{name}", msgspec.json.encode(record).decode())
        if folder is not None:
            places = self._places()
            if places.get(name) != str(folder):
                self._store.set("lessons.places", msgspec.json.encode({**places, name: str(folder)}).decode())
        self._store.set("lessons.last", name)

    def _places(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._store.text("lessons.places").encode() or b"{}", type=dict[str, str])
        except msgspec.MsgspecError:  # edited by hand
            return {}

    def all_begun(self) -> list[tuple[Lesson, LessonRecord]]:
        """Every lesson that was begun and can still be read, with its record, in the order of the lessons."""
        ships = {lesson.id: lesson for lesson in shipped()}
        found = []
        for name, place in self._places().items():
            known = ships.get(name)
            lesson = known if known is not None and str(known.folder) == place else examine(Path(place))[0] or known
            if lesson is not None:
                found.append((lesson, self.read(name)))
        return sorted(found, key=lambda pair: (pair[0].experiment, pair[0].order, pair[0].id))

    @property
    def language(self) -> str:
        """In which lessons are read."""
        return self._store.text("lessons.language", ENGLISH)

    def choose_language(self, language: str) -> None:
        self._store.set("lessons.language", language)

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
