"""Scores in the history: scikit-learn's accuracy and R² of the network's answers at the moments of validation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from nnlab.core.preparation import prepare
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.files.examples import load_example
from nnlab.graph.builder import GraphBuilder
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.varied import varied

RANDOM = np.random.default_rng(3)
X, HELD = RANDOM.normal(size=(40, 3)), RANDOM.normal(size=(12, 3))


def run_of(loss: str, outputs: int, y: np.ndarray, held: np.ndarray, score: str, activation: str = "") -> Run:
    b = GraphBuilder()
    z = b.dense(b.tanh(b.dense(b.input(features=3), units=6)), units=outputs)
    b.node(loss, b.node(activation, z) if activation else z)
    setup = Setup(b.build(), X, y, HELD, held, update=Update("adam", 0.05), batch_size=8, seed=2, real="float64", score=score)
    run = Run(setup, frames=False)
    run.train(5 * 7)
    return run


def answers(run: Run, x: np.ndarray) -> np.ndarray:
    run.evaluator.load(run.state.arena)
    return run.evaluator.predict(x)


CLASSES, HELD_CLASSES = RANDOM.integers(0, 3, 40), RANDOM.integers(0, 3, 12)
TWO, HELD_TWO = RANDOM.integers(0, 2, 40), RANDOM.integers(0, 2, 12)
NUMBERS, HELD_NUMBERS = RANDOM.normal(size=(40, 2)), RANDOM.normal(size=(12, 2))
SHARES, HELD_SHARES = RANDOM.uniform(size=(40, 1)), RANDOM.uniform(size=(12, 1))


@pytest.mark.parametrize(
    ("loss", "outputs", "activation", "y", "held", "expected"),
    [
        ("cross_entropy", 3, "", CLASSES, HELD_CLASSES, lambda o, y: accuracy_score(y, o.argmax(axis=1))),
        ("mse", 3, "softmax", np.eye(3)[CLASSES], np.eye(3)[HELD_CLASSES], lambda o, y: accuracy_score(y.argmax(axis=1), o.argmax(axis=1))),
        ("binary_cross_entropy", 1, "", TWO, HELD_TWO, lambda o, y: accuracy_score(y, o[:, 0] > 0)),
        ("mse", 1, "sigmoid", TWO, HELD_TWO, lambda o, y: accuracy_score(y, o[:, 0] > 0.5)),
        ("mse", 2, "", NUMBERS, HELD_NUMBERS, lambda o, y: r2_score(y, o, multioutput="variance_weighted")),
        ("binary_cross_entropy", 1, "", SHARES, HELD_SHARES, lambda o, y: r2_score(y, 1 / (1 + np.exp(-o)))),
    ],
    ids=["class numbers", "one of several probabilities", "a logit", "a probability", "numbers", "shares"],
)
def test_scores_are_those_of_scikit_learn(loss, outputs, activation, y, held, expected):  # type: ignore[no-untyped-def]
    score = "r2" if y.dtype == np.float64 and not np.isin(y, (0, 1)).all() else "accuracy"
    run = run_of(loss, outputs, y, held, score, activation)
    curves = run.history.curves()
    assert curves.validation_iterations[-1] == run.iteration == 35
    assert curves.validation_scores[-1] == pytest.approx(expected(answers(run, HELD), held), rel=1e-12)
    some_x, _ = run.samples.some_training(len(HELD))
    chosen = [int(np.argmax((row == X).all(axis=1))) for row in some_x]
    assert curves.training_scores[-1] == pytest.approx(expected(answers(run, some_x), y[chosen]), rel=1e-12)
    assert len(curves.validation_scores) == 7 and len(set(curves.validation_scores)) > 1


def test_without_a_question_nothing_is_scored() -> None:
    curves = run_of("mse", 2, NUMBERS, HELD_NUMBERS, "").history.curves()
    assert np.isnan(curves.validation_scores).all() and np.isfinite(curves.validation_losses).all()


def test_scoring_changes_no_bit_of_the_run() -> None:
    arenas = [run_of("mse", 2, NUMBERS, HELD_NUMBERS, score).state.arena for score in ("", "r2")]
    assert arenas[0].tobytes() == arenas[1].tobytes()


def test_projects_are_scored_by_their_target() -> None:
    for name, expected in (("iris", 0.5), ("sine", -1.0)):
        project = load_example(name)
        run = prepare_run(project.graph, prepare(project.data), project.training)
        run.train(200)
        assert run.history.curves().validation_scores[-1] > expected
    project = varied(load_example("iris"), Difference("loss", "mse"))
    run = prepare_run(project.graph, prepare(project.data), project.training)
    run.train(200)
    curves = run.history.curves()
    assert curves.until(50).validation_scores.tolist() == curves.validation_scores[: len(curves.until(50).validation_losses)].tolist()
