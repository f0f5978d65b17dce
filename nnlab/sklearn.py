"""Networks as scikit-learn's estimators: in a Pipeline, a GridSearchCV or a cross_val_score like any other.

    from nnlab.sklearn import Classifier
    model = make_pipeline(OneHotEncoder(), Classifier(hidden=(32, 16), random_state=0)).fit(table, labels)
    model[-1].session_.save("labels.nnlab")   # goes on in the window

Inputs are standardised, and a regressor's target as well, by numbers fitted on the samples of `fit`; they go with the session as its
preparation. Both estimators pass scikit-learn's own checks (`sklearn.utils.estimator_checks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlab.core.dataset import Target
from nnlab.core.fitted_preparation import NumberInput, Preparation, RawColumn
from nnlab.core.setting import Value
from nnlab.graph.mlp import HiddenLayer, mlp_graph
from nnlab.training.early_stopping import EarlyStopping
from nnlab.training.predicted import read_outputs
from nnlab.training.session import Session


class _Network(BaseEstimator):
    """What classifier and regressor share: their settings, and training on samples that were checked."""

    def __init__(
        self, hidden: Sequence[int] = (32,), activation: str = "relu", optimizer: str = "adam", learning_rate: float = 1e-2,
        epochs: int = 100, batch_size: int = 32, optimizer_settings: Mapping[str, Value] | None = None, schedule: str = "constant",
        validation_share: float = 0.0, patience: int = 20, dtype: str = "float64", random_state: Any = None, accumulate: int = 1,
    ) -> None:  # fmt: skip
        """`hidden`: units of each hidden layer. With a `validation_share` above 0 training ends when the loss on it has not improved for
        `patience` epochs, with the best weights. One update takes the gradients of `accumulate` batches.
        """
        self.hidden = hidden
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer_settings = optimizer_settings
        self.schedule = schedule
        self.validation_share = validation_share
        self.patience = patience
        self.dtype = dtype
        self.random_state = random_state
        self.accumulate = accumulate

    def _train(
        self, x: np.ndarray, y: np.ndarray, target: Target, target_mean: Sequence[float] = (), target_scale: Sequence[float] = ()
    ) -> None:  # fmt: skip
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        graph = mlp_graph(tuple(HiddenLayer(int(units), self.activation) for units in self.hidden), x.shape[1], target)
        settings: dict[str, Any] = dict(self.optimizer_settings or {})
        self.session_ = Session(graph, self.optimizer, self.learning_rate, seed, self.dtype, self.schedule, **settings)
        held = np.zeros(len(x), dtype=bool)
        if self.validation_share > 0.0:
            count = min(max(round(self.validation_share * len(x)), 1), len(x) - 1)
            held[np.random.default_rng(seed).permutation(len(x))[:count]] = True
        mean, deviation = x[~held].mean(axis=0), x[~held].std(axis=0)
        names = [str(name) for name in getattr(self, "feature_names_in_", [f"x{k + 1}" for k in range(x.shape[1])])]
        scale = np.where(deviation > 0.0, deviation, 1.0)
        steps = tuple(NumberInput(column=n, mean=m, scale=s) for n, m, s in zip(names, mean.tolist(), scale.tolist(), strict=True))
        preparation = Preparation(tuple(RawColumn(name) for name in names), steps, target, tuple(target_mean), tuple(target_scale))
        self.session_.preparation = preparation
        inputs = (x - mean) / scale
        stop: dict[str, Any] = {}
        if held.any():
            stop = {"validation": (inputs[held], y[held]), "early_stopping": EarlyStopping(self.patience)}
        size = min(self.batch_size, int((~held).sum()))
        self.curves_ = self.session_.fit(inputs[~held], y[~held], epochs=self.epochs, batch_size=size, accumulate=self.accumulate, **stop)
        self.n_iter_ = self.session_.epoch
        self.loss_ = float(self.curves_.last)
        self._mean, self._scale = mean, scale

    def _predicted(self, x: Any) -> Any:
        check_is_fitted(self, "session_")
        x = validate_data(self, x, dtype=np.float64, reset=False)
        outputs = self.session_.predict((x - self._mean) / self._scale)
        return read_outputs(outputs, self.session_.preparation, self.session_.graph.losses[0].kind.link)


class Classifier(ClassifierMixin, _Network):
    """A network of dense layers for two or more classes, with scikit-learn's `fit`, `predict`, `predict_proba` and `score`."""

    def fit(self, x: Any, y: Any) -> Classifier:
        """x (samples, features), y (samples,) of class labels. Raises ValueError for what cannot be learned from."""
        x, y = validate_data(self, x, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier needs samples of at least two classes, but the data has one class only: {self.classes_[0]!r}.")
        kind = "binary" if len(self.classes_) == 2 else "classes"
        self._train(x, numbers.astype(np.int64), Target(kind, tuple(str(name) for name in self.classes_)))
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """(samples, classes), in the order of `classes_`."""
        return np.asarray(self._predicted(x).probabilities)

    def predict(self, x: Any) -> np.ndarray:
        """The most probable class of each sample."""
        predicted = self._predicted(x)
        return np.asarray(self.classes_[predicted.classes])


class Regressor(RegressorMixin, _Network):
    """A network of dense layers for one number or several, with scikit-learn's `fit`, `predict` and `score`."""

    def fit(self, x: Any, y: Any) -> Regressor:
        """x (samples, features), y (samples,) or (samples, outputs). Raises ValueError for what cannot be learned from."""
        x, y = validate_data(self, x, y, dtype=np.float64, multi_output=True, y_numeric=True)
        self._is_row = y.ndim == 1
        numbers = y.reshape(len(y), -1).astype(np.float64)
        mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
        scale = np.where(deviation > 0.0, deviation, 1.0)
        names = tuple(f"y{k + 1}" for k in range(numbers.shape[1])) if numbers.shape[1] > 1 else ("y",)
        self._train(x, (numbers - mean) / scale, Target("continuous", names), mean.tolist(), scale.tolist())
        return self

    def predict(self, x: Any) -> np.ndarray:
        """(samples,) or (samples, outputs), as `fit` was given, in the target's own unit."""
        numbers = np.asarray(self._predicted(x).numbers)
        return numbers[:, 0] if self._is_row else numbers

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
