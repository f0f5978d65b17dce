"""Pictures: what every neuron answers over the plane of two features, or along the one feature there is.

Other data has no such plane: for images, a first layer's rows of W are images; the canvas reads those from the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.domain import domain, grid, raw_features
from nnlab.training.probe import Probe, register

SIDE = 24  # cells along each feature; twice as many points, from end to end, where there is one feature
WIDEST = 4096  # units; the pictures of so wide a layer are 9 MB, and take 2 ms beside the forward pass


@dataclass(frozen=True, eq=False)
class Pictures:
    """The answers of every unit of every layer, row 0 at the lowest second feature. Layers of more than WIDEST units are left out."""

    by_node: Mapping[str, np.ndarray]  # node id -> (units, SIDE, SIDE) over two features, (units, 1, 2 * SIDE) along one


def pictures(evaluator: Evaluator, data: Data) -> Pictures:
    program = evaluator.program
    names = {node.id: f"{node.id}.y" for node in program.graph.nodes if not node.kind.is_loss}
    flat = {i: n for i, n in names.items() if len(program.places[n].shape) == 1 and program.places[n].row <= WIDEST}
    if raw_features(data) == 2:
        raw, shape = grid(data, SIDE), (SIDE, SIDE)
    else:
        raw, shape = np.linspace(*domain(data)[0], 2 * SIDE).reshape(-1, 1), (1, 2 * SIDE)
    found = evaluator.activations(data.transform(raw), flat.values())
    # Views: whoever shows a few units of a wide layer copies these alone.
    return Pictures({i: found[n].T.reshape(-1, *shape) for i, n in flat.items()})


register(Probe("pictures", pictures, applies=lambda data: raw_features(data) in (1, 2)))
