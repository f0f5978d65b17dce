"""The lessons that ship, and those of a person's own: one folder each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from nnlab.core.errors import FileError
from nnlab.files.places import home
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.reader import FILE, read_lesson
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
    """Those that ship, in their order. Raises LessonError, which a test rules out."""
    root = resource("lessons")
    found = [read_lesson(path) for path in sorted(root.iterdir()) if (path / FILE).is_file()] if root.is_dir() else []
    return tuple(sorted(found, key=lambda lesson: (lesson.experiment, lesson.order)))


def find_folder(name: str) -> Path:
    """The folder of a lesson by its name, or by its path. Raises FileError when there is none."""
    for folder in folders():
        if folder.name == name:
            return folder
    path = Path(name).expanduser()
    if (path / FILE).is_file():
        return path
    if path.name == FILE and path.is_file():
        return path.parent
    raise FileError(f"There is no lesson {name!r}; `nnlab lessons` lists them.")
