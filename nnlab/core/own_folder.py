"""The folder of the built application, from which parts are read only when they are needed: it may have been moved meanwhile.

What is loaded goes on working, so that work can be saved. What is not is refused in a sentence: PyInstaller's own importer would end the
program instead (`SystemExit` in `pyimod01_archive`), and with it what was not saved.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from nnlab.core.errors import NNLabError
from nnlab.core.own_command import is_application

MOVED = (
    "The folder of NN Lab was moved or deleted while NN Lab was running, so parts that were not used before cannot be loaded. "
    "Save your work and start NN Lab again."
)


class FolderMovedError(NNLabError):
    """A part of the program is asked for that is not where it was."""

    def __init__(self) -> None:
        super().__init__(MOVED)


def own_folder() -> Path | None:
    """Where the built application's parts lie; None for an installed package, whose folder Python knows."""
    return Path(sys._MEIPASS) if is_application() else None  # type: ignore[attr-defined]  # PyInstaller's name


def was_moved(folder: Path | None) -> bool:
    return folder is not None and not folder.is_dir()


def guard_imports(folder: Path) -> None:
    """From now on an import of what is not loaded yet raises FolderMovedError where `folder` is gone."""
    if not any(isinstance(finder, FolderGuard) for finder in sys.meta_path):
        sys.meta_path.insert(0, FolderGuard(folder))  # a finder needs no more than find_spec


class FolderGuard:
    """The first of Python's finders: it finds nothing, and raises where the others would look in vain."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if was_moved(self._folder):
            raise FolderMovedError
        return None
