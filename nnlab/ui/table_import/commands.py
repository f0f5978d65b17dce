"""Opening a table or images: the import page, and what is done with its answer.

What was chosen or dropped becomes a new project with a network that fits it; one taken in the data panel becomes the data of the
present project, as one undoable edit, and its columns can be looked at and changed again later.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from nnlab.core.preparation import Data, DataSettings
from nnlab.images.source import is_image_source
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.table_import.dialog import ImportDialog
from nnlab.ui.table_import.image_dialog import ImageImportDialog

TakeTable = Callable[[DataSettings, Data], None]


class TableImport(QObject):
    """One import page at a time over a window; `dialog` is the one that is open."""

    def __init__(self, theme: Theme, jobs: LiveJobs, window: QWidget, train: Callable[[], None] | None = None) -> None:
        """`train` begins to train what was taken; without it the page does not offer that."""
        super().__init__(window)
        self._train = train
        self._theme, self._jobs, self._window = theme, jobs, window
        self._then: TakeTable | None = None
        self.dialog: ImportDialog | ImageImportDialog | None = None

    def open(self, path: Path, then: TakeTable, current: DataSettings | None = None) -> None:
        """Shows the page for a table, a folder of images or an IDX file; `then(settings, data)` follows when it is taken.

        `current` is how it is used so far.
        """
        if self.dialog is not None:
            self.dialog.reject()
        self._then = then
        path = path.expanduser().absolute()
        page = ImageImportDialog if is_image_source(path) else ImportDialog
        self.dialog = page(self._theme, self._jobs, path, current, self._window.window())
        self.dialog.train_button.setVisible(self._train is not None)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        then, self._then = self._then, None
        if dialog is None:
            return
        answer, trains = dialog.answer, dialog.trains
        dialog.deleteLater()
        if answer is not None and then is not None:
            then(*answer)
            if trains and self._train is not None:
                self._train()
