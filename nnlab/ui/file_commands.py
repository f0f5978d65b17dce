"""New, open, save: between the document and files. Asks before anything unsaved is given up.

What is opened is read completely before the document changes, so a bad file leaves everything as it was and one sentence in the
message bar.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnlab.core.errors import NNLabError
from nnlab.files.examples import open_any
from nnlab.files.project import Project, SavedProject, View
from nnlab.files.project_file import SUFFIX, save_project
from nnlab.ui.document import Document
from nnlab.ui.session import Session
from nnlab.ui.store import Store

OPEN_FILTER = f"All that NN Lab reads (*{SUFFIX} *.json *.csv);;Projects (*{SUFFIX});;Graphs (*.json);;Tables (*.csv)"
THUMBNAIL = QSize(640, 400)


class FileCommands(QObject):
    """`failed(sentence)` when something could not be read or written; `opened(View)` when another project is shown."""

    failed = Signal(str)
    opened = Signal(object)
    recent_changed = Signal()

    def __init__(self, window: QWidget, document: Document, session: Session, store: Store, view: Callable[[], View]) -> None:
        super().__init__(window)
        self._window, self._document, self._session, self._store, self._view = window, document, session, store, view
        self._path: Path | None = None

    @property
    def path(self) -> Path | None:
        """The file the project was read from or last written to."""
        return self._path

    def adopt(self, source: object, saved: SavedProject) -> None:
        """Remembers where the project the window was opened with came from."""
        path = Path(source) if isinstance(source, str | Path) else None
        if path is not None and path.is_file():
            self._store.add_recent(path)
            self._path = path if path.suffix == SUFFIX else None

    def new(self) -> None:
        if self._may_give_up():
            self._show(SavedProject(Project()), "untitled", None)

    def open(self) -> None:
        """Asks for a file and opens it."""
        folder = str(self._path.parent) if self._path is not None else self._store.text("folder")
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", folder, OPEN_FILTER)
        if name:
            self.open_source(name)

    def open_source(self, source: str, ask: bool = True) -> bool:
        """Opens an example by name, or a file by path. False, and the document as it was, when it cannot be read."""
        try:
            opened, name = open_any(source)
        except NNLabError as error:
            self.failed.emit(str(error))
            return False
        if ask and not self._may_give_up():
            return False
        saved = opened if isinstance(opened, SavedProject) else SavedProject(opened)
        path = Path(source)
        is_project = path.suffix == SUFFIX and path.exists()
        if path.exists() and path.is_file():
            self._store.set("folder", str(path.resolve().parent))
            self._store.add_recent(path)
            self.recent_changed.emit()
        self._show(saved, name, path if is_project else None)
        return True

    def _show(self, saved: SavedProject, name: str, path: Path | None) -> None:
        self._path = path
        self._document.replace(saved.project, name)
        if saved.snapshot is not None:
            self._session.restore(saved.snapshot)
        self.opened.emit(saved.view)

    def save(self) -> bool:
        return self._write(self._path) if self._path is not None else self.save_as()

    def save_as(self) -> bool:
        folder = Path(self._store.text("folder") or str(Path.home()))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save as", str(folder / f"{self._document.name}{SUFFIX}"), f"Projects (*{SUFFIX})"
        )
        if not name:
            return False
        path = Path(name)
        return self._write(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def _write(self, path: Path) -> bool:
        saved = SavedProject(self._document.project, self._session.snapshot(), self._thumbnail(), self._view())
        try:
            save_project(path, saved)
        except NNLabError as error:
            self.failed.emit(str(error))
            return False
        self._path = path
        self._store.set("folder", str(path.resolve().parent))
        self._store.add_recent(path)
        self.recent_changed.emit()
        self._document.mark_saved()
        self._document.set_name(path.stem)
        return True

    def _thumbnail(self) -> bytes:
        picture: QPixmap = self._window.grab().scaled(
            THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")
        return bytes(data.data())

    def _may_give_up(self) -> bool:
        """Whether the present project may be replaced: nothing unsaved, saved now, or given up knowingly."""
        if not self._document.is_edited:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window, "Unsaved changes", f"Save the changes to “{self._document.name}” first?",
            buttons.Save | buttons.Discard | buttons.Cancel, buttons.Save,
        )  # fmt: skip
        if answer == buttons.Save:
            return self.save()
        return answer == buttons.Discard

    def may_close(self) -> bool:
        return self._may_give_up()
