"""What adapters do for the answers, against a session's own predictions."""

from __future__ import annotations

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import adapters
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer
from nnlab.training.adapter_effects import EffectsEvaluator
from nnlab.training.session_adapters import report_of

DATA = prepare(DataSettings("digits"))


@pytest.fixture(scope="module")
def session() -> nnlab.Session:
    b = nnlab.GraphBuilder()
    layer = hidden_layer(b, b.input(features=64), HiddenLayer(16, "relu"), "hidden")
    end(b, layer, DATA.target, "head")
    made = nnlab.Session(adapters.attach(b.build(), rank=2, name="task_a"))
    lora_cases.moved(made)
    return made


@pytest.mark.parametrize("is_merged", [False, True])
def test_scores_and_the_report_are_those_of_the_predictions(session: nnlab.Session, is_merged: bool) -> None:
    x, y = DATA.validation_x, DATA.validation_y.ravel()
    merged = adapters.merge(session.graph, "task_a")
    effects = EffectsEvaluator(merged if is_merged else session.graph, "task_a", [("digits", DATA)])(session.parameters)
    beside = session.predict(x)
    session.switch(None)
    base = session.predict(x)
    session.switch("task_a")
    session.merge("task_a")
    apart = report_of(beside, session.predict(x))
    session.unmerge("task_a")
    (score,) = effects.scores
    now = beside.argmax(axis=1) == y
    assert (score.title, score.measure) == ("digits", "accuracy")
    assert score.now == pytest.approx(np.mean(now)) and score.base == pytest.approx(np.mean(base.argmax(axis=1) == y))
    assert effects.merging == apart and apart.samples == len(x) and 0 < apart.largest_difference < 1e-3
    assert [proof.is_unchanged for proof in effects.proofs] == [False, False]  # `moved` moved W₀ as well, and it is told
