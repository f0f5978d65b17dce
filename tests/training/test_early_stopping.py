"""Training ends when the validation loss stops improving, with the weights of the best epoch, to the bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError, SettingError, TrainingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.run import Run
from nnlab.training.complete_run import prepare_run
from nnlab.training.early_stopping import MIN_DELTA, PATIENCE, EarlyStopping, train_with_patience
from nnlab.training.settings import TrainingSettings

DATA = prepare(DataSettings("wine", validation_share=0.8))
GRAPH = mlp([DATA.x.shape[1], 16, 3], "tanh", "cross_entropy")


def run(rate: float = 0.02) -> Run:
    return prepare_run(GRAPH, DATA, TrainingSettings(learning_rate=rate, batch_size=16))


def by_hand(patience: int, min_delta: float = 0.0, epochs: int = 300) -> tuple[int | None, int, float, dict[str, np.ndarray]]:
    """(where it stops, best iteration, its loss, its weights) by measuring after every epoch."""
    one = run()
    best, at, weights, waited = one.validate()[0], 0, one.state.stored(), 0
    for _ in range(epochs):
        one.train(one.steps_to_end_of_epoch)
        loss = one.validate()[0]
        if loss < best - min_delta:
            best, at, weights, waited = loss, one.iteration, one.state.stored(), 0
        else:
            waited += 1
        if waited == patience:
            return one.iteration, at, best, weights
    return None, at, best, weights


@pytest.mark.parametrize(("patience", "min_delta"), [(5, 0.0), (1, 0.0), (3, 0.01)])
def test_it_stops_when_patience_runs_out_and_the_best_weights_are_back(patience: int, min_delta: float) -> None:
    one = run()
    found = train_with_patience(one, 300 * one.steps_to_end_of_epoch, EarlyStopping(patience, min_delta), one.train)
    stopped, at, loss, weights = by_hand(patience, min_delta)
    assert stopped is not None
    assert (found.stopped, found.best_iteration, found.best_loss) == (stopped, at, pytest.approx(loss, rel=1e-6))
    assert one.iteration == stopped == one.steps_to_end_of_epoch * found.epochs
    for name, values in one.state.stored().items():
        np.testing.assert_array_equal(values, weights[name])
    assert f"iteration {at:,}" in found.sentence


def test_a_run_that_ends_before_has_the_best_weights_too() -> None:
    one = run(0.001)
    found = train_with_patience(one, 7, EarlyStopping(50), one.train)
    assert (found.stopped, found.best_iteration, one.iteration) == (None, 7, 7)
    assert found.best_loss == pytest.approx(one.validate()[0])
    assert found.sentence.startswith("Training ended")


def test_a_run_that_fails_keeps_its_best_weights() -> None:
    one = prepare_run(mlp([1, 1]), prepare(DataSettings("function")), TrainingSettings("sgd", learning_rate=900.0))
    start = one.state.stored()
    with pytest.raises(TrainingError):
        train_with_patience(one, 5000, EarlyStopping(1000), one.train)
    for name, values in one.state.stored().items():
        np.testing.assert_array_equal(values, start[name])


def test_without_validation_samples_it_says_what_to_do() -> None:
    one = prepare_run(GRAPH, prepare(DataSettings("wine", validation_share=0.0)), TrainingSettings())
    with pytest.raises(NNLabError, match="set a validation share above 0"):
        train_with_patience(one, 10, EarlyStopping(), one.train)
    for wrong in ({"patience": 0}, {"min_delta": -1.0}, {"min_delta": math.nan}):
        with pytest.raises(SettingError, match="early stopping"):
            EarlyStopping(**wrong)  # type: ignore[arg-type]


def test_a_session_stops_early() -> None:
    session = nnlab.Session(GRAPH, "adam", learning_rate=0.02)
    held = DATA.validation_x, DATA.validation_y
    session.fit(DATA.x, DATA.y, epochs=300, batch_size=16, validation=held, early_stopping=nnlab.EarlyStopping(patience=4))
    assert session.stopped_early is not None and session.stopped_early.stopped is not None
    assert session.loss(*held) == pytest.approx(session.stopped_early.best_loss)
    session.fit(DATA.x, DATA.y, epochs=1)
    assert session.stopped_early is None


def test_without_a_word_it_waits_as_long_as_its_settings_say() -> None:
    """Ten epochs, each lower by whatever little."""
    assert (EarlyStopping().patience, EarlyStopping().min_delta) == (PATIENCE.default, MIN_DELTA.default) == (10, 0.0)
    for wrong in ({"patience": 0}, {"min_delta": -0.1}):
        with pytest.raises(SettingError):
            EarlyStopping(**wrong)  # type: ignore[arg-type]
    assert EarlyStopping(patience=1).patience == 1
