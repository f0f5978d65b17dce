"""scikit-learn: MLPRegressor and MLPClassifier, their own loop, no early stop and no penalty."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from nnlab.bench.systems.workloads import LEARNING_RATE, Workload

NAME = "scikit-learn"


def versions() -> dict[str, str]:
    import sklearn

    return {"scikit-learn": sklearn.__version__}


def supports(workload: Workload) -> bool:
    return workload.hidden is not None


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    x, y = workload.data()
    kind: Any = MLPRegressor if workload.loss == "mse" else MLPClassifier
    options = {
        "hidden_layer_sizes": workload.hidden, "activation": workload.activation, "solver": workload.optimizer,
        "batch_size": workload.batch, "learning_rate_init": LEARNING_RATE, "alpha": 0.0, "tol": 0.0, "n_iter_no_change": 10**9,
        "momentum": 0.0,
    }  # fmt: skip

    def train(epochs: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it wants to say that it has not converged
            kind(max_iter=epochs, **options).fit(x, y.ravel())

    return train
