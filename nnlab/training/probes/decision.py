"""Decision: the network's answer everywhere on the plane of two features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.domain import cell_centres, domain, grid, raw_features
from nnlab.training.metrics import predicted_numbers
from nnlab.training.probe import Probe, register

SIDE = 100  # cells along each feature


@dataclass(frozen=True, eq=False)
class Decision:
    """Network outputs at the centres of cells over the plane of two raw features, row 0 at the lowest second feature."""

    extent: tuple[float, float, float, float]  # x0, x1, y0, y1: the outer edges of the cells
    outputs: np.ndarray  # (rows, columns, outputs) of the program's real type

    @property
    def xs(self) -> np.ndarray:
        """The first feature at the centre of every column."""
        return cell_centres(*self.extent[:2], self.outputs.shape[1])

    @property
    def ys(self) -> np.ndarray:
        """The second feature at the centre of every row."""
        return cell_centres(*self.extent[2:], self.outputs.shape[0])

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, column) of the cell that holds a point; None outside the plane."""
        x0, x1, y0, y1 = self.extent
        if not (x0 <= x <= x1 and y0 <= y <= y1):
            return None
        rows, columns = self.outputs.shape[:2]
        return min(int((y - y0) / (y1 - y0) * rows), rows - 1), min(int((x - x0) / (x1 - x0) * columns), columns - 1)


def decision(evaluator: Evaluator, data: Data) -> Decision:
    (x0, x1), (y0, y1) = domain(data)
    outputs = evaluator.predict(data.transform(grid(data, SIDE)))
    outputs = predicted_numbers(outputs, data.target, evaluator.program.graph.losses[0].kind.link)
    return Decision((x0, x1, y0, y1), outputs.reshape(SIDE, SIDE, -1))


register(Probe("decision", decision, applies=lambda data: raw_features(data) == 2))
