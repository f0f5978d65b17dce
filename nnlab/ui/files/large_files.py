"""Projects with large files: read and written beside the window, which shows how far that is (`nnlab.ui.files.waiting`)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from nnlab.core.errors import FileError, NNLabError
from nnlab.core.preparation import Data, file_of, prepare
from nnlab.files.examples import example_names, open_any
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.ui.files.waiting import LARGE, wait_for
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.jobs import LiveJobs


def is_large(path: Path) -> bool:
    """Whether reading a file takes so long that it is done beside the window."""
    try:
        return path.is_file() and path.stat().st_size >= LARGE
    except (OSError, ValueError):  # whoever opens it says what is wrong
        return False


def opened(window: QWidget, theme: Theme, jobs: LiveJobs, source: str) -> tuple[SavedProject, str, Data | None] | None:
    """What `open_any` gives, with the samples of a large file, held until the session has asked for them; None where that was cancelled."""
    path = Path(source).expanduser()
    title = f"Opening {path.name}"
    if source in example_names():
        return (*open_any(source), None)
    if not is_large(path):
        saved, name = open_any(source)
        if not is_large(data_file(saved)):
            return saved, name, None
        return wait_for(window, theme, jobs, title, lambda: (saved, name, _samples(saved)))

    def read() -> tuple[SavedProject, str, Data | None]:
        saved, name = open_any(source)
        return saved, name, _samples(saved)

    return wait_for(window, theme, jobs, title, read)


def recovered(window: QWidget, theme: Theme, jobs: LiveJobs, copy: Path, name: str) -> tuple[SavedProject, Data | None] | None:
    """The project in a safety copy, with the samples of a large file as `opened` gives them; None where that was cancelled."""
    saved = load_project(copy)
    if not is_large(data_file(saved)):
        return saved, None
    return wait_for(window, theme, jobs, f"Opening the unsaved work of “{name}”", lambda: (saved, _samples(saved)))


def data_file(saved: SavedProject) -> Path:
    """Where the samples of a project are read from; no file where they are made."""
    return Path(file_of(saved.project.data)).expanduser()


def _samples(saved: SavedProject) -> Data | None:
    try:
        return prepare(saved.project.data)
    except NNLabError:  # told by whoever needs the samples
        return None


def save(window: QWidget, theme: Theme, jobs: LiveJobs, path: Path, saved: SavedProject) -> None:
    """`save_project`, beside the window where the data file is large. Raises FileError as it does, and where the window was closed."""
    if not is_large(data_file(saved)):
        save_project(path, saved)
        return

    def write() -> bool:
        save_project(path, saved)
        return True

    if wait_for(window, theme, jobs, f"Saving {path.name}", write, may_cancel=False) is None:
        raise FileError(f"{path.name} was not saved, because the window was closed meanwhile.")
