"""Least squares and L-BFGS: the same weights as NumPy and arithmetic give, never a greater loss, cancelled at once."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.setting import Value
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.jobs.context import Cancelled, JobContext, Progress
from nnlab.studies.approximation.fitting import polish, solve_output_layer


def sine(standardize: bool | None = None) -> Data:
    formula: dict[str, Value] = {"formula": "sin(2x)", "start": -2.0, "end": 2.0, "samples": 60}
    return prepare(DataSettings("function", formula, validation_share=0.0, standardize=standardize))


def start(graph: Graph, scale: float = 3.0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(4)
    return {name: generator.normal(size=values.shape) * scale for name, values in nnlab.Session(graph).parameters.items()}


@pytest.mark.parametrize("ridge", [1e-3, 1.0])
@pytest.mark.parametrize("standardize", [False, True])
def test_the_ridge_solution_is_that_of_the_normal_equations(ridge: float, standardize: bool) -> None:
    data, graph = sine(standardize=standardize), mlp([1, 12, 1], "tanh")
    given = start(graph)
    found = solve_output_layer(graph, given, data, ridge)
    a = np.tanh(data.x @ given["dense_1.weight"].T + given["dense_1.bias"])
    a = np.column_stack([a, np.ones(len(a))])
    penalty = np.diag([ridge * len(a)] * 12 + [0.0])
    expected = np.linalg.solve(a.T @ a + penalty, a.T @ data.y[:, 0])
    np.testing.assert_allclose(found.parameters["dense_2.weight"][0], expected[:12], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.parameters["dense_2.bias"], expected[12:], rtol=1e-6, atol=1e-9)
    assert found.rms_after == pytest.approx(np.sqrt(np.mean((a @ expected - data.y[:, 0]) ** 2)))
    assert found.rms_after < found.rms_before and found.largest_weight == pytest.approx(np.abs(expected[:12]).max())


def test_the_ridge_keeps_weights_small() -> None:
    data, graph = sine(), mlp([1, 64, 1], "tanh")
    given = start(graph, 0.3)  # gentle units, nearly alike
    none, little = (solve_output_layer(graph, given, data, ridge) for ridge in (0.0, 1e-8))
    assert none.largest_weight > 1000 > 50 > little.largest_weight
    assert none.rms_after < little.rms_after < 1e-2


def test_units_of_a_deeper_network_are_solved_alike_and_nothing_else_changes() -> None:
    data, graph = sine(), mlp([1, 8, 8, 1], "relu")
    found = solve_output_layer(graph, start(graph), data)
    assert set(found.parameters) == {"dense_3.weight", "dense_3.bias"}
    assert found.rms_after < found.rms_before


def test_a_surface_is_solved_and_polished_like_a_curve() -> None:
    data, graph = prepare(DataSettings("surface", {"samples": 100}, validation_share=0.0)), mlp([2, 40, 1], "tanh")
    given = start(graph, 1.0)
    solved = solve_output_layer(graph, given, data)
    polished = polish(graph, {**given, **solved.parameters}, data, iterations=100)
    assert solved.rms_after < 0.2 * solved.rms_before and polished.loss_after < 0.2 * solved.rms_after**2


def test_dead_units_get_no_weight() -> None:
    data, graph = sine(), mlp([1, 3, 1], "relu")
    given = start(graph)
    given["dense_1.weight"][:], given["dense_1.bias"][:] = 0.0, -1.0
    found = solve_output_layer(graph, given, data, 0.0)
    assert not found.parameters["dense_2.weight"].any()
    np.testing.assert_allclose(found.parameters["dense_2.bias"], data.y.mean(), atol=1e-12)


def test_a_frozen_output_layer_and_a_negative_ridge_are_said() -> None:
    data, graph = sine(), mlp([1, 3, 1])
    with pytest.raises(NNLabError, match="dense_2 has frozen weights; unfreeze it"):
        solve_output_layer(edits.set_frozen(graph, ["dense_2"], True), start(graph), data)
    with pytest.raises(NNLabError, match="ridge is -1; it must be from 0 to 1,000"):
        solve_output_layer(graph, start(graph), data, -1.0)


def test_polishing_finds_the_minimum_of_a_linear_network() -> None:
    """Of units that are lines the best fit is the straight line of least squares, whatever the start."""
    data = sine()
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.dense(b.input(features=1), units=3), units=1))
    graph = b.build()
    found = polish(graph, start(graph, 0.5), data, iterations=200)
    a = np.column_stack([data.x, np.ones(len(data.x))])
    _, squares, _, _ = np.linalg.lstsq(a, data.y[:, 0], rcond=None)
    assert found.loss_after == pytest.approx(squares[0] / len(a), rel=1e-9)


def test_polishing_agrees_with_the_engine_and_beats_what_it_started_from() -> None:
    data, graph = sine(), mlp([1, 16, 1], "tanh")
    given = start(graph)
    solved = solve_output_layer(graph, given, data)
    found = polish(graph, {**given, **solved.parameters}, data, iterations=300)
    session = nnlab.Session(graph, dtype="float64")
    session.set_parameters(found.parameters)
    assert session.loss(data.x, data.y) == pytest.approx(found.loss_after, rel=1e-9)
    assert found.loss_before == pytest.approx(solved.rms_after**2, rel=1e-6)
    assert found.loss_after < 0.1 * found.loss_before and found.iterations <= 300 <= found.evaluations
    again = polish(graph, {**given, **solved.parameters}, data, iterations=300)
    assert all(np.array_equal(again.parameters[name], values) for name, values in found.parameters.items())


def test_frozen_weights_stay() -> None:
    data, graph = sine(), edits.set_frozen(mlp([1, 6, 1]), ["dense_1"], True)
    found = polish(graph, start(graph), data, iterations=50)
    assert set(found.parameters) == {"dense_2.weight", "dense_2.bias"}
    with pytest.raises(NNLabError, match="There is nothing to polish"):
        polish(edits.set_frozen(graph, ["dense_2"], True), start(graph), data)


def test_dropout_has_no_loss_to_polish() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.dropout(b.tanh(b.dense(b.input(features=1))), p=0.5), units=1))
    graph = b.build()
    with pytest.raises(NNLabError, match="dropout_1 does something else in training than afterwards; remove it"):
        polish(graph, start(graph), sine())


def test_it_tells_how_far_it_is_and_stops_when_cancelled() -> None:
    progress: list[Progress] = []
    cancelled = threading.Event()

    def on_progress(told: Progress) -> None:
        progress.append(told)
        if told.done >= 3:
            cancelled.set()

    graph = mlp([1, 16, 1])
    with pytest.raises(Cancelled):
        polish(graph, start(graph), sine(), JobContext(on_progress, cancelled=cancelled))
    assert [told.done for told in progress] == [0, 1, 2, 3] and progress[0].total == 2000 and progress[1].words.startswith("loss ")
    assert polish(graph, start(graph), sine(), seconds=0.0).why == "The time was up."
