"""Every gradient against finite differences: counted, the worst one found, told while it goes on, and cancelled at once."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.engine.compile import Update, compile
from nnlab.engine.gradient_check import GradientChecker
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.jobs.context import Cancelled, JobContext, Progress
from nnlab.studies.gradients import GradientSummary, check_gradients

X, Y = np.random.default_rng(0).standard_normal((5, 3)), np.random.default_rng(1).standard_normal((5, 2))


def run(graph: Graph, context: JobContext, parameters: dict[str, np.ndarray] | None = None) -> GradientSummary:
    given = parameters if parameters is not None else nnlab.Session(graph, dtype="float64", seed=4).parameters
    return check_gradients(compile(graph, 5, "float32", Update()), given, X, Y, 0, 0, context)


def test_every_weight_is_checked_and_the_worst_is_the_worst_of_all() -> None:
    graph = mlp([3, 4, 2])
    parameters = nnlab.Session(graph, dtype="float64", seed=4).parameters
    progress: list[Progress] = []
    partial: list[GradientSummary] = []
    summary = run(graph, JobContext(progress.append, partial.append), parameters)
    checker = GradientChecker(graph, parameters, X, Y)
    each = [checker.check(name, index) for name, values in parameters.items() for index in np.ndindex(values.shape)]
    assert summary.checked == len(each) == 3 * 4 + 4 + 4 * 2 + 2
    assert summary.differing == 0
    assert summary.worst.relative_error == max(check.relative_error for check in each)
    assert summary.place == f"{summary.worst.parameter}[{', '.join(str(i) for i in summary.worst.index)}]"
    fractions = [p.fraction for p in progress]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    errors = [found.worst.relative_error for found in partial]
    assert errors == sorted(errors)
    assert partial[-1].worst == summary.worst


def test_a_kink_at_the_weights_is_found() -> None:
    """All weights of the first layer are 0, where ReLU has its kink: backward says 0 there, the central difference half the slope."""
    graph = mlp([3, 4, 2], activation="relu")
    parameters = {name: np.array(values) for name, values in nnlab.Session(graph, dtype="float64", seed=4).parameters.items()}
    for name, values in parameters.items():
        if name.startswith("dense_1."):
            values[...] = 0.0
    summary = run(graph, JobContext(), parameters)
    assert summary.differing == 3 * 4 + 4
    assert summary.worst.parameter.startswith("dense_1.")
    assert summary.worst.relative_error == pytest.approx(1.0)


def test_cancelling_takes_effect_with_the_next_weight() -> None:
    cancelled, reported = threading.Event(), []

    def on_progress(progress: Progress) -> None:
        reported.append(progress)
        if progress.done == 3:
            cancelled.set()

    with pytest.raises(Cancelled):
        run(mlp([3, 4, 2]), JobContext(on_progress, cancelled=cancelled))
    assert reported[-1].done == 3


def test_a_network_without_trained_weights_says_so() -> None:
    graph = edits.set_frozen(mlp([3, 2]), ["dense_1"], True)
    with pytest.raises(NNLabError, match="no weights that are trained"):
        run(graph, JobContext())
