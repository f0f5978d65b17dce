"""What a probe is: a picture of what the network computes, made by the engine from a frame's parameters.

A probe is a pure function of an evaluator, which holds the parameters, and the data: the same numbers for the same two, and neither is
changed. A panel names the probes it needs; only those of visible panels are computed, at a rate their cost allows. One file each in
`nnlab/training/probes/`:

    register(Probe("curve", compute, applies=lambda data: len(data.raw_features) == 1))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnlab.core.preparation import Data
from nnlab.core.registry import Registry
from nnlab.engine.evaluator import Evaluator


@dataclass(frozen=True, eq=False)
class Probe:
    """A probe as registered. `compute` returns a frozen dataclass of its own; it is called only for data that the probe `applies` to."""

    name: str
    compute: Callable[[Evaluator, Data], object]
    applies: Callable[[Data], bool] = lambda data: True

    def __call__(self, evaluator: Evaluator, data: Data) -> object | None:
        """The result for the parameters the evaluator holds; None for data that has no such picture."""
        return self.compute(evaluator, data) if self.applies(data) else None


probes: Registry[Probe] = Registry("probe", "nnlab.training.probes")


def register(probe: Probe) -> Probe:
    """Makes a probe known to panels and to the tests over every probe."""
    return probes.add(probe)
