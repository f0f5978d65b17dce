"""What the pictures of the seven experiments show is what such runs give: trained here once more, and read by NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.engine.run import Run
from nnlab.files.examples import load_example
from nnlab.files.network_text import read_network_text
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.varied import varied
from nnlab.ui.learn.experiment_runs import experiment_runs


def trained(example: str, line: str, *differences: Difference) -> tuple[Run, list[float]]:
    """400 iterations at a rate of 0.01, and the loss of every eighth batch."""
    project = read_network_text(line, load_example(example))
    for difference in (*differences, Difference("learning_rate", "0.01")):
        project = varied(project, difference)
    run = prepare_run(project.graph, prepare(project.data), project.training)
    losses = []
    for _ in range(50):
        run.train(8)
        losses.append(run.current_loss())
    assert run.iteration == 400
    return run, losses


def weights(run: Run, layer: int) -> tuple[np.ndarray, np.ndarray]:
    return run.state[f"dense_{layer}.weight"].astype(float), run.state[f"dense_{layer}.bias"].astype(float)


def test_six_neurons_of_a_first_layer_over_the_plane_with_its_top_first() -> None:
    run, losses = trained("circle", "2-6-6-1 tanh")
    found = experiment_runs()
    w, b = weights(run, 1)
    side = np.linspace(-1.6, 1.6, 20)
    assert found.hidden.shape == (6, 20, 20)
    for row, column in ((0, 0), (0, 19), (19, 0), (7, 12)):
        point = np.array([side[column], side[19 - row]])
        np.testing.assert_allclose(found.hidden[:, row, column], np.tanh(w @ point + b), atol=1e-5)
    assert found.losses.tolist() == losses


def test_the_same_network_by_two_losses() -> None:
    _, mse = trained("circle", "2-6-6-1 tanh", Difference("loss", "mse"))
    found = experiment_runs()
    assert found.pair[0].tolist() == mse
    assert found.pair[1].tolist() == found.losses.tolist()
    assert len(mse) == 50 and mse != found.losses.tolist()


def test_a_fit_is_the_sum_of_its_units() -> None:
    run, _ = trained("sine", "1-8-1 tanh")
    (w, b), (v, _) = weights(run, 1), weights(run, 2)
    x, total, *parts = experiment_runs().fit
    np.testing.assert_allclose(x, np.linspace(-3, 3, 60), atol=1e-6)
    np.testing.assert_allclose(parts, v.T * np.tanh(w * x + b[:, None]), atol=1e-5)
    np.testing.assert_allclose(total, np.sum(parts, axis=0), atol=1e-6)


def test_a_layer_beside_its_best_part_of_rank_one() -> None:
    run, _ = trained("circle", "2-6-6-1 tanh")
    weight, part = experiment_runs().weights
    np.testing.assert_array_equal(weight, weights(run, 2)[0])
    sizes = np.linalg.svd(weight, compute_uv=False)
    assert np.linalg.matrix_rank(part) == 1
    assert np.linalg.norm(weight - part) == pytest.approx(np.sqrt((sizes[1:] ** 2).sum()))  # Eckart and Young 1936
