"""New, open, save: between the document and files. Asks before anything unsaved is given up.

What is opened is read completely before the document changes, so a bad file leaves everything as it was and one sentence in the
message bar. A project that was read from a file, or written to one, holds that file's lock (`nnlab.ui.files.lock`) for as long as it is
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, DataSettings
from nnlab.files.autosave import LeftBehind
from nnlab.files.project import Project, SavedProject, View
from nnlab.files.project_file import SUFFIX
from nnlab.files.starting_network import project_for_data
from nnlab.images.source import is_image_source
from nnlab.lessons.archive import is_lesson_path
from nnlab.tables.reader import table_suffixes
from nnlab.training.commands import Snapshot
from nnlab.ui.document.document import Document
from nnlab.ui.files import dialogs as file_dialogs
from nnlab.ui.files import large_files
from nnlab.ui.files.file_state import FileAside, copy_of, iteration_of, stamp_of
from nnlab.ui.files.lock import FileLock, Holder
from nnlab.ui.files.store import Store
from nnlab.ui.look.png import as_png
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_runs import LiveRuns
from nnlab.ui.run.session import LiveSession
from nnlab.ui.table_import.commands import TableImport

FOREIGN = (".onnx",)  # opened by importing them
DROPPED = (SUFFIX, ".json", *FOREIGN, *table_suffixes())  # kinds of files that may be dropped on the window
DROPS = (
    "a project (.nnlab), a graph (.json), a table (CSV, Excel, Parquet), images (a folder by class, IDX), a lesson (.nnlesson) "
    "or a network (.onnx)"
)
THUMBNAIL = QSize(640, 400)
InUse = Literal["ask", "copy", "ignore"]


class FileCommands(QObject):
    """`failed(sentence)` when something could not be read or written; `told(sentence)` what a person should know.

    `giving_up` before the project may be given up: what is shown in the place of a project that was put aside ends now.
    `opened(View)` when another project is shown, `saved` when the project was written to its file.
    """

    failed = Signal(str)
    told = Signal(str)
    giving_up = Signal()
    opening = Signal(bool)  # whether another project is being put in the place of the present one
    importing, lesson_asked = Signal(str), Signal(str)  # a model of another program, a lesson, by its path
    opened = Signal(object)
    saved = Signal()

    def __init__(
        self, theme: Theme, window: QWidget, document: Document, session: LiveSession, store: Store, view: Callable[[], View],
        runs: LiveRuns,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self.tables, self.theme = TableImport(theme, session.jobs, window, session.play), theme
        self._window, self._document, self._session, self._store, self._view = window, document, session, store, view
        self._runs = runs
        self._path: Path | None = None
        self._lock: FileLock | None = None
        self._stamp: object = None  # of the file as it was read or written
        self._saved_iteration = 0

    @property
    def path(self) -> Path | None:
        """The file the project was read from or last written to."""
        return self._path

    @property
    def saved_iteration(self) -> int:
        """The iteration of the run as it was opened or last saved."""
        return self._saved_iteration

    # Opening

    def adopt(self, source: object, saved: SavedProject, in_use: InUse = "copy") -> None:
        """Remembers where the project that the window was made with came from.

        `in_use` says what happens when another window has it open: this one asks, or simply shows a copy, or ignores it and holds no
        lock either.
        """
        self._saved_iteration = iteration_of(saved)
        self._document.open_runs(saved.runs)
        path = Path(source).absolute() if isinstance(source, str | Path) else None
        if path is None or not path.is_file():
            return
        self._store.add_recent(path)
        if path.suffix.lower() != SUFFIX:
            return
        lock = self._lock_for(path)
        holder = lock.take() if in_use != "ignore" else None
        if holder is None:
            self._hold(path, lock)
            return
        self._document.set_name(copy_of(path))
        if in_use == "ask":
            QTimer.singleShot(0, lambda: self._settle(path, holder))
        else:
            self.told.emit(f"“{path.stem}” is open {holder.words}, so this is an unsaved copy.")

    def _settle(self, path: Path, holder: Holder) -> None:
        """Asks what the copy that is shown should become."""
        answer = file_dialogs.ask_about_open_elsewhere(self._window, path.stem, holder)
        if answer == "anyway":
            self._hold(path, self._lock_for(path))
            self._document.set_name(path.stem)
        elif answer == "cancel":
            self._show(SavedProject(Project()), "untitled", None)

    def new(self) -> None:
        self.start(Project(), "untitled")

    def start(self, project: Project, name: str) -> bool:
        """Shows a new project that has no file yet; False when unsaved work is to be kept."""
        if not self._may_give_up():
            return False
        self._show(SavedProject(project), name, None)
        return True

    def show_unsaved(self, saved: SavedProject, name: str) -> bool:
        """Shows a project with what it has learned, which has no file yet; False when unsaved work is to be kept."""
        if not self._may_give_up():
            return False
        self._show(saved, name, None)
        return True

    def open(self) -> None:
        """Asks for a file and opens it."""
        name = file_dialogs.ask_what_to_open(self._window, self._folder())
        if name:
            self.open_path(name)

    def open_images(self) -> None:
        """Asks for a folder of images and shows what it holds."""
        name = file_dialogs.ask_for_images(self._window, self._folder())
        if name:
            self._show_table(Path(name))

    def open_path(self, path: str) -> None:
        """Opens a file that a person chose or dropped: a table or images by way of the import page, a lesson by whoever plays it."""
        if is_lesson_path(Path(path)):
            self.lesson_asked.emit(path)
        elif is_image_source(Path(path)) or Path(path).suffix.lower() in table_suffixes():
            self._show_table(Path(path))
        elif Path(path).suffix.lower() in FOREIGN:
            self.importing.emit(path)
        else:
            self.open_source(path)

    def _show_table(self, path: Path) -> None:
        def take(settings: DataSettings, data: Data) -> None:
            if not self._may_give_up():
                return
            self._store.set("folder", str(path.absolute().parent))
            self._store.add_recent(path.absolute())
            self._show(SavedProject(project_for_data(settings, data)), path.stem, None)
            if data.notes:
                self.told.emit(" ".join(data.notes))

        self.tables.open(path, take)

    def open_source(self, source: str, ask: bool = True) -> bool:
        """Opens an example by name, or a file by path. False, and the document as it was, when it cannot be read."""
        stamp = stamp_of(Path(source).expanduser())
        try:
            opened = large_files.opened(self._window, self.theme, self._session.jobs, source)
        except NNLabError as error:
            self.failed.emit(str(error))
            return False
        if opened is None or (ask and not self._may_give_up()):
            return False
        saved, name, _samples = opened  # which the session asks for when it is shown
        path = Path(source).expanduser().absolute()
        is_file = path.is_file()
        project_path = path if is_file and path.suffix.lower() == SUFFIX else None
        lock = None
        if project_path is not None:
            lock = self._lock_for(project_path)
            holder = lock.take()
            answer = "anyway" if holder is None else file_dialogs.ask_about_open_elsewhere(self._window, name, holder)
            if answer == "cancel":
                return False
            if answer == "copy":
                project_path, lock, name = None, None, copy_of(path)
        if is_file:
            self._store.set("folder", str(path.parent))
            self._store.add_recent(path)
        self._show(saved, name, project_path, lock)
        self._stamp = stamp  # questions may have stood open since it was read
        return True

    def recover(self, copy: LeftBehind) -> bool:
        """Opens a safety copy as unsaved work of its own file. False, and the document as it was, when it cannot be read.

        Where the file was saved again later, or another window has it open, the work has no file, so that saving it asks for a name.
        """
        name, path, lock = copy.note.name, copy.original, None
        try:
            opened = large_files.recovered(self._window, self.theme, self._session.jobs, copy.path, name)
        except NNLabError as error:
            self.failed.emit(f"The unsaved work of “{name}” cannot be read ({str(error).rstrip('.')}).")
            return False
        if opened is None or not self._may_give_up():
            return False
        saved, _samples = opened
        if path is not None and copy.is_older_than_original:
            self.told.emit(f"“{path.name}” was saved again after this work was lost, so the work has a new name.")
            path, name = None, f"{name} recovered"
        elif path is not None:
            lock = self._lock_for(path)
            holder = lock.take()
            if holder is not None:
                self.told.emit(f"“{path.name}” is open {holder.words}, so the recovered work has a new name.")
                path, lock, name = None, None, f"{name} recovered"
        self._show(saved, name, path, lock)
        self._document.mark_edited()
        return True

    def _show(self, saved: SavedProject, name: str, path: Path | None, lock: FileLock | None = None) -> None:
        self._hold(path, lock)
        self._saved_iteration = iteration_of(saved)
        self.opening.emit(True)
        try:
            self._document.replace(_with_proven_base(saved), name, saved.runs)
            if saved.snapshot is not None:
                self._session.restore(saved.snapshot)
            self.opened.emit(saved.view)
        finally:
            self.opening.emit(False)

    # Dropped files

    def reason_against(self, urls: Sequence[QUrl]) -> str | None:
        """Why what is dragged over the window cannot be opened by dropping it there, in one sentence; None when it can."""
        if len(urls) != 1:
            return f"Drop one at a time: {DROPS}."
        name = urls[0].fileName() or urls[0].toString()
        if not urls[0].isLocalFile():
            return f"“{name}” is not a file on this computer; save it here first."
        path = Path(urls[0].toLocalFile())
        if path.suffix.lower() not in DROPPED and not is_lesson_path(path) and not is_image_source(path):
            return f"“{name}” cannot be opened: drop {DROPS}."
        return None

    # Recent files

    @property
    def recent(self) -> tuple[Path, ...]:
        """Recently opened or saved files that still exist, newest first."""
        return self._store.recent

    def clear_recent(self) -> None:
        self._store.forget("recent")

    def save(self) -> bool:
        if self._path is None:
            return self.save_as()
        if stamp_of(self._path) not in (None, self._stamp):
            answer = file_dialogs.ask_about_changed_file(self._window, self._path)
            if answer != "replace":
                return answer == "other" and self.save_as()
        return self._write(self._path)

    def save_as(self) -> bool:
        folder = Path(self._folder() or str(Path.home()))
        path = file_dialogs.ask_where_to_save(self._window, folder / f"{self._document.name}{SUFFIX}")
        return path is not None and self._write(path)

    def _write(self, path: Path) -> bool:
        path = path.absolute()
        lock = self._lock_for(path)
        holder = lock.take()
        opened_anyway = self._path is not None and lock.is_for(self._path)
        if holder is not None and not opened_anyway:
            self.failed.emit(f"{path} was not saved, because it is open {holder.words}; choose another name.")
            return False
        try:
            snapshot, missing = self._learned(path)
            data = self._session.data  # of the project as it is, None while it cannot be prepared
            preparation = data.preparation if data is not None and snapshot is not None else None
            runs = self._runs.present(snapshot)
            saved = SavedProject(self._document.project, snapshot, self._thumbnail(), self._view(), preparation, runs)
            large_files.save(self._window, self.theme, self._session.jobs, path, saved)
        except NNLabError as error:
            if lock is not self._lock:
                lock.release()
            self.failed.emit(str(error))
            return False
        if missing:
            self.told.emit(f"{path.name} holds the network without its weights: {missing}")
        self._hold(path, lock)
        self._saved_iteration = iteration_of(saved)
        self._store.set("folder", str(path.parent))
        self._store.add_recent(path)
        self._document.mark_saved()
        self._document.set_name(path.stem)
        self.saved.emit()
        return True

    def _learned(self, path: Path) -> tuple[Snapshot | None, str]:
        """(what the run has learned, or None, and why it cannot be had). Raises NNLabError where a file with weights would lose them."""
        try:
            return self._session.snapshot(), ""
        except NNLabError as error:
            if path.exists():
                raise NNLabError(
                    f"{path} was not saved, so that it keeps the weights in it: {str(error).rstrip('.')}. "
                    "Under another name the network is saved without its weights."
                ) from error
            return None, str(error)

    def _thumbnail(self) -> bytes:
        picture: QPixmap = self._window.grab().scaled(
            THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        return as_png(picture)

    # Another project for a while

    def put_aside(self) -> FileAside:
        """The project is put aside with its file and the lock of that; what is shown next has none."""
        aside = FileAside(self._path, self._lock, self._stamp, self._saved_iteration)
        self._path, self._lock, self._stamp, self._saved_iteration = None, None, None, 0
        return aside

    def bring_back(self, aside: FileAside) -> None:
        """The project that was put aside is shown again; the lock of a file that the present one was saved to is given up."""
        self._hold(aside.path, aside.lock)
        self._stamp, self._saved_iteration = aside.stamp, aside.saved_iteration

    # Giving up

    def _may_give_up(self) -> bool:
        """Whether the present project may be replaced: nothing unsaved, saved now, or given up knowingly."""
        self.giving_up.emit()
        if not self._document.is_edited and not self._has_trained:
            return True
        trained = "" if self._document.is_edited else f"trained from iteration {self._saved_iteration:,} to {self._session.iteration:,}"
        answer = file_dialogs.ask_about_unsaved(self._window, self._document.name, trained)
        return self.save() if answer == "save" else answer == "discard"

    @property
    def _has_trained(self) -> bool:
        """Whether a project that has a file has learned something since it was saved. An example is opened to be played with."""
        return self._path is not None and self._session.can_run and self._session.iteration != self._saved_iteration

    def give_up(self) -> None:
        """What is unsaved will not be asked about: for scripts that open a window and close it."""
        self.giving_up.emit()
        self._document.mark_saved()
        self._saved_iteration = self._session.iteration

    def may_close(self) -> bool:
        return self._may_give_up()

    def close(self) -> None:
        """Gives the file's lock up."""
        self._hold(None, None)

    # The file

    def _folder(self) -> str:
        return str(self._path.parent) if self._path is not None else self._store.text("folder")

    def _lock_for(self, path: Path) -> FileLock:
        """The lock of a file: our own, if it is the one held already."""
        if self._lock is not None and self._lock.is_for(path):
            return self._lock
        return FileLock(path, self._store.folder / "locks")

    def _hold(self, path: Path | None, lock: FileLock | None) -> None:
        """The project belongs to this file from now on; the lock of the one before is given up."""
        if self._lock is not None and self._lock is not lock:
            self._lock.release()
        self._path, self._lock = path, lock
        self._stamp = None if path is None else stamp_of(path)


def _with_proven_base(saved: SavedProject) -> Project:
    """The project whose adapters know the hash of the W₀ they stand beside, which whoever wrote the file may not have taken."""
    from nnlab.training.base_weights import with_proven_base

    try:
        return with_proven_base(saved.project, None if saved.snapshot is None else saved.snapshot.parameters)
    except NNLabError:  # what cannot be compiled is shown with its problems
        return saved.project
