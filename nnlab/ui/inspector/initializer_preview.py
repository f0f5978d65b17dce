"""What an initialiser would draw for a layer: in words with the layer's own numbers, and as a histogram of the very draw.

The numbers are those of the engine for the project's seed: with them the layer starts after a rewind, unless the project is given others.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.core.initializers import in_words, initial_values
from nnlab.core.tensor import Shape
from nnlab.ui.look.numbers import NO_BREAK_SPACE, number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.histogram import Histogram
from nnlab.ui.widgets.label import Label

MOST = 400_000  # numbers that are drawn for a picture; an orthogonal matrix of so many takes a tenth of a second
TIP = (
    "What this initialiser draws for {name}, {shape}, with the project's seed. It takes effect at the next rewind, "
    "or at once with Re-initialise (another seed)"
)

TIP_GIVEN = (
    "What this initialiser would draw for {name}, {shape}, with the project's seed. The project is given other initial weights; "
    "New initial weights (the dice) draws again"
)


@lru_cache(maxsize=64)
def drawn(initializer: str, shape: Shape, seed: int, owner: str) -> np.ndarray:
    """The initial values of a parameter, by the engine's own function. Read only: they are kept."""
    values = initial_values(initializer, shape, seed, owner)
    values.setflags(write=False)
    return values


class InitializerPreview(QWidget):
    """Words above, bars below; nothing for a layer whose shape is not known yet."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words = Label(theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self.histogram = Histogram(theme, "Initial weights", 40)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.words)
        self._column.addWidget(self.histogram)
        follow(theme, self)
        self.hide()

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(0, 0, 0, px(6))
        self._column.setSpacing(px(2))

    def show_draw(self, initializer: str, shape: Shape | None, seed: int, owner: str, start: str = "") -> None:
        """Shows the draw of `initializer` for the parameter `owner` ("dense_1.weight").

        `start` is what the run starts from instead, where it is given initial weights.
        """
        self.setVisible(shape is not None)
        if shape is None:
            return
        words = in_words(initializer, shape)
        is_small = prod(shape) <= MOST
        self.histogram.setVisible(is_small)
        if is_small:
            values = drawn(initializer, shape, seed, owner)
            self.histogram.set_values(values)
            deviation = float(values.std())
            if deviation and "σ" not in words:
                words += f"; σ = {number(deviation, 3)}"
        words = words.replace("σ = ", f"σ{NO_BREAK_SPACE}={NO_BREAK_SPACE}")
        self.words.setText(f"{words}. The run starts from “{start}” instead" if start else words)
        tip = TIP_GIVEN if start else TIP
        tip = tip.format(name=owner, shape=" × ".join(str(length) for length in shape))
        for widget in (self, self.words, self.histogram):
            widget.setToolTip(tip)
