"""What the data said when it was read, told once more when it is first trained on: how many rows were left out, and why."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import data_title
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession


class DataNotes(QObject):
    """`told(sentence)` at the first training on a table or images that left something out; again only for other data."""

    told = Signal(str)

    def __init__(self, document: Document, session: LiveSession, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self._told_of: tuple[str, ...] = ()
        session.state_changed.connect(self._on_state)
        document.replaced.connect(self._forget)

    def _forget(self) -> None:
        self._told_of = ()

    def _on_state(self) -> None:
        data = self._session.data
        if not self._session.is_playing or data is None or not data.notes or data.notes == self._told_of:
            return
        self._told_of = data.notes
        self.told.emit(f"{data_title(self._document.project.data)}: {' '.join(data.notes)}")
