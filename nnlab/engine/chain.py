"""The chain of one gradient: dL/dw as the sum, over all paths from a weight to the loss, of the products along them.

The multivariate chain rule written out (Rumelhart, Hinton and Williams 1986; Nielsen, Neural Networks and Deep Learning, chapter 2, "the
total rate of change is the sum of the rate factors over all paths"). A path goes from element to element: the weight, a pre-activation, an
activation, … , the loss; its factors are the local derivatives of the training kernels (`nnlab.engine.local_derivatives`).

There may be more paths than anybody can list: three layers of 64 have 262,144 of each sample. They are counted and summed by one pass
backwards, and listed with the largest first: the largest product of any way on from an element is known for every element, so the search
always opens the path that will turn out largest (k best paths; Hart, Nilsson and Raphael 1968, with an exact estimate).
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nnlab.core.errors import NNLabError, shown
from nnlab.engine.local_derivatives import Jacobian, LocalDerivatives
from nnlab.graph.graph import Graph

MOST_PATHS = 10_000  # that are listed; the others are summed and counted
MOST_ROWS = 50_000  # of Jacobians that are worked out: about a second
_LOSS = "loss"


@dataclass(frozen=True)
class ChainElement:
    """One element of a tensor: index (sample, unit, …), without sample for a parameter; () for the loss."""

    tensor: str
    index: tuple[int, ...]

    @property
    def name(self) -> str:
        return f"{self.tensor}[{', '.join(map(str, self.index))}]" if self.index else self.tensor


class PathFactor(NamedTuple):
    """One local derivative of a path."""

    name: str  # "∂dense_2.y[0, 1] / ∂tanh_1.y[0, 3]"
    value: float


@dataclass(frozen=True)
class Chain:
    """Why a gradient is what it is. `paths` have the largest product (by amount) first, `elements` are what they pass, loss first."""

    start: ChainElement
    total: float  # the engine's gradient
    paths: tuple[tuple[PathFactor, ...], ...]  # factors from the loss to the start, as the chain rule is written
    elements: tuple[tuple[ChainElement, ...], ...]
    count: float  # of all paths whose product is not 0
    whole: float  # the sum of all of them, listed or not
    # What goes from unit to unit, all paths and samples summed: (tensor after, tensor before) -> (units after, units before).
    shares: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict, compare=False)

    @property
    def products(self) -> tuple[float, ...]:
        return tuple(float(np.prod([factor.value for factor in path])) for path in self.paths)

    @property
    def is_complete(self) -> bool:
        return len(self.paths) >= self.count

    @property
    def rest(self) -> float:
        """The sum of the paths that are not listed."""
        return 0.0 if self.is_complete else self.whole - float(np.sum(self.products))


class _Ways:
    """The ways on from every element of one tensor: edges sorted by where they start."""

    def __init__(self) -> None:
        self.jacobians: list[Jacobian] = []

    def begin(self, size: int) -> None:
        """Puts the edges in order; called once all are known."""
        self.targets = [jacobian.written for jacobian in self.jacobians]
        source = np.concatenate([jacobian.read_places for jacobian in self.jacobians] or [np.empty(0, np.int64)])
        order = np.argsort(source, kind="stable")
        which = np.repeat(np.arange(len(self.jacobians)), [len(jacobian.values) for jacobian in self.jacobians])
        self.which = which[order]
        self.place = np.concatenate([jacobian.written_places for jacobian in self.jacobians] or [source])[order]
        self.value = np.concatenate([jacobian.values for jacobian in self.jacobians] or [np.empty(0)])[order]
        self.first = np.searchsorted(source[order], np.arange(size + 1))


class _Search:
    """Counts, sums and finds the paths of one element."""

    def __init__(self, derivatives: LocalDerivatives, tensor: str, place: int) -> None:
        self.derivatives, self.tensor, self.start = derivatives, tensor, place
        self.sums: dict[str | None, np.ndarray] = {None: np.ones(1)}  # of all products from an element to the loss
        self.counts: dict[str | None, np.ndarray] = {None: np.ones(1)}
        self.largest: dict[str | None, np.ndarray] = {None: np.ones(1)}
        self.ways: dict[str, _Ways] = {}
        self.jacobians: list[Jacobian] = []  # from the loss on
        self._go_back()

    def _reached(self) -> dict[str, None]:
        """The tensors that the start has an influence on, and itself."""
        reached = {self.tensor: None}
        for operation in reversed(self.derivatives.operations):
            if any(name in reached for name in self.derivatives.read(operation)):
                reached.update(dict.fromkeys(self.derivatives.written(operation)))
        return reached

    def _go_back(self) -> None:
        """From the loss to the start: ways, counts, sums and largest products of every element on the way."""
        derivatives, reached, rows = self.derivatives, self._reached(), 0
        for name in reached:
            self._make(name)
        for operation in derivatives.operations:
            read = {name: self._wanted(name) for name in derivatives.read(operation) if name in reached}
            written = {name: np.flatnonzero(self.largest[name]) for name in derivatives.written(operation) if name in reached}
            rows += sum(map(len, written.values()))
            if rows > MOST_ROWS:
                raise NNLabError(
                    f"The paths from {self.tensor} pass more than {MOST_ROWS:,} elements, too many to work out; give fewer samples, or "
                    "choose a weight nearer to the loss."
                )
            if read:
                for jacobian in derivatives.jacobians(operation, read, written):
                    self._add(jacobian)
        for name in reached:
            self.ways[name].begin(len(self.sums[name]))

    def _make(self, name: str) -> None:
        size = int(np.prod(self.derivatives.shape(name)))
        self.sums[name], self.counts[name], self.largest[name] = (np.zeros(size) for _ in range(3))
        self.ways[name] = _Ways()

    def _wanted(self, name: str) -> np.ndarray | None:
        return np.array([self.start]) if name == self.tensor else None

    def _add(self, jacobian: Jacobian) -> None:
        name, places, on = jacobian.read, jacobian.read_places, jacobian.written_places
        self.jacobians.append(jacobian)
        self.ways[name].jacobians.append(jacobian)
        np.add.at(self.sums[name], places, jacobian.values * self.sums[jacobian.written][on])
        np.add.at(self.counts[name], places, self.counts[jacobian.written][on])
        np.maximum.at(self.largest[name], places, np.abs(jacobian.values) * self.largest[jacobian.written][on])

    def shares(self) -> dict[tuple[str, str], np.ndarray]:
        """What of the gradient goes from each unit (of the last axis) to each unit, by one pass from the start to the loss."""
        passed = {name: np.zeros(len(self.sums[name])) for name in self.ways}  # the sum of all products from the start to an element
        passed[self.tensor][self.start] = 1.0
        found: dict[tuple[str, str], np.ndarray] = {}
        for jacobian in reversed(self.jacobians):
            if jacobian.written is None:
                continue
            onward, on = passed[jacobian.read][jacobian.read_places] * jacobian.values, jacobian.written_places
            np.add.at(passed[jacobian.written], on, onward)
            units = self.derivatives.shape(jacobian.written)[-1], self.derivatives.shape(jacobian.read)[-1]
            share = found.setdefault((jacobian.written, jacobian.read), np.zeros(units))
            np.add.at(share, (on % units[0], jacobian.read_places % units[1]), onward * self.sums[jacobian.written][on])
        return found

    def best(self, most: int) -> list[tuple[tuple[str | None, int, float], ...]]:
        """Paths of (tensor, place, derivative by the element before), the largest product first."""
        found: list[tuple[tuple[str | None, int, float], ...]] = []
        begin = ((self.tensor, self.start, 1.0),)
        number = 0  # of equal ones the first that was met stays first
        waiting: list[tuple[float, int, float, tuple[tuple[str | None, int, float], ...]]] = []
        if self.largest[self.tensor][self.start] > 0.0:
            waiting.append((-float(self.largest[self.tensor][self.start]), number, 1.0, begin))
        while waiting and len(found) < most:
            _, _, product, path = heapq.heappop(waiting)
            tensor, place, _ = path[-1]
            if tensor is None:
                found.append(path)
                continue
            ways = self.ways[tensor]
            for k in range(int(ways.first[place]), int(ways.first[place + 1])):
                target, on, value = ways.targets[ways.which[k]], int(ways.place[k]), float(ways.value[k])
                expected = abs(product * value) * float(self.largest[target][on])
                if expected > 0.0:
                    number += 1
                    heapq.heappush(waiting, (-expected, number, product * value, (*path, (target, on, value))))
        return found


def chain(
    graph: Graph, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, tensor: str, index: tuple[int, ...],
    seed: int = 0, iteration: int = 0, most: int = MOST_PATHS, accumulated: int = 0,
) -> Chain:  # fmt: skip
    """The chain of dL/d(element `index` of `tensor`) on one batch, in float64.

    `tensor` is a parameter ("dense_1.weight") or what an operation writes ("tanh_1.y", whose index begins with the sample). At most
    `most` paths are listed. Raises NNLabError for an element that there is not, one without gradient, and for too many elements.
    """
    derivatives = LocalDerivatives(graph, parameters, x, y, seed, iteration, accumulated)
    if tensor not in derivatives.gradients:
        raise NNLabError(f"{shown(tensor)} has no gradient; this network has those of {', '.join(sorted(derivatives.gradients))}.")
    gradient = derivatives.gradients[tensor]
    if len(index) != gradient.ndim or not all(0 <= i < length for i, length in zip(index, gradient.shape, strict=True)):
        raise NNLabError(f"{tensor} has shape {gradient.shape}; there is no element {tuple(index)}.")
    place = int(np.ravel_multi_index(index, gradient.shape))
    search = _Search(derivatives, tensor, place)
    loss = derivatives.program.loss_name or _LOSS

    def element(name: str | None, at: int) -> ChainElement:
        if name is None:
            return ChainElement(loss, ())
        return ChainElement(name, tuple(map(int, np.unravel_index(at, derivatives.shape(name)))))

    paths, elements = [], []
    for found in search.best(most):
        passed = [element(name, at) for name, at, _ in found]
        factors = [
            PathFactor(f"∂{after.name} / ∂{before.name}", value)
            for before, after, (_, _, value) in zip(passed, passed[1:], found[1:], strict=False)
        ]
        paths.append(tuple(reversed(factors)))
        elements.append(tuple(reversed(passed)))
    start = element(tensor, place)
    count, whole = float(search.counts[tensor][place]), float(search.sums[tensor][place])
    return Chain(start, float(gradient[index]), tuple(paths), tuple(elements), count, whole, search.shares())
