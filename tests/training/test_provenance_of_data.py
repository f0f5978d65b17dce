"""Where numbers over whole parts of the data come from: every field of what is said, and the number again by NumPy and scikit-learn.

The network is worked out here by its definition, x W₁ᵀ + b₁, tanh, W₂ᵀ, in double precision; the engine's are single.
"""

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
from nnlab.training import provenance_of_data as of_data
from nnlab.training.excerpt import Replayed
from nnlab.training.feature_statistics import VALIDATION
from nnlab.training.provenance import MOVED, Provenance

NAN = float("nan")
ITERATION = 12
EVALUATED = f"It is evaluated at the end of an epoch, now and then. {MOVED}"
PACED = f"It is worked out now and then while training runs. {MOVED}"


@dataclass(frozen=True, eq=False)
class Moment:
    """A run as it is shown, with a frame of an earlier iteration and the curves that a replay would hand out."""

    frame: Frame
    data: Data
    losses: Losses
    earlier: Frame
    run: Run

    def replay(self, at: int, since: int) -> Replayed:
        assert since == at - 1, "of what is worked out of weights, no iteration on the way is asked for"
        return Replayed({ITERATION: self.frame, ITERATION // 2: self.earlier}[at], self.run.history.curves(), self.data)


def moment_of(data: Data, loss: str, outputs: int) -> Moment:
    b = GraphBuilder()
    b.node(loss, b.dense(b.tanh(b.dense(b.input(features=data.x.shape[1]), units=3)), units=outputs))
    run = Run(Setup(b.build(), data.x, data.y, update=Update("adam", 0.05), batch_size=8, seed=1))
    frames = []
    for _ in range(2):
        run.train(ITERATION // 2)
        run.publish()
        frame = run.mailbox.newest(0)
        assert frame is not None
        frames.append(replace(frame, _values=frame._values.copy()))
    return Moment(frames[1], data, Losses(0.5, 2, NAN, NAN, ITERATION), frames[0], run)


@pytest.fixture(scope="module")
def classes() -> Moment:
    return moment_of(prepare(DataSettings("iris")), "cross_entropy", 3)


@pytest.fixture(scope="module")
def numbers() -> Moment:
    return moment_of(prepare(DataSettings("diabetes")), "mse", 1)


def outputs(frame: Frame, x: np.ndarray) -> np.ndarray:
    """The network by its definition."""
    w1, b1, w2, b2 = (frame.get(f"dense_{k}.{name}") for k in (1, 2) for name in ("weight", "bias"))
    return np.tanh(x @ w1.T + b1) @ w2.T + b2  # type: ignore[union-attr,operator]


def shares(frame: Frame, x: np.ndarray) -> np.ndarray:
    e = np.exp(outputs(frame, x))
    return e / e.sum(axis=1, keepdims=True)


def loss(frame: Frame, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cross entropy of each row."""
    return -np.log(shares(frame, x)[np.arange(len(x)), y])


def again(found: Provenance | None) -> float:
    assert found is not None and found.recompute is not None
    assert found.note == ""
    return found.recompute()


def said(found: Provenance | None) -> tuple[str, float, str, int | None, str]:
    assert found is not None
    return found.name, found.value, found.tensor, found.iteration, found.rows


# Losses


def test_the_validation_loss_is_over_all_validation_rows(classes: Moment) -> None:
    shown, data = replace(classes, losses=Losses(0.5, 2, 0.25, 0.125, ITERATION)), classes.data
    found = of_data.part_loss(shown, True)
    assert said(found) == ("Validation loss", 0.25, "cross_entropy_1.loss", ITERATION, "all 30 validation rows")
    assert again(found) == pytest.approx(loss(shown.frame, data.validation_x, data.validation_y).mean(), rel=1e-5)
    assert found is not None and found.formula == shown.frame.program.graph.losses[0].kind.formula


def test_the_training_loss_is_over_as_many_rows_as_are_held_back(classes: Moment) -> None:
    shown, data = replace(classes, losses=Losses(0.5, 2, 0.25, 0.125, ITERATION)), classes.data
    found = of_data.part_loss(shown, False)
    assert said(found) == ("Training loss", 0.125, "cross_entropy_1.loss", ITERATION, "30 of 120 training rows")
    rows = np.sort(np.random.default_rng(0).choice(120, 30, replace=False))  # always the same, see nnlab.engine.setup.some_rows
    assert again(found) == pytest.approx(loss(shown.frame, data.x[rows], data.y[rows]).mean(), rel=1e-5)


def test_an_earlier_loss_is_of_the_weights_of_then(classes: Moment) -> None:
    data, at = classes.data, ITERATION // 2
    with_replay = of_data.evaluated(classes, True, 0.75, at, classes.replay)
    assert said(with_replay) == ("Validation loss", 0.75, "cross_entropy_1.loss", at, "all 30 validation rows")
    assert again(with_replay) == pytest.approx(loss(classes.earlier, data.validation_x, data.validation_y).mean(), rel=1e-5)
    without = of_data.evaluated(classes, True, 0.75, at)
    assert without is not None
    assert (without.recompute, without.note) == (None, EVALUATED)


def test_within_an_iteration_its_weights_are_not_those_of_its_end(classes: Moment) -> None:
    inside = replace(classes, frame=replace(classes.frame, is_inside=True))
    found = of_data.evaluated(inside, True, 0.75, ITERATION)
    assert found is not None
    assert (found.recompute, found.note) == (None, EVALUATED)


def test_there_is_no_loss_without_rows_or_a_value_or_a_loss(classes: Moment) -> None:
    assert of_data.evaluated(classes, True, NAN, ITERATION) is None
    nothing = replace(classes.data, validation_x=classes.data.validation_x[:0], validation_y=classes.data.validation_y[:0])
    assert of_data.evaluated(replace(classes, data=nothing), True, 0.5, ITERATION) is None
    program = replace(classes.frame.program, loss_node=None)
    assert of_data.evaluated(replace(classes, frame=replace(classes.frame, program=program)), True, 0.5, ITERATION) is None


# Scores and counts


@pytest.mark.parametrize("is_validation", [False, True])
def test_scores_of_classes_are_scikit_learns(classes: Moment, is_validation: bool) -> None:
    data, part = classes.data, "validation" if is_validation else "training"
    x, y = (data.validation_x, data.validation_y) if is_validation else (data.x[:50], data.y[:50])
    p = shares(classes.frame, x)
    predicted = p.argmax(axis=1)
    averaged = {"average": "macro", "zero_division": 0.0}
    expected = {
        "accuracy": ("Accuracy", r"\frac{\mathrm{right}}{\mathrm{samples}}", sk.accuracy_score(y, predicted)),
        "precision": ("Precision", r"\frac{TP}{TP + FP}", sk.precision_score(y, predicted, **averaged)),
        "recall": ("Recall", r"\frac{TP}{TP + FN}", sk.recall_score(y, predicted, **averaged)),
        "f1": ("F1", r"\frac{2\,TP}{2\,TP + FP + FN}", sk.f1_score(y, predicted, **averaged)),
        "auc": ("Area under the ROC curve", r"\int_0^1 TPR\,d\,FPR", sk.roc_auc_score(y, p, multi_class="ovr")),
    }
    rows = "all 30 validation rows" if is_validation else "50 of 120 training rows"
    for name, (title, formula, value) in expected.items():
        found = of_data.score(classes, name, is_validation, 0.5, 50, ITERATION)
        assert said(found) == (f"{title} ({part})", 0.5, "dense_2.y", ITERATION, rows)
        assert found.formula == formula
        assert again(found) == pytest.approx(value, abs=1e-9), name


@pytest.mark.parametrize("name", ["mae", "r2"])
def test_scores_of_numbers_are_scikit_learns(numbers: Moment, name: str) -> None:
    data = numbers.data
    title, formula, measure = {
        "mae": ("Mean absolute error", r"\frac{1}{N}\sum_n |y_n - \hat{y}_n|", sk.mean_absolute_error),
        "r2": ("R²", r"1 - \frac{\sum (y - \hat{y})^2}{\sum (y - \bar{y})^2}", sk.r2_score),
    }[name]
    value = measure(data.y[:40, 0], outputs(numbers.frame, data.x[:40])[:, 0])
    for found in (
        of_data.score(numbers, name, False, 0.5, 40, ITERATION),
        of_data.metric(numbers, name, title, False, 0.5, 40, ITERATION),
    ):
        assert (found.name, found.formula) == (f"{title} (training)", formula)
        assert found.rows == f"40 of {len(data.x):,} training rows"
        assert again(found) == pytest.approx(value, rel=1e-5)


def test_a_score_that_is_not_defined_any_more_is_not_a_number(numbers: Moment) -> None:
    assert math.isnan(again(of_data.score(numbers, "r2", False, 0.5, 1, ITERATION))), "R² of a single row"
    assert math.isnan(again(of_data.metric(numbers, "accuracy", "Accuracy", False, 0.5, 9, ITERATION))), "no classes"


def test_misclassified_rows_are_counted(classes: Moment) -> None:
    data = classes.data
    wrong = int((shares(classes.frame, data.x).argmax(axis=1) != data.y).sum())
    assert 0 < wrong < 120, "the network is to be neither useless nor done"
    found = of_data.metric(classes, "wrong", "Misclassified", False, 7, 4000, ITERATION)
    assert said(found) == ("Misclassified (training)", 7, "dense_2.y", ITERATION, "all 120 training rows")
    assert (again(found), found.formula) == (wrong, r"\sum_n [\hat{y}_n \neq y_n]")
    accuracy = of_data.metric(classes, "accuracy", "Accuracy", False, 0.5, 4000, ITERATION)
    assert again(accuracy) == pytest.approx(1 - wrong / 120)
    then = of_data.metric(classes, "wrong", "Misclassified", False, 7, 4000, ITERATION // 2, classes.replay)
    assert again(then) == (shares(classes.earlier, data.x).argmax(axis=1) != data.y).sum()
    assert of_data.metric(classes, "wrong", "Misclassified", False, 7, 4000, ITERATION // 2).note == PACED


def test_cells_of_the_confusion_matrix(classes: Moment) -> None:
    data, names = classes.data, classes.data.target.names
    held = sk.confusion_matrix(data.validation_y, shares(classes.frame, data.validation_x).argmax(axis=1), labels=[0, 1, 2])
    every = sk.confusion_matrix(data.y, shares(classes.frame, data.x).argmax(axis=1), labels=[0, 1, 2])
    assert (held != held.T).any() and (every != every.T).any(), "which index is which is to be seen"
    nothing = replace(classes, data=replace(data, validation_x=data.validation_x[:0], validation_y=data.validation_y[:0]))
    for true in range(3):
        for predicted in range(3):
            found = of_data.confusion_count(classes, true, predicted, 4, 4000, ITERATION)
            title = f"True {names[true]}, predicted {names[predicted]}"
            assert said(found) == (title, 4.0, "dense_2.y", ITERATION, "all 30 validation rows")
            assert again(found) == held[true, predicted]
            found = of_data.confusion_count(nothing, true, predicted, 4, 4000, ITERATION)
            assert (found.rows, again(found)) == ("all 120 training rows", every[true, predicted])
    assert found.formula == r"\sum_n [y_n = i][\hat{y}_n = j]"


# Single rows


@pytest.mark.parametrize("is_validation", [False, True])
def test_what_is_predicted_for_one_row(classes: Moment, numbers: Moment, is_validation: bool) -> None:
    for moment, output, title in ((classes, 1, "Output 2"), (numbers, 0, f"Prediction of {numbers.data.target.names[0]}")):
        data = moment.data
        index, x = (data.validation_index, data.validation_x) if is_validation else (data.train_index, data.x)
        found = of_data.output_at(moment, is_validation, 5, output, 0.5, ITERATION)
        assert said(found) == (title, 0.5, "dense_2.y", ITERATION, f"row {index[5] + 1}")
        assert found.formula == ""
        assert again(found) == pytest.approx(outputs(moment.frame, x[5:6])[0, output], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("is_validation", [False, True])
def test_what_the_table_of_samples_says(classes: Moment, numbers: Moment, is_validation: bool) -> None:
    data = classes.data
    index = data.validation_index if is_validation else data.train_index
    x, y = (data.validation_x, data.validation_y) if is_validation else (data.x, data.y)
    every = shares(classes.frame, x)
    sample = int(np.flatnonzero(every.argmax(axis=1))[0])  # the first that is not taken for class 0
    row, p = f"row {index[sample] + 1}", every[sample]
    for title, value in (("predicted", p.argmax()), ("share", p.max()), ("loss", loss(classes.frame, x, y)[sample])):
        found = of_data.answer(classes, title, is_validation, sample, 0.5, 20, ITERATION)
        assert said(found) == (f"{title.capitalize()} of {row}", 0.5, "dense_2.y", ITERATION, row)
        assert again(found) == pytest.approx(value, rel=1e-5), title
        assert bool(found.formula) == (title == "loss")
    data = numbers.data
    x = data.validation_x if is_validation else data.x
    found = of_data.answer(numbers, "predicted", is_validation, 4, 0.5, 20, ITERATION)
    assert again(found) == pytest.approx(outputs(numbers.frame, x[4:5])[0, 0], rel=1e-4)


def test_a_row_on_its_way_through_the_network(classes: Moment) -> None:
    data, frame = classes.data, classes.frame
    found = of_data.of_sample(classes, "tanh_1.y", (1,), 7, 0.5)
    assert said(found) == ("y of tanh_1", 0.5, "tanh_1.y[2]", ITERATION, f"row {data.train_index[7] + 1}")
    w, b = frame.get("dense_1.weight"), frame.get("dense_1.bias")
    assert w is not None and b is not None
    assert again(found) == pytest.approx(np.tanh(w[1] @ data.x[7] + b[1]), rel=1e-5)
    assert math.isnan(again(of_data.of_sample(classes, "cross_entropy_1.loss", (), 7, 0.5))), "no row has that one"
    inside = replace(classes, frame=replace(frame, is_inside=True))
    assert (of_data.of_sample(inside, "tanh_1.y", (1,), 7, 0.5).note, found.formula) == (PACED, "")


def test_over_even_points_nothing_is_a_row(numbers: Moment) -> None:
    seen = []

    def read(evaluator: object, data: Data) -> float:
        seen.append(data)
        return 4.5

    found = of_data.over_grid(numbers, "Mean output", 4.0, ITERATION, "f", read)
    assert said(found) == ("Mean output", 4.0, "dense_2.y", ITERATION, "no rows: even points over the domain of the data")
    assert (found.formula, again(found), seen) == ("f", 4.5, [numbers.data])


# The data itself


def test_figures_of_columns_are_numpys(classes: Moment) -> None:
    data = classes.data
    for part, x, rows in (("train", data.raw_x, "all 120 training rows"), (VALIDATION, data.raw_validation_x, "all 30 validation rows")):
        found = of_data.column_figure(data, part, 2, "Mean", lambda column: column.mean)
        assert found is not None
        name = data.raw_features[2]
        assert said(found) == (f"Mean of {name}", pytest.approx(x[:, 2].mean()), name, None, rows)
        assert (found.note, found.recompute and found.recompute()) == ("By NumPy, of the raw numbers.", pytest.approx(x[:, 2].mean()))
    assert of_data.column_figure(data, "train", 3, "Correlation", lambda column: column.correlation) is None, "of three classes"
    assert of_data.column_figure(data, "train", 4, "Mean", lambda column: column.mean) is None, "no such column"


def test_samples_of_a_class_are_counted_in_both_parts(classes: Moment) -> None:
    data = classes.data
    held = int((data.validation_y == 1).sum())
    found = of_data.class_size(data, 1)
    words = f"all 150 rows, {held} of them for validation"
    assert said(found) == (f"Samples of {data.target.names[1]}", 50.0, "target", None, words)  # Fisher's irises: fifty of each
    assert (again(found), found.formula) == (50.0, r"\sum_n [y_n = i]")


@pytest.mark.parametrize("is_validation", [False, True])
def test_a_stored_number_has_a_row_alone(classes: Moment, is_validation: bool) -> None:
    data = classes.data
    row = f"row {(data.validation_index if is_validation else data.train_index)[3] + 1}"
    found = of_data.stored_number(data, "petal", 1.5, is_validation, 3)
    assert said(found) == (f"petal of {row}", 1.5, "petal", None, row)
    assert (found.recompute, found.note) == (None, "It is stored in the data; there is nothing to work it out from.")
