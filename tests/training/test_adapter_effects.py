"""What adapters do for the answers, against a session's own predictions."""

from __future__ import annotations

import lora_cases
import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.graph import adapters
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer
from nnlab.training import adapter_effects
from nnlab.training.adapter_effects import AdapterEffects, EffectsEvaluator
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


def effects_of(loss: str, data: Data) -> tuple[nnlab.Session, AdapterEffects]:
    made = nnlab.Session(adapters.attach(mlp([2, 8, 1], loss=loss), rank=1, name="task_a"))
    lora_cases.moved(made)
    made.set_parameters({"dense_2.bias": np.array([0.25 - np.median(made.predict(data.validation_x))])})  # most are from 0 to 0.5
    return made, EffectsEvaluator(made.graph, "task_a", [("task", data)])(made.parameters)


def test_of_one_logit_the_sign_is_the_class() -> None:
    data = prepare(DataSettings("spiral"))
    session, effects = effects_of("binary_cross_entropy", data)
    outputs, y = session.predict(data.validation_x)[:, 0], data.validation_y.ravel()
    expected = np.mean((outputs > 0.0) == y)
    assert effects.scores[0].now == pytest.approx(expected) and np.mean((outputs > 0.5) == y) != pytest.approx(expected)


def test_of_numbers_the_score_is_how_much_they_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    """On as many samples of a task as are looked at, its first ones."""
    monkeypatch.setattr(adapter_effects, "MOST_SAMPLES", 20)
    plane = prepare(DataSettings("plane"))
    session, effects = effects_of("mse", plane)
    (score,), y = effects.scores, plane.validation_y[:20]
    error = ((session.predict(plane.validation_x[:20]) - y) ** 2).sum()
    assert score.measure == "r2" and score.now == pytest.approx(1 - error / ((y - y.mean()) ** 2).sum(), rel=1e-4)
    assert effects.merging.samples == 20 < len(plane.validation_x)
