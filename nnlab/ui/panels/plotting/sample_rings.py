"""Training samples of a plot that can be pointed at: which one is nearest to the mouse, and rings around some of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF

from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.items import RingsItem
from nnlab.ui.panels.plotting.plot import Plot

REACH = 9.0  # pixels from a sample within which it is pointed at
ROOM = 750.0  # square pixels of picture for every ring of a batch; more rings would be a crowd that says nothing
BATCH_RADIUS, ONE_RADIUS = 4.8, 8.5


class SampleRings:
    """Belongs to one plot. Samples are numbered as the training samples are."""

    def __init__(self, theme: Theme, plot: Plot) -> None:
        self._theme, self._plot = theme, plot
        self._x, self._y = np.empty(0), np.empty(0)
        self._batch = np.empty(0, dtype=np.int64)
        self._one: int | None = None
        self._tokens = theme.tokens  # whose colours the rings have
        self.batch, self.one = RingsItem(), RingsItem()
        for item in (self.batch, self.one):
            plot.view.addItem(item, ignoreBounds=True)
        plot.range_changed.connect(self._draw)  # another size has room for more rings, or fewer

    def place_samples(self, x: np.ndarray, y: np.ndarray) -> None:
        """Where the samples stand, on the axes of the plot; rings go with them."""
        if not (np.array_equal(x, self._x) and np.array_equal(y, self._y, equal_nan=True)):
            self._x, self._y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
            self._draw()

    def ring_batch(self, samples: np.ndarray) -> None:
        """Rings these samples, as long as there is room for so many."""
        if self._tokens is not self._theme.tokens or not np.array_equal(samples, self._batch):
            self._batch = samples
            self._draw()

    @property
    def ringed(self) -> int:
        """How many samples of the batch are ringed now."""
        return self.batch.count

    def ring_one(self, sample: int | None) -> None:
        if sample != self._one:
            self._one = sample
            self._draw()

    def nearest(self, place: QPointF) -> int | None:
        """The sample nearest to a pixel of the plot, within reach."""
        if not len(self._x):
            return None
        away = np.hypot(np.asarray(self._plot.x_pixels(self._x)) - place.x(), np.asarray(self._plot.y_pixels(self._y)) - place.y())
        k = int(np.argmin(np.nan_to_num(away, nan=np.inf)))
        return k if away[k] <= REACH else None

    def _draw(self) -> None:
        self._tokens = self._theme.tokens
        tokens, room = self._theme.tokens, self._plot.picture.width() * self._plot.picture.height()
        batch = self._batch if len(self._batch) * ROOM <= room else self._batch[:0]
        chosen = np.empty(0, dtype=np.int64) if self._one is None else np.array([self._one])
        for item, samples, radius, width in ((self.batch, batch, BATCH_RADIUS, 1.5), (self.one, chosen, ONE_RADIUS, 2.5)):
            inside = samples[samples < len(self._x)]
            inside = inside[np.isfinite(self._y[inside])]
            item.show_rings(self._x[inside], self._y[inside], radius, tokens.text, tokens.canvas, width)
