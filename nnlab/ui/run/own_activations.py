"""The activations of an input of a person's own, which the canvas shows in place of those of the batch while there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession

TensorByName = Callable[[str], np.ndarray | None]


class OwnActivations(QObject):
    """`changed` when they differ, or there are none any more. Another project or other data ends them."""

    changed = Signal()

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._tensors: Mapping[str, np.ndarray] = {}
        document.data_changed.connect(self.forget)
        document.replaced.connect(self.forget)

    def __bool__(self) -> bool:
        return bool(self._tensors)

    def show(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Tensors by name, each with a batch of one in front."""
        self._tensors = tensors
        self.changed.emit()

    def forget(self) -> None:
        if self._tensors:
            self.show({})

    def before(self, values: TensorByName) -> TensorByName:
        """A look-up that knows them first, then `values`."""
        own = self._tensors
        return values if not own else lambda name: own[name] if name in own else values(name)
