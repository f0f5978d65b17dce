"""Results of sweeps that nobody trained."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nnlab.studies.sweeps.trials import Trial, TrialResult
from nnlab.ui.sweep.columns import SweepColumns


def result(units: int, optimizer: str, seed: int, loss: float | None, error: str = "") -> TrialResult:
    values = {} if error else {"loss": loss, "iterations": 5}
    return TrialResult(Trial({"units": units, "optimizer": optimizer, "seed": seed}), values, 0.25, error)


@pytest.fixture
def columns() -> Callable[..., SweepColumns]:
    """columns(n): n trials whose loss falls from 1 with their number, the last of which failed."""

    def make(count: int) -> SweepColumns:
        found = SweepColumns(("units", "optimizer", "seed"), ("loss", "iterations"))
        words = ("adam", "sgd")
        found.add([result(2 ** (k % 4), words[k % 2], k, 1.0 / (k + 1)) for k in range(count - 1)])
        found.add([result(2, "adam", count - 1, None, "It broke.")])
        return found

    return make
