from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probes.sample_losses import sample_losses


@pytest.mark.parametrize(("name", "loss", "outputs"), [("iris", "cross_entropy", 3), ("diabetes", "mse", 1), ("spiral", "hinge", 1)])
def test_the_mean_over_the_samples_is_the_loss(name: str, loss: str, outputs: int) -> None:
    data = prepare(DataSettings(name))
    b = GraphBuilder()
    b.node(loss, b.dense(b.input(features=data.x.shape[1]), units=outputs))
    evaluator = Evaluator(b.build(), "float64", 64)
    found = sample_losses(evaluator, data)
    assert found.training.shape == (len(data.x),) and found.validation.shape == (len(data.validation_x),)
    assert found.training.mean() == pytest.approx(evaluator.loss(data.x, data.y)[0], rel=1e-12)
    one, _ = evaluator.loss(data.x[5:6], data.y[5:6])
    assert found.training[5] == pytest.approx(one, rel=1e-12)
    if loss == "cross_entropy":
        logits = evaluator.predict(data.x)
        expected = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(logits)), data.y]
        np.testing.assert_allclose(found.training, expected, rtol=1e-9)
