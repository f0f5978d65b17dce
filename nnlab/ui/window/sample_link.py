"""The sample a person has chosen is the one that Step explains and the insides of neurons show, wherever it was chosen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from nnlab.ui.run.chosen_sample import ChosenSample
from nnlab.ui.window.main_window import MainWindow


class SampleLink(QObject):
    """Belongs to a window. Step follows while the sample is in the batch that is stepped through."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._canvas, self._model, self._session = window.canvas, window.stepper.model, window.session
        self._chosen = window.services.shared(ChosenSample)
        self._chosen.changed.connect(self._show)
        self._model.changed.connect(self._explain)

    def _show(self) -> None:
        sample = self._chosen.sample
        if sample is not None and not sample.is_validation:
            self._canvas.neurons.show_sample(sample.index)
            self._explain()

    def _explain(self) -> None:
        sample, frame = self._chosen.sample, self._session.frame
        if sample is None or sample.is_validation or frame is None or self._model.trace is None:
            return
        rows = np.flatnonzero(frame.samples == sample.index)
        if len(rows):
            self._model.choose_sample(int(rows[0]))
