"""The lessons that ship, and those of a person's own: one folder each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from nnlab.core.errors import FileError
from nnlab.files.places import home
from nnlab.lessons.archive import folder_of, is_lesson_path
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.reader import ENGLISH, FILE, examine, read_shipped
from nnlab.resources_path import resource

EXPERIMENT_TITLES = (
    "Forward pass", "Backpropagation", "Networks", "The training loop", "Which loss?", "Any function", "A small update: LoRA",
)  # fmt: skip


def folders() -> Iterator[Path]:
    """Of the lessons that ship, then of those in the person's own folder."""
    for root in (resource("lessons"), home() / "lessons"):
        if root.is_dir():
            yield from sorted(path for path in root.iterdir() if (path / FILE).is_file())


@lru_cache(maxsize=1)
def shipped() -> tuple[Lesson, ...]:
    """Those that ship, in their order; that they are sound a test says."""
    root = resource("lessons")
    found = [read_shipped(path) for path in sorted(root.iterdir()) if (path / FILE).is_file()] if root.is_dir() else []
    return tuple(sorted(found, key=lambda lesson: (lesson.experiment, lesson.order)))


def own() -> tuple[Lesson, ...]:
    """Those in the person's own folder that can be read, by name. What is wrong with others `nnlab lessons check` says."""
    root = home() / "lessons"
    if not root.is_dir():
        return ()
    found = (examine(path)[0] for path in sorted(root.iterdir()) if (path / FILE).is_file())
    return tuple(lesson for lesson in found if lesson is not None)


def languages() -> tuple[str, ...]:
    """In which languages there are lessons; that of those that ship comes first."""
    return tuple(dict.fromkeys((ENGLISH, *sorted(lesson.language for lesson in own()))))


def offered(language: str = ENGLISH) -> tuple[Lesson, ...]:
    """What the welcome page lists: the lessons that ship, each translated where there is a translation, then further ones of the
    person's own in that language or the one that ships."""
    mine = own()
    translated = {lesson.translates: lesson for lesson in mine if lesson.translates and lesson.language == language}
    ships = shipped()
    names = {lesson.id for lesson in ships}
    others = (lesson for lesson in mine if lesson.language in (language, ENGLISH) and lesson.translates not in names)
    found = [*(translated.get(lesson.id, lesson) for lesson in ships), *others]
    return tuple(sorted(found, key=lambda lesson: (lesson.experiment, lesson.order)))


def find_folder(name: str) -> Path:
    """The folder of a lesson by its name, or by its path. Raises FileError when there is none."""
    for folder in folders():
        if folder.name == name:
            return folder
    path = Path(name).expanduser()
    if is_lesson_path(path):
        return folder_of(path)
    raise FileError(f"There is no lesson {name!r}; `nnlab lessons` lists them.")
