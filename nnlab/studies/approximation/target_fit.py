"""What is to be approximated by which network: a target of one feature as data, and the hidden layers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.dataset import Interval, datasets
from nnlab.core.errors import SettingError, shown
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import MOST_UNITS, HiddenLayer, activation_aliases, activation_names, mlp_graph
from nnlab.studies.approximation.known_function import formula_on
from nnlab.training.probes.approximation import is_number_of
from nnlab.training.settings import SEED

SAMPLES, MOST_SAMPLES = 256, 2048  # as many as there are units, but between these
LEARNING_RATE = 0.003
MOST_DEPTH = 8


@dataclass(frozen=True)
class TargetFit:
    """`depth` hidden layers of `units` each for the target of `data`. Equal ones, trained for as many updates, end in the same bits.

    A formula or a drawn curve is sampled as densely as the units need, unless `samples` says how densely; its noise stays. A table is taken
    whole. Nothing is set aside for validation.
    """

    data: DataSettings
    units: int
    activation: str = "tanh"
    depth: int = 1
    seed: int = 0
    samples: int | None = None
    learning_rate: float = LEARNING_RATE

    @staticmethod
    def of_formula(formula: str, domain: Interval, units: int, activation: str = "tanh", depth: int = 1, seed: int = 0) -> TargetFit:
        """For a typed formula on an interval; raises NNLabError for one that is not finite there, or an interval that is empty."""
        return TargetFit(formula_data(formula, domain), units, activation, depth, seed)

    def checked(self) -> TargetFit:
        """The same with every value of its type; raises NNLabError, in one sentence, for what cannot be trained."""
        samples = SAMPLES if self.samples is None else self.samples
        whole = {"units": (self.units, 1, MOST_UNITS), "depth": (self.depth, 1, MOST_DEPTH), "samples": (samples, 2, 100_000)}
        for name, (value, least, most) in whole.items():
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
                raise SettingError(f"{name} is {shown(value)}; choose a whole number from {least} to {most:,}.")
        activation = activation_aliases().get(self.activation, self.activation)
        if activation and activation not in activation_names():
            raise SettingError(f"There is no activation {shown(self.activation)}; choose one of {', '.join(activation_names())}, linear.")
        made = replace(self, activation=activation, seed=int(SEED.check(self.seed, "approximate")))
        if not is_number_of(made.prepared(), 1):
            name = datasets[self.data.name].title
            raise SettingError(f"The data set {name} is not one number as a function of one feature; choose a target that is.")
        return made

    @property
    def data_settings(self) -> DataSettings:
        """The samples it is trained on: standardised, all of them for training."""
        settings = dict(self.data.settings)
        if any(setting.name == "samples" for setting in datasets[self.data.name].settings):
            settings["samples"] = min(max(SAMPLES, self.units), MOST_SAMPLES) if self.samples is None else self.samples
        return replace(self.data, settings=settings, inputs=(), derived=(), validation_share=0.0, standardize=True)

    def prepared(self) -> Data:
        return prepare(self.data_settings)

    def graph(self, data: Data) -> Graph:
        return mlp_graph([HiddenLayer(self.units, self.activation)] * self.depth, 1, data.target)


def formula_data(formula: str, domain: Interval) -> DataSettings:
    """A typed formula on an interval as a data set, without noise. Raises NNLabError as `formula_on`."""
    low, high = formula_on(formula, domain).domain
    return DataSettings("function", {"formula": formula, "start": low, "end": high})
