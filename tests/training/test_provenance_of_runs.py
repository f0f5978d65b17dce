"""Where the figures of kept runs and of distributions come from: every field of what is said, and the number again by NumPy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from sklearn import metrics as sk

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.frame import Frame
from nnlab.engine.history import Losses
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.distributions import BinnedValues, LayerRow
from nnlab.training.excerpt import Replayed
from nnlab.training.kept_run import KeptRun, SeedCurve
from nnlab.training.project import Project
from nnlab.training.provenance import Provenance
from nnlab.training.provenance_of_runs import (
    ITERATIONS,
    NOT_KEPT,
    SCORE,
    SEEDS,
    TRAINING,
    VALIDATION,
    end_of_spread,
    kept_figure,
    ratio,
)  # fmt: skip

NAN = float("nan")
SETTINGS = {"iris": ("cross_entropy", 4, 3), "diabetes": ("mse", 10, 1)}


def linear(name: str) -> Graph:
    loss, inputs, outputs = SETTINGS[name]
    b = GraphBuilder()
    b.node(loss, b.dense(b.input(features=inputs), units=outputs))
    return b.build()


def weights(name: str) -> dict[str, np.ndarray]:
    _, inputs, outputs = SETTINGS[name]
    generator = np.random.default_rng(5)
    return {
        "dense_1.weight": generator.standard_normal((outputs, inputs)).astype(np.float32),
        "dense_1.bias": generator.standard_normal(outputs).astype(np.float32),
    }


def seed(name: str, number: int = 1, at: int = 10, validation: float = 0.5) -> SeedCurve:
    blocks = np.array([[1.0, 3.0, 2.0], [0.5, 1.5, 1.0]])
    checks = np.array([[3.0, 1.9, 1.8, 0.0, 0.1], [5.0, 0.9, 0.8, 0.1, 0.2], [float(at), validation, 0.25, 0.75, 0.625]])
    return SeedCurve(number, 10, 0, 5, blocks, checks, 1.0, weights(name))


def kept(name: str, *seeds: SeedCurve, data: DataSettings | None = None) -> KeptRun:
    return KeptRun(1, "First", Project(linear(name), data or DataSettings(name)), seeds or (seed(name),))


def fields(found: Provenance | None) -> tuple[str, float, str, int | None, str, str]:
    assert found is not None
    return found.name, found.value, found.tensor, found.iteration, found.rows, found.note


def again(found: Provenance | None) -> float:
    assert found is not None and found.recompute is not None
    return found.recompute()


def outputs(name: str, x: np.ndarray) -> np.ndarray:
    return x @ weights(name)["dense_1.weight"].T.astype(np.float64) + weights(name)["dense_1.bias"]


def cross_entropy(x: np.ndarray, y: np.ndarray) -> float:
    z = outputs("iris", x)
    return float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y]).mean())


def test_losses_of_a_kept_run_are_had_from_its_weights() -> None:
    data = prepare(DataSettings("iris"))
    found = kept_figure(kept("iris"), VALIDATION)
    assert fields(found) == ("Validation loss of First", 0.5, "cross_entropy_1.loss", 10, "all 30 validation rows", "")
    assert again(found) == pytest.approx(cross_entropy(data.validation_x, data.validation_y), rel=1e-5)
    found = kept_figure(kept("iris"), TRAINING)
    assert fields(found) == ("Training loss of First", 0.25, "cross_entropy_1.loss", 10, "30 of 120 training rows", "")
    rows = np.sort(np.random.default_rng(0).choice(120, 30, replace=False))  # see nnlab.engine.setup.some_rows
    assert again(found) == pytest.approx(cross_entropy(data.x[rows], data.y[rows]), rel=1e-5)


def test_scores_of_kept_runs() -> None:
    data = prepare(DataSettings("iris"))
    found = kept_figure(kept("iris"), SCORE)
    assert fields(found) == ("Accuracy of First", 0.75, "cross_entropy_1.loss", 10, "all 30 validation rows", "")
    assert again(found) == pytest.approx(sk.accuracy_score(data.validation_y, outputs("iris", data.validation_x).argmax(axis=1)))
    data = prepare(DataSettings("diabetes"))
    found = kept_figure(kept("diabetes"), SCORE)
    assert fields(found)[0] == "R² of First"
    assert again(found) == pytest.approx(sk.r2_score(data.validation_y, outputs("diabetes", data.validation_x)), rel=1e-4)


def test_without_validation_the_score_is_of_training() -> None:
    alone = DataSettings("iris", validation_share=0.0)
    data = prepare(alone)
    found = kept_figure(kept("iris", data=alone), SCORE)
    assert fields(found)[4] == f"{len(data.x[:0])} of 150 training rows"  # beside no validation rows none is evaluated


def test_what_was_evaluated_before_the_end_cannot_be_had_again() -> None:
    for run in (kept("iris", seed("iris", at=9)), kept("iris", replace(seed("iris"), weights={}))):
        found = kept_figure(run, VALIDATION)
        assert found is not None
        assert (found.recompute, found.note) == (None, NOT_KEPT)
    assert fields(kept_figure(kept("iris", seed("iris", at=9)), VALIDATION))[3] == 9


def test_what_was_never_evaluated_is_the_smoothed_loss() -> None:
    bare = replace(seed("iris"), checks=np.empty((0, 5)))
    found = kept_figure(kept("iris", bare), TRAINING)
    note = "Nothing was evaluated yet: it is the mean of the newest batch losses, which the kept curve still has."
    assert fields(found) == ("Smoothed loss of First", 1.0, "cross_entropy_1.loss", 10, "the batches of the last 5 iterations", note)
    assert found is not None and found.formula == r"\frac{1}{k}\sum_i L_i"
    assert again(found) == 1.0
    assert kept_figure(kept("iris", bare), VALIDATION) is None
    assert kept_figure(kept("iris", bare), SCORE) is None


def test_of_several_seeds_it_is_the_one_in_the_middle() -> None:
    three = ((4, 0.9), (2, 0.1), (7, 0.3))
    run = kept("iris", *(replace(seed("iris", number, validation=loss), iteration=10 + number) for number, loss in three))
    found = kept_figure(run, VALIDATION)
    assert found is not None
    assert (found.name, found.value) == ("Validation loss of First, seed 7", 0.3)
    two = kept("iris", seed("iris", 3, validation=0.2), seed("iris", 5, validation=0.4))
    assert fields(kept_figure(two, VALIDATION))[:2] == ("Validation loss of First, seed 3", 0.2)
    counted = kept_figure(run, ITERATIONS)
    assert fields(counted) == ("Iterations of First", 17, "iteration", 17, "none", "Counted by the engine: updates of the run.")
    seeds = kept_figure(run, SEEDS)
    assert fields(seeds) == ("Seeds of First", 3, "seed", None, "none", "Counted: the seeds 4, 2, 7.")


# Distributions


@dataclass(frozen=True, eq=False)
class Moment:
    frame: Frame
    data: Data
    losses: Losses
    earlier: Frame

    def replay(self, at: int, since: int) -> Replayed:
        assert (at, since) in ((4, 3), (8, 7))
        return Replayed(self.earlier if at == 4 else self.frame, None, self.data)  # type: ignore[arg-type]  # no curve is read


@pytest.fixture(scope="module")
def moment() -> Moment:
    data = prepare(DataSettings("iris"))
    b = GraphBuilder()
    b.cross_entropy(b.dense(b.relu(b.dense(b.tanh(b.dense(b.input(features=4), units=5)), units=6)), units=3))
    run = Run(Setup(b.build(), data.x, data.y, update=Update("sgd", 0.1), batch_size=16, seed=1))
    frames = []
    for _ in range(2):
        run.train(4)
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None
        frames.append(replace(frame, _values=frame._values.copy(), _moves=frame._moves.copy()))
    return Moment(frames[1], data, Losses(0.5, 1, NAN, NAN), frames[0])


def row(at: int) -> LayerRow:
    def binned(high: float) -> BinnedValues:
        return BinnedValues(-2.0, high, np.ones(2, dtype=int))

    return LayerRow(at, binned(3.0), binned(1.0), binned(-1.0), 0.25, 0.5, 0.125, 2.0)


def test_an_update_is_compared_with_the_weights_before_it(moment: Moment) -> None:
    for at, frame in ((8, moment.frame), (4, moment.earlier)):
        found = ratio(moment, "dense_1", row(at), "update", moment.replay)
        assert found is not None
        assert (found.name, found.value, found.tensor, found.iteration) == ("Update / weight, dense_1", 0.125, "dense_1.weight", at)
        assert found.formula == r"\frac{\|w_t - w_{t-1}\|}{\|w_{t-1}\|}"
        w, g = frame.get("dense_1.weight"), frame.get("dense_1.d_weight")
        assert w is not None and g is not None
        before = w + 0.1 * g  # one step of gradient descent back
        assert again(found) == pytest.approx(0.1 * np.linalg.norm(g) / np.linalg.norm(before), rel=1e-4)
    assert found.rows == "the batch of this iteration"
    assert found.note == "Of every tensor at most 4,096 numbers are counted, always those of the same places."


def test_shares_of_units_are_of_what_the_activation_gives(moment: Moment) -> None:
    y = moment.earlier.get("tanh_1.y")
    assert y is not None
    found = ratio(moment, "dense_1", row(4), "saturated", moment.replay)
    assert found is not None
    words = "Share of activations that pass hardly any gradient, dense_1"
    assert (found.name, found.value, found.tensor) == (words, 0.25, "tanh_1.y")
    assert again(found) == pytest.approx((1 - y.astype(float) ** 2 <= 0.05).mean())  # the slope of tanh, which is 1 at most
    y = moment.earlier.get("relu_1.y")
    assert y is not None
    found = ratio(moment, "dense_2", row(4), "dead", moment.replay)
    assert found is not None
    assert (found.name, found.value, found.tensor) == ("Dead units, share of the layer, dense_2", 0.5, "relu_1.y")
    assert again(found) == pytest.approx((y == 0).all(axis=0).mean())
    assert ratio(moment, "dense_1", replace(row(4), dead=NAN), "dead", moment.replay) is None


@pytest.mark.parametrize(
    ("field", "of", "tensor"), [("weights", "weights", "dense_1.weight"), ("activations", "activations", "tanh_1.y"),
                                ("gradients", "|∂L/∂w|", "dense_1.d_weight")],
)  # fmt: skip
def test_ends_of_ridges(moment: Moment, field: str, of: str, tensor: str) -> None:
    values = moment.earlier.get(tensor)
    assert values is not None
    numbers = np.abs(values) if field == "gradients" else values
    shown = {"weights": (-2.0, 3.0), "activations": (-2.0, 1.0), "gradients": (0.01, 0.1)}[field]
    for is_greatest, word, name, end in ((False, "Least", "min", numbers.min()), (True, "Greatest", "max", numbers.max())):
        found = end_of_spread(moment, "dense_1", row(4), field, is_greatest, moment.replay)
        assert found is not None
        assert (found.name, found.tensor, found.iteration) == (f"{word} of {of}, dense_1", tensor, 4)
        assert found.value == pytest.approx(shown[is_greatest])
        assert found.formula == rf"\{name}_i v_i"
        assert again(found) == pytest.approx(end, rel=1e-5)
    assert end_of_spread(moment, "dense_1", replace(row(4), **{field: None}), field, True, moment.replay) is None


def test_a_layer_without_an_activation_gives_its_own_output(moment: Moment) -> None:
    found = end_of_spread(moment, "dense_3", row(4), "activations", True, moment.replay)
    assert found is not None and found.tensor == "dense_3.y"
    gone = end_of_spread(moment, "dense_9", row(4), "activations", True, moment.replay)
    assert gone is not None and gone.tensor == "dense_9.y"
    assert math.isclose(gone.value, 1.0)
