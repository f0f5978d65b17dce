"""The samples that excite each unit most are those of its greatest activations, and only images have them."""

from __future__ import annotations

import numpy as np

from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probe import probes
from nnlab.training.probes.exciting_inputs import BEST, ExcitingInputs


def test_the_strongest_answers_of_every_unit_come_first() -> None:
    data = prepare(DataSettings("digits"))
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.tanh(b.dense(b.input(features=64), units=7)), units=10))
    evaluator = Evaluator(b.build())
    evaluator.load(np.random.default_rng(0).normal(size=evaluator.program.parameters_end).astype(np.float32) / 8)
    found = probes["exciting_inputs"](evaluator, data)
    assert isinstance(found, ExcitingInputs) and set(found.by_node) == {"dense_1", "tanh_1", "dense_2"}
    values = evaluator.activations(data.x, ["dense_1.y"])["dense_1.y"]
    best = found.by_node["dense_1"]
    assert best.samples.shape == (7, BEST)
    np.testing.assert_array_equal(best.answers, np.sort(values, axis=0)[::-1][:BEST].T)
    assert values[best.samples[3, 1], 3] == best.answers[3, 1]
    assert probes["exciting_inputs"](evaluator, prepare(DataSettings("spiral"))) is None
