from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.compile import Update
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.engine.history import Losses
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.training import provenance, provenance_of_data, provenance_of_runs
from nnlab.training.distributions import LayerRow
from nnlab.training.excerpt import Replayed
from nnlab.training.provenance import Provenance
from nnlab.training.scores import scores


@dataclass(frozen=True, eq=False)
class Moment:
    frame: Frame
    data: Data
    losses: Losses


@pytest.fixture(scope="module")
def moment() -> Moment:
    data = prepare(DataSettings("iris"))
    b = GraphBuilder()
    b.node("cross_entropy", b.dense(b.tanh(b.dense(b.input(features=4), units=5)), units=3))
    run = Run(Setup(b.build(), data.x, data.y, update=Update("adam", 0.05), batch_size=16, seed=1))
    run.train(20)
    run.publish()
    frame = run.mailbox.newest(0)
    assert frame is not None
    evaluator = Evaluator(frame.program.graph, frame.program.real)
    evaluator.load(frame.parameters)
    return Moment(frame, data, Losses(0.5, 2, evaluator.loss(data.validation_x, data.validation_y)[0], float("nan"), 20))


def again(found: Provenance | None) -> str:
    assert found is not None and found.recompute is not None
    return found.verdict(found.recompute())


def test_numbers_of_the_engine_are_worked_out_again_bit_for_bit(moment: Moment) -> None:
    equal = "Worked out again by the engine: equal, bit for bit."
    validation = provenance_of_data.part_loss(moment, True)
    assert again(validation) == equal and validation is not None and validation.rows == "all 30 validation rows"
    assert provenance_of_data.part_loss(moment, False) is None, "the training loss was never evaluated"
    evaluator = Evaluator(moment.frame.program.graph, moment.frame.program.real)
    evaluator.load(moment.frame.parameters)
    outputs = evaluator.predict(moment.data.x)
    report = scores(outputs, moment.data.y, moment.data.target, "softmax")
    for name in ("accuracy", "f1", "auc"):
        value = report[name].value
        assert value is not None
        assert again(provenance_of_data.score(moment, name, False, value, 4000, 20)) == equal
    wrong = provenance_of_data.score(moment, "accuracy", False, 0.25, 4000, 20)
    assert "apart" in again(wrong) and again(wrong) != equal, "what is not so is not called equal"


def test_what_was_measured_earlier_says_when_and_is_not_compared_with_other_weights(moment: Moment) -> None:
    earlier = replace(moment, losses=moment.losses._replace(evaluated_at=10))
    validation = provenance_of_data.part_loss(earlier, True)
    assert validation is not None and validation.iteration == 10 and validation.recompute is None and "moved since" in validation.note
    score = provenance_of_data.score(moment, "accuracy", True, 0.9, 4000, 15)
    assert score.iteration == 15 and score.recompute is None and "moved since" in score.note
    cell = provenance_of_data.confusion_count(moment, 0, 0, 10, 4000, 15)
    assert cell.iteration == 15 and cell.recompute is None and "moved since" in cell.note


def test_the_batch_is_named_by_its_rows_and_elements_by_their_places(moment: Moment) -> None:
    frame, data = moment.frame, moment.data
    found = provenance.batch_loss(moment)
    assert found is not None and found.value == frame.loss and found.tensor == "cross_entropy_1.loss" and found.iteration == 20
    first = data.train_index[frame.samples[0]] + 1
    assert found.rows.startswith(f"the batch of {frame.rows}: rows {first}, ")
    each = frame.get("cross_entropy_1.sample_loss")
    assert each is not None and found.recompute is not None and found.recompute() == pytest.approx(frame.loss, rel=1e-6)
    weight = provenance.element(moment, "dense_1.weight", (4, 2))
    values = frame.get("dense_1.weight")
    assert weight is not None and values is not None and weight.value == values[4, 2] and weight.tensor == "dense_1.weight[5, 3]"
    assert weight.recompute is None and "stored" in weight.note
    activation = provenance.element(moment, "tanh_1.y", (1, 3))
    assert activation is not None and activation.recompute is not None and "place 2 of" in activation.rows
    evaluator = Evaluator(frame.program.graph, frame.program.real)
    evaluator.load(frame.parameters)
    row = data.x[frame.samples[1]][None]
    np.testing.assert_allclose(activation.recompute(), np.tanh(evaluator.activations(row, ("dense_1.y",))["dense_1.y"][0, 3]), rtol=1e-5)
    assert provenance.element(moment, "dense_1.weight", (9, 0)) is None and provenance.element(moment, "nothing.y", (0,)) is None


@pytest.mark.parametrize("window", [1, 5, 20])
def test_the_smoothed_loss_is_the_mean_of_the_newest_batches_alone(moment: Moment, window: int) -> None:
    data = moment.data
    run = Run(Setup(moment.frame.program.graph, data.x, data.y, update=Update("adam", 0.05), batch_size=16, seed=1))
    batches = []
    for _ in range(20):
        run.train(1)
        batches.append(float(run.state[f"{run.program.loss_node}.loss"][0]))
    value = float(np.mean(batches[-window:]))
    shown = replace(moment, losses=moment.losses._replace(smoothed=value, window=window))
    asked = []

    def replay(at: int, since: int) -> Replayed:
        asked.append((at, since))
        return Replayed(moment.frame, run.history.curves(), data)

    found = provenance.smoothed_loss(shown, replay)
    assert found is not None and found.recompute is not None
    assert found.recompute() == pytest.approx(value, rel=1e-12)
    assert asked == [(20, 20 - window)]
    assert found.rows == f"the batches of the last {window:,} iterations"
    beyond = provenance.smoothed_loss(replace(moment, losses=moment.losses._replace(smoothed=value, window=21)), replay)
    assert beyond is not None and beyond.recompute is not None and np.isnan(beyond.recompute()), "not all are within reach"


def test_the_signal_of_a_gradient_is_over_batches_that_are_gone(moment: Moment) -> None:
    def replay(at: int, since: int) -> Replayed:
        raise AssertionError("nothing can be had again")

    nan = float("nan")
    row = LayerRow(17, None, None, None, nan, nan, nan, signal=0.25)
    found = provenance_of_runs.ratio(moment, "dense_1", row, "signal", replay)
    assert found is not None
    assert (found.value, found.tensor, found.iteration, found.recompute) == (0.25, "dense_1.d_weight", 17, None)
    assert "is not kept" in found.note
    assert provenance_of_runs.ratio(moment, "dense_1", row, "saturated", replay) is None, "a ratio that does not exist"


@pytest.mark.parametrize(
    ("value", "found", "words"),
    [
        (0.25, 0.25, "Worked out again by the engine: equal, bit for bit."),
        (float("nan"), float("nan"), "Worked out again by the engine: equal, bit for bit."),
        (0.25, float("nan"), "What it was worked out from is not kept any more."),
        (2.0, 2.5, "Worked out again by the engine: 2.5, 0.5 apart (0.2 of it)."),
        (-4.0, -3.0, "Worked out again by the engine: -3, 1 apart (0.2 of it)."),
        (-4.0, 4.0, "Worked out again by the engine: 4, 8 apart (2 of it)."),
    ],
)
def test_a_verdict_says_how_far_apart_two_numbers_are(value: float, found: float, words: str) -> None:
    assert Provenance("it", value, "a.y", 1, "none").verdict(found) == words


def moment_of(accumulate: int = 1, batch_size: int = 6, steps: int = 4) -> tuple[Moment, Callable[[int, int], Replayed]]:
    """Of a run on a part of iris, and a replay that hands out that very frame."""
    data = prepare(DataSettings("iris"))
    b = GraphBuilder()
    b.node("cross_entropy", b.dense(b.tanh(b.dense(b.input(features=4), units=5)), units=3))
    run = Run(Setup(b.build(), data.x, data.y, update=Update("sgd", 0.05, accumulate=accumulate), batch_size=batch_size, seed=1))
    run.train(steps)
    run.publish()
    frame = run.mailbox.newest(0)
    assert frame is not None
    return Moment(frame, data, Losses(0.5, 2, 0.4, 0.6, steps)), lambda at, since: Replayed(frame, run.history.curves(), data)


@pytest.mark.parametrize(("batch_size", "ends"), [(6, ""), (7, ", …")])
def test_six_rows_of_a_batch_are_named(batch_size: int, ends: str) -> None:
    moment, _ = moment_of(batch_size=batch_size)
    found = provenance.batch_loss(moment)
    named = ", ".join(str(row + 1) for row in moment.data.train_index[moment.frame.samples[:6]])
    assert found is not None and found.rows == f"the batch of {batch_size}: rows {named}{ends}"


def test_the_first_row_and_the_last_are_rows_like_others() -> None:
    moment, _ = moment_of()
    last = len(moment.data.train_index) - 1
    frame = replace(moment.frame, samples=np.array([0, last, -1, last + 1, 3, 2]))
    found = provenance.batch_loss(replace(moment, frame=frame))
    rows = moment.data.train_index[[0, last, 3, 2]] + 1
    assert found is not None and found.rows.endswith(f"rows {', '.join(map(str, rows))}"), "what is no row of the data has no number"


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_loss_of_several_batches_takes_a_replay(accumulate: int) -> None:
    moment, replay = moment_of(accumulate)
    found, known = provenance.batch_loss(moment), provenance.batch_loss(moment, replay)
    assert found is not None and known is not None and known.recompute is not None and known.note == ""
    assert known.recompute() == moment.frame.loss
    assert (found.recompute is None) == (accumulate > 1)
    assert found.note.startswith("It is the mean over the 2 batches" if accumulate > 1 else "The update has moved the weights since")
    assert provenance.batch_loss(replace(moment, frame=replace(moment.frame, rows=0))) is None


def test_what_a_row_of_the_batch_lost() -> None:
    moment, replay = moment_of()
    each = moment.frame.get("cross_entropy_1.sample_loss")
    assert each is not None
    for place in (0, 5):
        found = provenance.row_loss(moment, place, replay)
        assert found is not None and found.recompute is not None
        row = moment.data.train_index[moment.frame.samples[place]] + 1
        assert (found.name, found.value) == (f"Loss of row {place + 1} of the batch", each[place])
        assert found.rows == f"row {row}, place {place + 1} of 6 in the batch" and found.recompute() == each[place]
        assert found.formula == provenance.loss_formula(moment.frame) != ""
    assert provenance.row_loss(moment, 6) is None, "there are six"


def test_without_a_replay_the_smoothed_loss_cannot_be_had_again() -> None:
    moment, replay = moment_of()
    found, known = provenance.smoothed_loss(moment), provenance.smoothed_loss(moment, replay)
    assert found is not None and found.recompute is None and "the single batches are gone" in found.note
    assert known is not None and known.recompute is not None and known.note == ""
    inside = replace(moment, frame=replace(moment.frame, is_inside=True))
    within = provenance.smoothed_loss(inside, replay)
    assert within is not None and within.recompute is None
    assert provenance.smoothed_loss(replace(moment, losses=moment.losses._replace(smoothed=float("nan")))) is None


def test_places_of_elements_begin_at_one() -> None:
    moment, replay = moment_of()
    found = provenance.element(moment, "tanh_1.y", (1, 3), replay)
    values = moment.frame.get("tanh_1.y")
    assert found is not None and values is not None and found.recompute is not None
    assert (found.name, found.tensor, found.value) == ("y of tanh_1", "tanh_1.y[4]", values[1, 3]) and found.recompute() == values[1, 3]
    row = moment.data.train_index[moment.frame.samples[1]] + 1
    assert found.rows == f"row {row}, place 2 of 6 in the batch" and found.note == ""
    bias = provenance.element(moment, "dense_1.bias", (4,), replay)
    assert bias is not None and (bias.tensor, bias.rows, bias.note) == ("dense_1.bias[5]", "none: it is learned", "")
    gradient = provenance.element(moment, "dense_1.d_weight", (0, 0))
    assert gradient is not None and gradient.rows == "all rows of the batch" and gradient.recompute is None
    assert provenance.element(moment, "dense_1.bias", (5,)) is None and provenance.element(moment, "dense_1.bias", (0, 0)) is None
    assert np.isnan(provenance._element(moment.frame, "dense_9.bias", (0,))), "what is not there any more is no number"


def test_a_number_formed_from_a_frame_is_formed_again() -> None:
    moment, replay = moment_of()

    def norm(frame: Frame) -> float:
        return float(np.linalg.norm(frame.get("dense_1.weight")))  # type: ignore[arg-type]

    found = provenance.of_frame(moment, "norm", 3.0, "dense_1.weight", norm, replay=replay)
    assert found.recompute is not None and found.recompute() == norm(moment.frame) and found.note == ""
    assert found.rows.startswith("the batch of 6: rows ")
    named = provenance.of_frame(moment, "norm", 3.0, "dense_1.weight", lambda frame: None, rows="all rows", replay=replay)
    assert named.rows == "all rows" and named.recompute is not None and np.isnan(named.recompute())
    before = provenance.of_frame(replace(moment, frame=replace(moment.frame, rows=0)), "norm", 3.0, "dense_1.weight", norm)
    assert before.rows == "none" and before.recompute is None and before.note.startswith("An iteration is under way")
