"""The batch that comes next is known before it is trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.engine.batch_order import upcoming_batch
from nnlab.files.examples import load_example
from nnlab.training.complete_run import prepare_run


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_run_takes_the_batch_that_was_foretold(shuffle: bool) -> None:
    """Over two epochs, whose last batches are smaller: 400 samples in batches of 150."""
    project = load_example("circle")
    training = replace(project.training, batch_size=150, seed=7, shuffle=shuffle)
    data = prepare(project.data)
    run, samples = prepare_run(project.graph, data, training), len(data.x)
    epoch = position = 0
    for _ in range(6):
        foretold = upcoming_batch(samples, 150, 7, epoch, position, shuffle)
        run.train(1)
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None and np.array_equal(frame.samples, foretold)
        epoch, position = frame.epoch, frame.position
    assert epoch == 2
    np.testing.assert_array_equal(upcoming_batch(samples, 150, 7, 1, samples, shuffle), upcoming_batch(samples, 150, 7, 2, 0, shuffle))
