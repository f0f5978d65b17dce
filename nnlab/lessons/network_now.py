"""One network as it is now, and what lessons name of it: tensors, and numbers that the engine works out of all samples.

    training_loss, training_accuracy, validation_accuracy
    dead_units       hidden units that are 0 for every training sample
    rms_error, sup_error, outside_error      of a fit to its target (`nnlab.training.function_errors`), the last one beyond the domain
    half_jump        half of the target's largest jump: no curve without a jump has a smaller largest error
    update_rank      directions that an adapter's update B A has, by its singular values, in the first layer with one
    change_share_1, _2, _4, _8      of what that layer (without adapters the widest one) has changed by since iteration 0, the share
                     that lies in its first directions: squared singular values over all of them

A number that there is not, because the network has no loss or is no fit of a function, is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.adapters import adapted
from nnlab.training.adapter_updates import share_in_first, singular_values, singular_values_of_change
from nnlab.training.function_errors import Errors, errors_inside, errors_outside, jumps_of
from nnlab.training.metrics import metrics
from nnlab.training.project import Project

NAN = math.nan
SAMPLES = 64  # of which a layer's outputs may be named
LEAST = 1e-5  # of the largest singular value: what is below is rounding


@dataclass(frozen=True, eq=False)
class NetworkNow:
    """`values` gives parameters and, where there are any, what the last batch left, by name; `evaluator` holds the present parameters."""

    project: Project
    data: Data
    evaluator: Evaluator
    values: Callable[[str], np.ndarray | None]

    def tensor(self, name: str) -> np.ndarray | None:
        """What a layer gives for the first training samples; a parameter or gradient as it is."""
        if name in self.evaluator.before_loss_tensors:
            return self.evaluator.activations(self.data.x[:SAMPLES], (name,))[name]
        return self.values(name)

    def measured(self, word: str) -> float:
        """`word` is one of MEASURED."""
        if not self.project.graph.losses:
            return NAN
        try:
            return float(MEASURED[word](self))
        except NNLabError:  # a fit of inputs that are not the function's own
            return NAN

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        if not len(x):
            return NAN
        outputs = self.evaluator.loss(x, y)[1]
        return metrics(outputs, y, self.data.target, self.project.graph.losses[0].kind.link).get("accuracy", NAN)

    def dead_units(self) -> float:
        nodes = [node.id for node in self.project.graph if node.kind.can_die]
        names = tuple(f"{node}.y" for node in nodes if f"{node}.y" in self.evaluator.before_loss_tensors)
        found = self.evaluator.activations(self.data.x, names) if names else {}
        return float(sum(int((values <= 0.0).all(axis=0).sum()) for values in found.values()))

    def errors(self, find: Callable[[Evaluator, Data], Errors | None]) -> Errors | None:
        is_fit = self.data.target.kind == "continuous" and self.data.raw_x.shape[1] <= 2
        return find(self.evaluator, self.data) if is_fit else None

    def half_jump(self) -> float:
        if self.data.truth is None or self.data.raw_x.shape[1] != 1:
            return NAN
        return max((jump.height / 2 for jump in jumps_of(self.data)), default=0.0)

    def update_rank(self) -> float:
        graph = self.project.graph
        for name, layers in adapted(graph).items():
            parts = {info: value for info in self.evaluator.program.stored if (value := self.values(info)) is not None}
            found = singular_values(graph, parts, layers[0], name)
            return float(np.count_nonzero(found > LEAST * found.max(initial=0.0)))
        return NAN

    def change_share(self, count: int) -> float:
        initial = self.project.initial
        if initial is None:
            return NAN
        weights = [name for name in initial.values if name.endswith(".weight") and initial.values[name].ndim == 2]
        widest = max(weights, key=lambda name: initial.values[name].size, default="")
        now = self.values(widest)
        if now is None or now.shape != initial.values[widest].shape:
            return NAN
        return share_in_first(singular_values_of_change(initial.values[widest], now), count)


def _of_errors(find: Callable[[Evaluator, Data], Errors | None], read: Callable[[Errors], float]) -> Callable[[NetworkNow], float]:
    def measure(network: NetworkNow) -> float:
        found = network.errors(find)
        return NAN if found is None else read(found)

    return measure


MEASURED: Mapping[str, Callable[[NetworkNow], float]] = {
    "training_loss": lambda n: n.evaluator.loss(n.data.x, n.data.y)[0],
    "training_accuracy": lambda n: n.accuracy(n.data.x, n.data.y),
    "validation_accuracy": lambda n: n.accuracy(n.data.validation_x, n.data.validation_y),
    "dead_units": NetworkNow.dead_units,
    "rms_error": _of_errors(errors_inside, lambda found: found.rms),
    "sup_error": _of_errors(errors_inside, lambda found: found.sup),
    "outside_error": _of_errors(errors_outside, lambda found: found.sup),
    "half_jump": NetworkNow.half_jump,
    "update_rank": NetworkNow.update_rank,
    **{f"change_share_{count}": (lambda n, count=count: n.change_share(count)) for count in (1, 2, 4, 8)},  # type: ignore[misc]
}  # fmt: skip
