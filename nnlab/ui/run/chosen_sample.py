"""The one sample a person looks at, the same in every panel of the window: of training or of validation, or none."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from nnlab.core.preparation import Data
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession


@dataclass(frozen=True)
class SampleId:
    """A sample of one part, counted as the rows of `Data.x` or `Data.validation_x`."""

    index: int
    is_validation: bool = False

    def row(self, data: Data) -> int:
        """Its row in the table that the data set made, from 0."""
        return int((data.validation_index if self.is_validation else data.train_index)[self.index])

    def is_in(self, data: Data) -> bool:
        return 0 <= self.index < len(data.validation_x if self.is_validation else data.x)

    def in_words(self, data: Data) -> str:
        """What it is called: row 17 (validation)."""
        return f"row {self.row(data) + 1:,}{' (validation)' if self.is_validation else ''}"


class ChosenSample(QObject):
    """`changed` when another sample is chosen. Other data has other samples: then none is."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._document = document
        self.sample: SampleId | None = None
        document.data_changed.connect(self.forget)
        document.replaced.connect(self.forget)

    def choose(self, sample: SampleId | None) -> None:
        if sample != self.sample:
            self.sample = sample
            self.changed.emit()

    def forget(self) -> None:
        self.choose(None)
