"""The numbers of any plot's curves, for plots that have no table of their own: two columns for each curve, as it is drawn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.plot import Plot


def curve_table(plot: Plot) -> ExportTable | None:
    """x_1, y_1, x_2, … in the units of the axes; shorter columns end in NaN. None where the plot has no curve."""
    curves = [item.getData() for item in plot.view.addedItems if isinstance(item, pg.PlotCurveItem)]
    kept = [(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)) for x, y in curves if x is not None and len(x)]
    if not kept:
        return None
    longest = max(len(x) for x, _ in kept)
    names: list[str] = []
    columns: list[np.ndarray] = []
    for k, (x, y) in enumerate(kept, start=1):
        names += [f"x_{k}", f"y_{k}"]
        columns += [_padded(x, longest), _padded(10.0**y if plot.logarithmic else y, longest)]
    return ExportTable(tuple(names), tuple(columns))


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    return np.append(values, np.full(length - len(values), np.nan))
