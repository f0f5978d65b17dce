"""Histogram: how many of many numbers lie where; orange above zero, blue below.

Zero is always a border between two bars, so that every bar has one sign.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import MINUS, count
from nnlab.ui.look.theme import Theme, follow

_BARS = 24
MOST = 1 << 20  # numbers that are all counted, in about 3 ms; of more, a random sample is
SAMPLE = 1 << 17  # of that size, which puts the share of a bar right to less than half a percentage point


def nice_step(span: float, pieces: int) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that covers `span` in at most `pieces` steps."""
    if not span / pieces > 0 or not math.isfinite(span):
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / pieces))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0) if factor * power * pieces >= span * (1 - 1e-9))


def bar_edges(values: np.ndarray, bars: int = _BARS) -> np.ndarray:
    """Borders of about `bars` bars around finite values, float (n + 1,); zero is one of them."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    step = nice_step(high - low, bars)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return step * np.arange(first, max(last, first + 1) + 1)


@lru_cache(maxsize=4)
def _chosen(count: int, most: int) -> np.ndarray:
    """Ascending places of a random sample of `most` among `count` numbers, always the same one, so that bars hold still."""
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False, shuffle=False))


class Histogram(QWidget):
    """Bars of a set of numbers. Feed it `set_values`, or `set_counts` where the counting was done elsewhere."""

    def __init__(self, theme: Theme, name: str, height: int = 64, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name, self._height = theme, name, height
        self._counts, self._edges = np.zeros(0, dtype=np.int64), np.zeros(0)
        self._tip, self._sampled = tip, ""  # "a random sample of 131,072 of 4,194,304", "" where everything was counted
        self.setToolTip(tip)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def set_values(self, values: np.ndarray) -> None:
        """Counts numbers (float) of any shape, those that are finite; of more than MOST a random sample, and says so."""
        flat, sampled = np.ravel(values), ""
        if flat.size > MOST:
            sampled = f"a random sample of {count(SAMPLE)} of {count(flat.size)}"
            flat = flat[_chosen(flat.size, SAMPLE)]
        finite = np.isfinite(flat)
        flat = flat if finite.all() else flat[finite]
        if flat.size:
            edges = bar_edges(flat)
            # Borders of the numbers' own type: otherwise every number would be converted.
            self._show(np.histogram(flat, bins=edges.astype(flat.dtype))[0], edges, sampled)
        else:
            self._show(np.zeros(0, dtype=np.int64), np.zeros(0), sampled)

    def set_counts(self, counts: np.ndarray, edges: np.ndarray) -> None:
        """Shows counts (n,) between ascending edges (n + 1,), zero being one of the edges."""
        self._show(counts, edges, "")

    def _show(self, counts: np.ndarray, edges: np.ndarray, sampled: str) -> None:
        if sampled != self._sampled:
            told = f"{sampled.capitalize()} numbers." if sampled else ""
            self.setToolTip(" ".join(text for text in (self._tip, told) if text))
        elif np.array_equal(counts, self._counts) and np.array_equal(edges, self._edges):
            return
        self._counts, self._edges, self._sampled = np.array(counts), np.array(edges), sampled
        below = int(self._counts[self._edges[1:] <= 0].sum()) if len(counts) else 0
        name = f"{self._name}, {sampled}" if sampled else self._name
        self.setAccessibleName(f"{name}: {count(below)} below zero, {count(int(self._counts.sum()) - below)} from zero on")
        self.update()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(self._height))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(64), self.height())

    def ticks(self) -> list[tuple[float, str]]:
        """Values to write below the bars, at most four, and how they are written."""
        if not len(self._counts):
            return []
        low, high = self._edges[0], self._edges[-1]
        step = nice_step(high - low, 4)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if f"{step:e}".startswith("2.5") else 0)
        places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        if decimals > 4 or high - low >= 1e5:
            return [(i * step, f"{i * step:.2g}".replace("e-0", "e-").replace("-", MINUS)) for i in places]
        return [(i * step, f"{i * step:.{decimals}f}".replace("-", MINUS) if i else "0") for i in places]

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, font = self._theme.tokens, self._theme.font("caption")
        metrics = QFontMetrics(font)
        base = self.height() - metrics.height() - 3
        painter = QPainter(self)
        painter.fillRect(QRect(0, base, self.width(), 1), tokens.stroke)
        if len(self._counts):
            low, span = self._edges[0], self._edges[-1] - self._edges[0]
            scale = (base - 2) / max(1, int(self._counts.max()))
            # Whole pixels keep bars and gaps equally sharp.
            x = np.rint((self._edges - low) / span * self.width()).astype(int).tolist()
            heights = np.where(self._counts > 0, np.maximum(1, np.rint(self._counts * scale)), 0).astype(int).tolist()
            for left, right, height, edge in zip(x[:-1], x[1:], heights, self._edges[:-1].tolist(), strict=True):
                color = tokens.neg if edge < -1e-12 * span else tokens.pos
                painter.fillRect(QRect(left, base - height, max(1, right - left - 1), height), color)
            painter.setFont(font)
            painter.setPen(tokens.text2)
            for value, text in self.ticks():
                width = metrics.horizontalAdvance(text)
                place = min(max(0.0, (value - low) / span * self.width() - width / 2), self.width() - width)
                painter.drawText(QRectF(place, base + 3, width + 1, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
