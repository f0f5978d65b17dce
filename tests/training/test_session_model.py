"""A session as a model that one takes away: prepared data, its preparation, and what it remembers of its fits."""

from __future__ import annotations

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import DataError, NNLabError
from nnlab.core.preparation import Data, DataSettings, prepare


@pytest.fixture(scope="module")
def iris() -> Data:
    return prepare(DataSettings("iris"))


def session(**options: object) -> nnlab.Session:
    b = nnlab.GraphBuilder()
    b.cross_entropy(b.dense(b.input(features=4), units=3))
    return nnlab.Session(b.build(), "sgd", learning_rate=0.1, **options)  # type: ignore[arg-type]


def test_prepared_data_brings_its_targets_its_validation_and_its_preparation(iris: Data) -> None:
    prepared, by_hand = session(), session()
    history = prepared.fit(iris, epochs=2, batch_size=20)
    other = by_hand.fit(iris.x, iris.y, epochs=2, batch_size=20, validation=(iris.validation_x, iris.validation_y))
    assert history.mean.tolist() == other.mean.tolist()
    assert history.validation_losses.tolist() == other.validation_losses.tolist() and len(history.validation_losses) == 2
    for name, values in prepared.parameters.items():
        np.testing.assert_array_equal(values, by_hand.parameters[name])
    assert prepared.preparation is not None and prepared.preparation.inputs == 4
    raw = iris.raw_validation_x[:5]
    names = prepared.predict_raw(raw).class_names
    logits = iris.transform(raw) @ prepared.parameters["dense_1.weight"].T + prepared.parameters["dense_1.bias"]
    assert list(names) == [iris.target.names[k] for k in logits.argmax(axis=1)]


def test_another_validation_may_be_given_besides(iris: Data) -> None:
    own = session()
    held = iris.validation_x[:7], iris.validation_y[:7]
    history = own.fit(iris, epochs=1, batch_size=20, validation=held)
    assert history.validation_losses[-1] == pytest.approx(own.loss(*held), rel=1e-5)


def test_targets_are_given_once(iris: Data) -> None:
    with pytest.raises(DataError, match="y is None: give x and y, or prepared data such as session.data"):
        session().fit(iris.x)
    with pytest.raises(DataError, match="which has its targets in it, and a y besides; leave y out"):
        session().fit(iris, iris.y)


def test_a_preparation_has_to_make_what_the_network_takes(iris: Data) -> None:
    own = session()
    with pytest.raises(DataError, match=r"A preparation was expected, not 3; data sets give theirs as prepare\(…\).preparation"):
        own.preparation = 3  # type: ignore[assignment]
    with pytest.raises(DataError, match="The preparation makes 2 inputs, but the network takes 4"):
        own.preparation = prepare(DataSettings("circle")).preparation
    given = iris.preparation
    own.preparation = given
    assert own.preparation is given
    own.preparation = None
    assert own.preparation is not given and own.preparation.inputs == 4


def test_every_fit_is_a_run(iris: Data) -> None:
    own = session(seed=7)
    assert len(own.runs) == 0 and own.epoch == 0
    own.fit(iris, epochs=2, batch_size=20)
    own.fit(iris, epochs=1, batch_size=60)
    first, second = own.runs
    assert (first.seeds[0].iteration, second.seeds[0].iteration) == (12, 14)
    assert (first.project.training.batch_size, second.project.training.batch_size) == (20, 60)
    assert own.epoch == 3
    settings = own.training_settings
    assert (settings.optimizer, settings.learning_rate, settings.seed) == ("sgd", 0.1, 7)
    assert (settings.batch_size, settings.epochs, settings.shuffle, settings.accumulate) == (32, 20, True, 1)


def test_a_session_without_a_project_says_so() -> None:
    own = session()
    with pytest.raises(NNLabError, match=r"no project with data; load one, or make one with nnlab\.from_table"):
        own.data  # noqa: B018
    with pytest.raises(NNLabError, match=r"no project that sets samples aside"):
        own.evaluate_on_test()
    assert own.test_evaluations == ()
