"""The loss landscape: a quadratic's is its closed form, planes are what the paper says, and what takes long is said and cancelled."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from endings import join
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.jobs.context import Cancelled, JobContext
from nnlab.studies.landscape.of_project import trained_path
from nnlab.studies.landscape.planes import path_plane
from nnlab.studies.landscape.study import Landscape, LandscapeStudy
from nnlab.training.weight_path import WeightPath

GENERATOR = np.random.default_rng(3)
X = GENERATOR.standard_normal((40, 3))
Y = X @ np.array([[0.5], [-1.0], [2.0]]) + 0.3 + 0.1 * GENERATOR.standard_normal((40, 1))


def linear() -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=3), units=1))
    return b.build()


def trained(graph: Graph, steps: int = 60, x: np.ndarray = X, y: np.ndarray = Y) -> tuple[Run, WeightPath]:
    run = Run(Setup(graph, x, y, update=Update("sgd", 0.05), batch_size=8, real="float64"), frames=False)
    return run, trained_path(run, steps, JobContext())


@pytest.mark.parametrize("kind", ["path", "random"])
def test_the_landscape_of_a_quadratic_is_its_closed_form(kind: str) -> None:
    """One dense layer and the squared error: L(w, b) = mean((X w + b − y)²), at every point of the plane."""
    run, path = trained(linear())
    found = LandscapeStudy(linear(), X, Y, path, kind, real="float64", resolution=17).compute()
    places = {info.name: info.place for info in run.program.parameters}
    plane = found.plane
    for row, column in np.ndindex(found.losses.shape):
        point = plane.centre + found.a[column] * plane.directions[0] + found.b[row] * plane.directions[1]
        weight, bias = places["dense_1.weight"].view(point, 1), places["dense_1.bias"].view(point, 1)
        assert found.losses[row, column] == pytest.approx(np.mean((X @ weight.T + bias - Y) ** 2), rel=1e-12)
    assert found.is_complete and found.known == found.losses.size
    assert found.path_losses[found.now] == pytest.approx(found.plane_losses[found.now])


def test_a_random_direction_has_filters_as_long_as_those_of_the_weights() -> None:
    graph = mlp([3, 5, 2])
    run, path = trained(graph, 3, y=np.hstack([Y, -Y]))
    plane = LandscapeStudy(graph, X, np.hstack([Y, -Y]), path, "random", 4, "float64").plane
    for info in run.program.parameters:
        for direction in plane.directions:
            drawn, weights = info.place.view(direction, 1), info.place.view(plane.centre, 1)
            expected = np.linalg.norm(weights, axis=1) if weights.ndim > 1 else 0.0
            np.testing.assert_allclose(np.linalg.norm(drawn, axis=-1), expected, rtol=1e-12)


def test_the_plane_of_the_path_holds_its_principal_components_and_the_distance_from_it() -> None:
    run, path = trained(mlp([3, 4, 1]))
    study = LandscapeStudy(mlp([3, 4, 1]), X, Y, path, "path", real="float64")
    differences = path.weights - path.weights[-1]
    _, singular, axes = np.linalg.svd(differences, full_matrices=False)
    assert study.plane.shares == pytest.approx(tuple(singular[:2] ** 2 / (singular**2).sum()))
    np.testing.assert_allclose(np.abs(study.plane.directions @ axes[:2].T), np.eye(2), atol=1e-7)
    outside = differences - differences @ axes[:2].T @ axes[:2]
    np.testing.assert_allclose(study.path.distances, np.linalg.norm(outside, axis=1), atol=1e-7)
    assert study.path.distances[-1] == 0.0 and np.abs(study.path.places[-1]).max() == 0.0
    assert path.iterations[0] == 0 and path.iterations[-1] == run.iteration == 60


def test_every_partial_result_is_a_whole_picture_from_coarse_to_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnlab.studies.landscape.study.EVERY", -1.0)  # after every point
    _, path = trained(mlp([3, 4, 1]))
    parts: list[Landscape] = []
    study = LandscapeStudy(mlp([3, 4, 1]), X, Y, path, real="float64", resolution=41)
    whole = study.compute(context=JobContext(on_partial=parts.append))
    assert parts and all(np.isfinite(part.filled()).all() for part in parts if part.step < 8)
    assert [part.known for part in parts] == sorted({part.known for part in parts}) and parts[-1].known < whole.known
    known = ~np.isnan(parts[-1].losses)
    np.testing.assert_array_equal(parts[-1].losses[known], whole.losses[known])


def test_what_takes_long_says_so_offers_less_and_is_cancelled_within_a_fifth_of_a_second() -> None:
    graph, x, y = mlp([400, 1500, 1]), np.tile(X[:, :1], (30, 400)), np.tile(Y, (30, 1))
    run = Run(Setup(graph, x, y, update=Update("sgd", 0.01), batch_size=8), frames=False)
    path = trained_path(run, 3, JobContext())
    study = LandscapeStudy(graph, x, y, path, resolution=401)
    assert study.is_long and f"401 × {study.size.rows} points of 1,024 samples: about" in study.size.words
    assert study.size.bytes > 4 * path.weights.nbytes / 3
    less = study.less(5.0)
    assert less.points * less.samples < study.size.points * study.size.samples and less.seconds <= 5.0
    cancelled, ended = threading.Event(), []

    def work() -> None:
        try:
            study.compute(context=JobContext(cancelled=cancelled))
        except Cancelled:
            ended.append(time.perf_counter())

    thread = threading.Thread(target=work)
    thread.start()
    assert not cancelled.wait(0.15)
    begun = time.perf_counter()
    cancelled.set()
    join(thread)
    assert ended[0] - begun < 0.2


@pytest.mark.parametrize(
    ("kind", "steps", "sentence"),
    [("path", 1, "needs a run of at least 2 iterations"), ("sphere", 5, "path or random"), ("path", -1, "give 0 or more")],
)
def test_what_cannot_be_is_said_in_a_sentence(kind: str, steps: int, sentence: str) -> None:
    with pytest.raises(NNLabError, match=sentence):
        LandscapeStudy(linear(), X, Y, trained(linear(), steps)[1], kind)


def test_a_run_that_has_not_moved_has_no_plane() -> None:
    run = Run(Setup(linear(), X, Y, update=Update("sgd", 0.0), batch_size=8), frames=False)
    with pytest.raises(NNLabError, match="has not moved"):
        LandscapeStudy(linear(), X, Y, trained_path(run, 5, JobContext()))


def test_a_run_too_large_for_its_path_to_be_kept_says_so() -> None:
    """Of ten million weights not even two states fit the memory for keyframes, however long they are trained."""
    run, path = trained(linear())
    with pytest.raises(NNLabError, match="too large for more to be kept; choose a random plane"):
        path_plane(run.program, replace(path, iterations=path.iterations[[0, -1]], weights=path.weights[[0, -1]], now=1))
