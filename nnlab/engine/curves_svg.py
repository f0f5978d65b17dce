"""Loss curves as a picture: the smoothed loss of the batches in its band of extremes, and the validation loss dashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnlab.core import svg

WIDTH, HEIGHT = 600.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 136.0, 14.0, 40.0
MOST_POINTS = 300
WIDE = 20.0  # from this ratio of largest to smallest loss on the axis is logarithmic


@dataclass(frozen=True)
class PlotAxis:
    """From numbers to a place between two ends, both given in the picture's units; logarithmic on request."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        low, high, value = (np.log10(v) for v in (self.low, self.high, value)) if self.logarithmic else (self.low, self.high, value)
        share = (value - low) / (high - low) if high > low else 0.5
        return float(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start))

    def ticks(self, most: int = 5) -> list[float]:
        """A few round numbers on the axis."""
        if self.logarithmic:
            first, last = int(np.ceil(np.log10(self.low))), int(np.floor(np.log10(self.high)))
            step = max(1, -(-(last - first + 1) // most))
            decades = [10.0**k for k in range(first, last + 1, step)]
            return decades or [self.low, self.high]
        if self.high <= self.low:
            return [self.low]
        rough = (self.high - self.low) / most
        size = 10.0 ** np.floor(np.log10(rough))
        step = next(size * k for k in (1, 2, 5, 10) if size * k >= rough)
        return [float(k * step) for k in range(int(np.ceil(self.low / step)), int(np.floor(self.high / step)) + 1)]


def plot_frame(x: PlotAxis, y: PlotAxis, x_words: str, y_words: str) -> list[str]:
    """Grid lines, numbers and names of the axes."""
    parts = []
    for tick in y.ticks():
        height = y.place(tick)
        parts += [svg.line([(x.start, height), (x.end, height)], 1, opacity=0.15), svg.text(x.start - 8, height + 4, _words(tick), "end")]
    parts += [svg.text(x.place(tick), y.start + 18, _words(tick)) for tick in x.ticks()]
    parts.append(svg.text((x.start + x.end) / 2, y.start + 34, x_words, faint=True))
    parts.append(svg.text(x.start, y.end - 4, y_words, "start", faint=True))
    return parts


def curves_svg(
    iterations: np.ndarray, smoothed: np.ndarray, extremes: tuple[np.ndarray, np.ndarray], checks: np.ndarray, validation: np.ndarray
) -> str:
    """`extremes`: the smallest and the largest loss up to each iteration; `checks`: the iterations of the validation losses."""
    known = [values[np.isfinite(values)] for values in (smoothed, *extremes, validation)]
    every = np.concatenate(known) if known else np.empty(0)
    if not len(iterations) or not len(every):
        return svg.document(200, 40, [svg.text(100, 25, "no iteration yet", faint=True)], "An empty history")
    low, high = float(every.min()), float(every.max())
    logarithmic = low > 0 and high / low > WIDE
    x = PlotAxis(0.0, float(max(iterations[-1], checks[-1] if len(checks) else 0)), LEFT, WIDTH - RIGHT)
    y = PlotAxis(low, high, HEIGHT - BOTTOM, TOP + 10, logarithmic)
    pick = np.unique(np.linspace(0, len(iterations) - 1, MOST_POINTS).astype(int))
    parts = plot_frame(x, y, "iteration", "loss")
    band = [(x.place(iterations[k]), y.place(extremes[1][k])) for k in pick]
    band += [(x.place(iterations[k]), y.place(extremes[0][k])) for k in pick[::-1]]
    parts += [svg.area(band), svg.line([(x.place(iterations[k]), y.place(smoothed[k])) for k in pick], 2)]
    ends = [(y.place(smoothed[-1]), f"training {smoothed[-1]:.4g}")]
    finite = np.flatnonzero(np.isfinite(validation))
    if len(finite):
        kept = finite[np.unique(np.linspace(0, len(finite) - 1, MOST_POINTS).astype(int))]
        parts.append(svg.line([(x.place(checks[k]), y.place(validation[k])) for k in kept], 1.5, "5 3"))
        ends.append((y.place(validation[kept[-1]]), f"validation {validation[kept[-1]]:.4g}"))
    return svg.document(WIDTH, HEIGHT, [*parts, *_labels(ends, WIDTH - RIGHT + 6)], "Loss by iteration")


def _labels(ends: Sequence[tuple[float, str]], x: float) -> list[str]:
    """At the ends of lines, pushed apart."""
    parts, last = [], -np.inf
    for height, words in sorted(ends):
        last = max(height + 4, last + 18)
        parts.append(svg.text(x, last, words, "start"))
    return parts


def _words(tick: float) -> str:
    return f"{tick:,.0f}" if abs(tick) >= 1000 else f"{tick:.4g}"
