"""Paths of a chain as the canvas shows them: which weighted edges they take, and how much of the gradient goes along each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.engine.chain import Chain
from nnlab.ui.canvas.model.content import Weights

MOST_CELLS = 400  # of a layer that are lit
Cell = tuple[int, int]  # (unit, input), of one weight


@dataclass(frozen=True)
class EdgePaths:
    """One layer's share. `products` are the sums of the paths' products that go along a weight, `largest` over all layers."""

    products: Mapping[Cell, float]
    factors: Mapping[Cell, float]  # ∂(unit)/∂(input) where one path alone is shown: what it is multiplied with there
    largest: float
    start: Cell | None = None  # the weight itself, where it lies in this layer
    begin: int | None = None  # the input at which the paths of an activation or a bias begin
    gradient: float = 0.0


@dataclass(frozen=True)
class TermEdge:
    """The weight that a single term of a sum goes along, and what the term adds."""

    parameter: str
    cell: Cell
    adds: float

    @property
    def as_paths(self) -> EdgePaths:
        """That weight alone, with its number."""
        return EdgePaths({}, {}, 0.0, self.cell, gradient=self.adds)


def edge_paths(chain: Chain, weights: Mapping[str, Weights], chosen: int | None = None) -> dict[str, EdgePaths]:
    """What of a chain, or of its path number `chosen` alone, goes along which weights; by the layer's parameter.

    A layer that no path takes has no products. All paths of all samples along the same weight are summed, listed or not. What a layer has
    no place for is left out: the chain is of the network before an edit until the next one is there.
    """
    steps = {(w.parameter.partition(".")[0], w.source): name for name, w in weights.items()}
    products: dict[str, dict[Cell, float]] = {name: {} for name in weights}
    factors: dict[str, dict[Cell, float]] = {name: {} for name in weights}
    if chosen is None:
        for (written, read), share in chain.shares.items():
            name = steps.get((written.partition(".")[0], read))
            if name is not None and share.shape == (weights[name].units, weights[name].inputs):
                products[name] = _largest(share)
    first: tuple[str, int] | None = None
    for k, (path, elements, product) in enumerate(zip(chain.paths, chain.elements, chain.products, strict=True)):
        for factor, after, before in zip(path, elements, elements[1:], strict=False):
            name = steps.get((after.tensor.partition(".")[0], before.tensor))
            if name is None or not after.index or not before.index or not _has(weights[name], after.index[-1], before.index[-1]):
                continue
            first = (name, before.index[-1])  # elements go from the loss to the start: the last one met is the nearest to it
            if k == chosen:
                cell = (after.index[-1], before.index[-1])
                products[name][cell], factors[name][cell] = product, factor.value
    largest = max((abs(value) for cells in products.values() for value in cells.values()), default=0.0)
    start = chain.start
    found = {}
    for name, w in weights.items():
        own = start.index if w.parameter == start.tensor and len(start.index) == 2 and _has(w, *start.index) else None
        begin = first[1] if first is not None and first[0] == name and start.tensor not in weights else None
        found[name] = EdgePaths(products[name], factors[name], largest, (own[0], own[1]) if own else None, begin, chain.total)
    return found


def _has(weights: Weights, unit: int, source: int) -> bool:
    return unit < weights.units and source < weights.inputs


def _largest(share: np.ndarray) -> dict[Cell, float]:
    """The weights that most goes along, as many as can be told apart."""
    order = np.argsort(-np.abs(share), axis=None)[:MOST_CELLS]
    units, inputs = np.unravel_index(order, share.shape)
    values = zip(units.tolist(), inputs.tolist(), share[units, inputs].tolist(), strict=True)
    return {(unit, source): value for unit, source, value in values if value}
