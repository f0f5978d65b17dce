"""What is restored of a snapshot: what fits by name and shape, and where the run stood."""

from __future__ import annotations

import numpy as np
from networks import mlp

from nnlab.core.preparation import DataSettings, prepare
from nnlab.training.complete_run import prepare_run
from nnlab.training.settings import TrainingSettings
from nnlab.training.snapshots import restore_snapshot, take_snapshot

DATA = prepare(DataSettings("circle"))
TRAINING = TrainingSettings("adam", learning_rate=0.01, batch_size=50)


def test_another_network_takes_over_what_it_has_too() -> None:
    """Its second layer is narrower, its third is none of the first network's."""
    first = prepare_run(mlp([2, 5, 6, 1], loss="binary_cross_entropy"), DATA, TRAINING)
    first.train(20)
    snapshot = take_snapshot(first, undisturbed=True)
    other = prepare_run(mlp([2, 5, 4, 3, 1], loss="binary_cross_entropy"), DATA, TRAINING)
    before, moments_before = other.state.stored(), take_snapshot(other, undisturbed=True).moments
    restore_snapshot(other, snapshot)
    assert other.iteration == 20
    after, moments = other.state.stored(), take_snapshot(other, undisturbed=True).moments
    for name, values in after.items():
        fits = name.startswith("dense_1.")
        np.testing.assert_array_equal(values, snapshot.parameters[name] if fits else before[name])
    fitting = {name for name, values in moments.items() if name in snapshot.moments and snapshot.moments[name].shape == values.shape}
    assert {name for name in moments if "dense_1." in name} <= fitting < set(moments)
    for name, values in moments.items():
        np.testing.assert_array_equal(values, snapshot.moments[name] if name in fitting else moments_before[name])
