"""The estimators pass scikit-learn's own checks, learn, and leave a session with its preparation."""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

import nnlab
from nnlab.sklearn import Classifier, Regressor


@parametrize_with_checks([Classifier(epochs=30), Regressor(epochs=30)])
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    assert check(estimator) is None


def test_it_learns_and_leaves_a_session_with_its_preparation(tmp_path: Path) -> None:
    x, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    assert cross_val_score(Classifier(hidden=(16,), random_state=0), x, names, cv=3).mean() > 0.93
    model = Classifier(hidden=(16,), validation_share=0.2, patience=5, epochs=400, random_state=1).fit(x, names)
    assert model.n_iter_ < 400 and model.session_.stopped_early is not None
    model.session_.save(tmp_path / "iris.nnlab")
    said = nnlab.load(tmp_path / "iris.nnlab").predict_raw(x)
    assert list(said.class_names) == model.predict(x).tolist()
    assert said.probabilities is not None
    assert np.array_equal(said.probabilities, model.predict_proba(x))


def test_several_numbers_in_their_own_unit() -> None:
    x = np.random.default_rng(0).normal(size=(200, 2))
    y = np.stack([1000.0 + 50.0 * x[:, 0], 0.01 * x[:, 1]], axis=1)
    model = Regressor(random_state=0).fit(x, y)
    assert model.predict(x).shape == (200, 2) and model.score(x, y) > 0.98
    assert model.score(x, y) == model.fit(x, y).score(x, y)
    assert Regressor(random_state=0).fit(x, y[:, 0]).predict(x).shape == (200,)


def test_several_batches_become_one_update() -> None:
    """As k batches are one large one: with all rows in k batches the update is that of the full batch."""
    x = np.random.default_rng(0).normal(size=(64, 3))
    y = x @ [1.0, -2.0, 0.5]
    together = Regressor(hidden=(4,), optimizer="sgd", epochs=5, batch_size=16, accumulate=4, random_state=1).fit(x, y)
    whole = Regressor(hidden=(4,), optimizer="sgd", epochs=5, batch_size=64, random_state=1).fit(x, y)
    assert together.session_.iteration == whole.session_.iteration == 5
    assert np.allclose(together.predict(x), whole.predict(x), atol=1e-9)
    assert Regressor(accumulate=3).get_params()["accumulate"] == 3
