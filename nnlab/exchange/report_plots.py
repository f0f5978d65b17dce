"""The pictures of a report as SVG: ROC curves, a confusion matrix, predictions against the truth, what each column is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlab.core import svg
from nnlab.engine.curves_svg import PlotAxis, plot_frame
from nnlab.training.scores import RocCurve

SIDE = 300.0
MOST_POINTS = 600
MOST_CLASSES = 20  # in a picture of the confusion matrix
MOST_CURVES = 10  # ROC curves in one picture
ROW = 44.0  # of the confusion matrix
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2")


def roc_svg(curves: Sequence[RocCurve]) -> str:
    """One curve a class, told apart by dash; the diagonal is chance. Of many classes those that are told apart worst."""
    worst = sorted(curves, key=lambda curve: curve.auc)[:MOST_CURVES] if len(curves) > MOST_CURVES else curves
    x, y = PlotAxis(0.0, 1.0, 56.0, SIDE), PlotAxis(0.0, 1.0, SIDE - 20, 20.0)
    parts = [*plot_frame(x, y, "false positives", "true positives"), svg.line([(x.start, y.start), (x.end, y.end)], 1, "2 4", 0.5)]
    for k, curve in enumerate(worst):
        places = list(zip(map(x.place, curve.false_positives.tolist()), map(y.place, curve.true_positives.tolist()), strict=True))
        dash = _DASHES[k % len(_DASHES)]
        height = 40.0 + 20.0 * k
        parts += [svg.line(places, 2, dash), svg.line([(SIDE + 16, height - 4), (SIDE + 46, height - 4)], 2, dash)]
        parts.append(svg.text(SIDE + 54, height, f"{_cut(curve.of, 28)}: area {curve.auc:.3f}", "start"))
    if len(worst) < len(curves):
        words = f"and {len(curves) - len(worst):,} more classes with an area at least as large"
        parts.append(svg.text(SIDE + 54, 40.0 + 20.0 * len(worst), words, "start", faint=True))
    return svg.document(SIDE + 330, SIDE + 24, parts, "ROC curves")


def confusion_svg(table: np.ndarray, names: Sequence[str]) -> str:
    """Counts (true class, predicted class); the more, the darker."""
    longest = max(map(len, names))
    cell, left, top = min(max(44.0, 7.0 * longest + 10.0), 96.0 if len(names) <= 8 else 44.0), 150.0, 60.0
    letters = int((cell - 4.0) / 7.0)
    most = max(int(table.max(initial=0)), 1)
    parts = [svg.text(left + cell * len(names) / 2, 16, "predicted", faint=True), svg.text(left - 12, top - 14, "true", "end", faint=True)]
    for k, name in enumerate(names):
        parts.append(svg.text(left + cell * (k + 0.5), top - 8, _cut(name, letters)))
        parts.append(svg.text(left - 8, top + ROW * (k + 0.5) + 4, _cut(name, 20), "end"))
        for j in range(len(names)):
            share = table[k, j] / most
            parts.append(
                f'<rect x="{svg.number(left + cell * j)}" y="{svg.number(top + ROW * k)}" width="{cell - 2:g}" height="{ROW - 2:g}" rx="3" '
                f'fill="currentColor" fill-opacity="{0.04 + 0.3 * share:.3f}"/>'
            )
            parts.append(svg.text(left + cell * (j + 0.5) - 1, top + ROW * (k + 0.5) + 4, f"{table[k, j]:,}", strong=k == j))
    return svg.document(left + cell * len(names) + 8, top + ROW * len(names) + 8, parts, "Confusion matrix")


def truth_svg(truth: np.ndarray, predicted: np.ndarray) -> str:
    """Every sample by its true and its predicted number; on the line both are the same."""
    chosen = np.unique(np.linspace(0, len(truth) - 1, MOST_POINTS).astype(int))
    both = np.concatenate([truth, predicted])
    low, high = float(both.min()), float(both.max())
    x, y = PlotAxis(low, high, 64.0, SIDE), PlotAxis(low, high, SIDE - 20, 20.0)
    parts = [*plot_frame(x, y, "true", "predicted"), svg.line([(x.start, y.start), (x.end, y.end)], 1, "2 4", 0.6)]
    parts += [_dot(x.place(float(truth[k])), y.place(float(predicted[k]))) for k in chosen]
    return svg.document(SIDE + 24, SIDE + 24, parts, "Predicted against true numbers")


def residuals_svg(residuals: np.ndarray) -> str:
    """How many samples lie how far beside the truth."""
    counts, edges = np.histogram(residuals, bins=24)
    x, y = PlotAxis(float(edges[0]), float(edges[-1]), 56.0, SIDE + 60), PlotAxis(0.0, float(counts.max()), SIDE - 20, 20.0)
    parts = plot_frame(x, y, "predicted − true", "samples")
    for count, start, end in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        corners = [(x.place(start) + 1, y.start), (x.place(start) + 1, y.place(count)), (x.place(end) - 1, y.place(count))]
        parts.append(svg.area([*corners, (x.place(end) - 1, y.start)], 0.45))
    return svg.document(SIDE + 84, SIDE + 24, parts, "Residuals")


def bars_svg(rows: Sequence[tuple[str, float, float]], words: str) -> str:
    """One bar a row: its name, its length and the deviation of that."""
    left, right, height = 190.0, 460.0, 24.0
    low = min(0.0, *(value - spread for _, value, spread in rows))
    high = max(1e-9, *(value + spread for _, value, spread in rows))
    x = PlotAxis(low, high, left, right)
    zero = x.place(0.0)
    parts = [svg.text(left, 14, words, "start", faint=True), svg.line([(zero, 20), (zero, 24 + height * len(rows))], 1, "", 0.4)]
    for k, (name, value, spread) in enumerate(rows):
        top = 24 + height * k
        ends = [(zero, top + 3), (x.place(value), top + 3), (x.place(value), top + height - 5), (zero, top + height - 5)]
        middle = top + height / 2 - 1
        parts += [svg.text(left - 10, middle + 4, name[:26], "end"), svg.area(ends, 0.45)]
        parts.append(svg.line([(x.place(value - spread), middle), (x.place(value + spread), middle)], 1))
        parts.append(svg.text(right + 10, middle + 4, f"{value:.4f}", "start"))
    return svg.document(right + 80, 32 + height * len(rows), parts, words)


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{svg.number(x)}" cy="{svg.number(y)}" r="2.2" fill="currentColor" fill-opacity="0.55"/>'


def _cut(name: str, most: int) -> str:
    """A name of at most so many letters."""
    return name if len(name) <= most else f"{name[: max(most - 1, 1)]}…"
