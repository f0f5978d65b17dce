"""Output losses: p of the true class, its loss and gradient, as the formulas of the books have them."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.probes.output_losses import OutputLosses, _logits, output_losses
from nnlab.training.project import Project
from nnlab.training.varied import varied


def found_for(name: str, *differences: Difference) -> OutputLosses:
    project: Project = load_example(name)
    for difference in differences:
        project = varied(project, difference)
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    run.train(300)
    run.evaluator.load(run.state.arena)
    found = output_losses(run.evaluator, data)
    assert found is not None
    return found


@pytest.mark.parametrize("part", ["samples", "curve"])
@pytest.mark.parametrize(
    ("name", "loss", "expected_loss", "expected_gradient"),
    [
        ("spiral", "binary_cross_entropy", lambda p: -np.log(p), lambda p: 1 - p),
        ("spiral", "mse", lambda p: (1 - p) ** 2, lambda p: 2 * p * (1 - p) ** 2),
        ("iris", "cross_entropy", lambda p: -np.log(p), lambda p: 1 - p),
    ],
)
def test_losses_are_functions_of_the_probability_of_the_true_class(name, loss, expected_loss, expected_gradient, part):  # type: ignore[no-untyped-def]
    found = found_for(name, Difference("loss", loss))
    assert found.of_probability
    p, losses, gradients = (
        (found.x, found.losses, found.gradients) if part == "samples" else (found.curve_x, found.curve_losses, found.curve_gradients)
    )
    np.testing.assert_allclose(losses, expected_loss(p), rtol=2e-4, atol=2e-6)  # float32, as trained
    np.testing.assert_allclose(gradients, expected_gradient(p), rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_losses_of_numbers_are_functions_of_the_error(loss: str) -> None:
    found = found_for("sine", Difference("loss", loss))
    assert not found.of_probability
    square = np.abs(found.x) <= 1 if loss == "huber" else np.full(len(found.x), True)
    expected = (0.5 if loss == "huber" else 1.0) * found.x**2
    np.testing.assert_allclose(found.losses[square], expected[square], rtol=1e-4, atol=1e-6)


def test_the_curves_go_from_nearly_impossible_to_nearly_sure() -> None:
    found = found_for("iris")
    assert found.curve_x.shape == found.curve_losses.shape == found.curve_gradients.shape == (200,)
    assert found.curve_x[[0, -1]].tolist() == pytest.approx([5e-4, 1 - 5e-4])
    assert len(found.x) == len(found.losses) == len(found.gradients) == 120
    assert all(values.dtype == np.float64 for values in (found.x, found.losses, found.gradients, found.curve_losses))


def test_of_numbers_the_curve_reaches_to_the_largest_error() -> None:
    found = found_for("sine")
    assert found.curve_x[0] == -found.curve_x[-1]
    assert found.curve_x[-1] == pytest.approx(np.abs(found.x).max())
    assert not (found.curve_x == 0).any()
    np.testing.assert_allclose(found.curve_losses, found.curve_x**2, rtol=1e-4)
    np.testing.assert_allclose(found.gradients, 2 * np.abs(found.x), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_logits_give_the_first_class_its_probability(outputs: int) -> None:
    p = np.array([0.01, 0.5, 0.9])
    z = _logits(p, outputs)
    assert z.shape == (3, outputs)
    powers = np.exp(z) if outputs > 1 else np.hstack([np.exp(z), np.ones((3, 1))])
    np.testing.assert_allclose(powers[:, 0] / powers.sum(axis=1), p)
    assert np.ptp(powers[:, 1:], axis=1).max() == 0, "the others share what is left evenly"


def test_at_most_two_thousand_samples_are_looked_at() -> None:
    from nnlab.core.preparation import DataSettings
    from nnlab.engine.evaluator import Evaluator
    from nnlab.graph.builder import GraphBuilder

    data = prepare(DataSettings("circle", {"samples": 3000}))
    b = GraphBuilder()
    b.binary_cross_entropy(b.dense(b.input(features=2), units=1))
    assert len(data.x) > 2000
    found = output_losses(Evaluator(b.build()), data)
    assert found is not None and len(found.x) == 2000


def test_it_is_for_classes_and_for_a_single_number() -> None:
    from dataclasses import replace

    from nnlab.core.dataset import Target
    from nnlab.core.preparation import DataSettings
    from nnlab.training.probe import probes

    probe = probes["output_losses"]
    iris, diabetes = prepare(DataSettings("iris")), prepare(DataSettings("diabetes"))
    assert probe.applies(iris) and probe.applies(diabetes)
    assert not probe.applies(replace(diabetes, target=Target("continuous", ("u", "v"))))
