"""One sample on its way through the network: the numbers that stand inside a neuron.

A frame is made after its step: its activations belong to the weights *before* the update, its weights are already the new ones, so
products read from it would not add up to its z. Therefore the sample is sent through the network once more, by the engine's evaluator
with the frame's parameters. Every number then belongs to the same weights, in every neuron, and there are numbers before the first step.

Random and running parts behave as in prediction: a dropout passes everything, a batch norm uses its running statistics.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.graph.targets import encoded
from nnlab.ui.canvas.model.lookup import Lookup


class Sample(Protocol):
    """Tensors of one sample."""

    def row(self, tensor: str) -> np.ndarray | None:
        """A tensor with a batch axis, without that axis; None when it is not known."""

    def parameter(self, tensor: str) -> np.ndarray | None:
        """A tensor without a batch axis; None when it is not known."""


class FrameSample:
    """A row of the batch that a frame holds: what is shown where there are values but no run to ask."""

    def __init__(self, values: Lookup, position: int = 0) -> None:
        self._values, self._position = values, position

    def row(self, tensor: str) -> np.ndarray | None:
        found = self._values(tensor)
        return None if found is None or not found.ndim or self._position >= len(found) else found[self._position]

    def parameter(self, tensor: str) -> np.ndarray | None:
        return self._values(tensor)


class PassedSample:
    """What one forward pass left in an evaluator's arena. Copies are handed out: the next pass overwrites it."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def row(self, tensor: str) -> np.ndarray | None:
        place = self._evaluator.program.places.get(tensor)
        return None if place is None or not place.has_batch else place.view(self._evaluator.state.arena, 1)[0].copy()

    def parameter(self, tensor: str) -> np.ndarray | None:
        place = self._evaluator.program.places.get(tensor)
        return None if place is None or place.has_batch else place.view(self._evaluator.state.arena, 1).copy()


class SamplePass:
    """Sends single samples through the network of a frame; the evaluator is kept while the program is the same."""

    def __init__(self) -> None:
        self._evaluator: Evaluator | None = None
        self._program: object = None

    def run(self, frame: Frame, data: Data, number: int) -> PassedSample:
        """The sample `number` of the training data, with the frame's parameters."""
        if self._evaluator is None or self._program is not frame.program:
            self._evaluator, self._program = Evaluator(frame.program.graph, frame.program.real, capacity=1), frame.program
        self._evaluator.load(frame.parameters)
        self._evaluator.loss(data.x[number : number + 1], encoded(frame.program.graph, data.target, data.y[number : number + 1]))
        return PassedSample(self._evaluator)


class SampleChoice:
    """Which sample is looked at, as an index into the training data.

    Unless a person has chosen one it is the first of the current batch; but while training plays it stays the same, since a number that
    belongs to another sample every time shows nothing.
    """

    def __init__(self) -> None:
        self.number = 0
        self._chosen = False

    def follow(self, batch: np.ndarray, count: int, playing: bool) -> None:
        """Takes the newest batch (indices into the data's `count` samples; empty before the first step)."""
        if not self._chosen and not playing:
            self.number = int(batch[0]) if len(batch) else 0
        if self.number >= count:
            self.reset()

    def reset(self) -> None:
        """After other data came."""
        self.number, self._chosen = 0, False

    def step(self, by: int, batch: np.ndarray, count: int) -> None:
        """To a neighbour in the batch, round its end; before the first step, to a neighbour in the data."""
        places = np.flatnonzero(batch == self.number)
        if not len(batch):
            self.number = (self.number + by) % max(count, 1)
        elif not len(places):
            self.number = int(batch[0])
        else:
            self.number = int(batch[(int(places[0]) + by) % len(batch)])
        self._chosen = True

    def choose(self, number: int) -> None:
        """A sample of the training data, in the batch or not."""
        self.number, self._chosen = number, True

    def place(self, batch: np.ndarray) -> int | None:
        """Its place in the batch, None when it is not in it."""
        places = np.flatnonzero(batch == self.number)
        return int(places[0]) if len(places) else None
