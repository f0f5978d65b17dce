"""What is known of one run's losses, for plots that show several runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnlab.training.probes.output_losses import OutputLosses
from nnlab.ui.comparison.run_keys import RunKey
from nnlab.ui.panels.plotting.export import ExportTable

BEYOND = 1e12


@dataclass(frozen=True, eq=False)
class RunLosses:
    """What is known of one run's losses. `loss`: what the loss is called."""

    name: str
    loss: str
    key: RunKey
    found: OutputLosses

    @cached_property
    def can_be_shown(self) -> bool:
        """Whether its numbers can be drawn: not those of a run that diverged."""
        return all(bool((np.abs(part) < BEYOND).all()) for part in (self.found.x, self.found.curve_x, self.found.curve_losses))


def losses_table(runs: Sequence[RunLosses], of_gradient: bool) -> ExportTable:
    """A row for every sample of every run: where it stands on the axis, and its own loss or gradient."""
    found = [run.found for run in runs]
    names = [run.name for run in runs for _ in run.found.x]
    samples, xs = np.concatenate([np.arange(len(f.x)) for f in found]), np.concatenate([f.x for f in found])
    values = np.concatenate([f.gradients if of_gradient else f.losses for f in found])
    of = "p of the true class" if all(f.of_probability for f in found) else "error"
    return ExportTable(("run", "sample", of, "gradient" if of_gradient else "loss"), (names, samples, xs, values))
