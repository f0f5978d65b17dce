"""Where numbers over whole parts of the data come from: losses, scores, counts, statistics of columns. See `nnlab.training.provenance`.

They were worked out with the weights of some iteration, perhaps an earlier one than is shown. With a replay those weights are there again;
without one only what was worked out of the frame itself can be checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.frame import Frame
from nnlab.engine.setup import some_rows
from nnlab.graph.targets import encoded
from nnlab.training.feature_statistics import TRAINING, ColumnStatistics, class_counts, feature_statistics
from nnlab.training.metrics import confusion, metrics, mistakes, predicted_classes, predicted_numbers, probabilities
from nnlab.training.provenance import MOVED, Provenance, Replay, ShownMoment, evaluator_of, loss_formula
from nnlab.training.scores import TITLES, scores

EVALUATED = f"It is evaluated at the end of an epoch, now and then. {MOVED}"
PACED = f"It is worked out now and then while training runs. {MOVED}"
FORMULAS = {
    "accuracy": r"\frac{\mathrm{right}}{\mathrm{samples}}", "precision": r"\frac{TP}{TP + FP}", "recall": r"\frac{TP}{TP + FN}",
    "f1": r"\frac{2\,TP}{2\,TP + FP + FN}", "auc": r"\int_0^1 TPR\,d\,FPR",
    "mae": r"\frac{1}{N}\sum_n |y_n - \hat{y}_n|", "r2": r"1 - \frac{\sum (y - \hat{y})^2}{\sum (y - \bar{y})^2}",
    "wrong": r"\sum_n [\hat{y}_n \neq y_n]",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RowsOfPart:
    """The training or the validation rows of a moment's data, at most so many of them."""

    name: str
    x: np.ndarray
    y: np.ndarray
    all_rows: int

    @staticmethod
    def of(data: Data, is_validation: bool, most: int | None = None) -> RowsOfPart:
        x, y = (data.validation_x, data.validation_y) if is_validation else (data.x, data.y)
        return RowsOfPart("validation" if is_validation else "training", x[:most], y[:most], len(x))

    @property
    def rows(self) -> str:
        """Which rows, in words."""
        if len(self.x) == self.all_rows:
            return f"all {self.all_rows:,} {self.name} rows"
        return f"{len(self.x):,} of {self.all_rows:,} {self.name} rows"


def _with_weights_of(
    moment: ShownMoment, at: int, replay: Replay | None, read: Callable[[Frame, Evaluator], float]
) -> Callable[[], float] | None:
    """Reads from an evaluator with the weights after an iteration; None where those are not there any more."""
    frame = moment.frame
    if at == frame.iteration and not frame.is_inside:
        return lambda: read(frame, evaluator_of(frame))
    if replay is None:
        return None

    def again() -> float:
        then = replay(at, at - 1).frame
        return read(then, evaluator_of(then))

    return again


def part_loss(moment: ShownMoment, is_validation: bool, replay: Replay | None = None) -> Provenance | None:
    """The loss over a whole part of the data, as it was evaluated last."""
    value = moment.losses.validation if is_validation else moment.losses.training
    return evaluated(moment, is_validation, value, moment.losses.evaluated_at, replay)


def evaluated(moment: ShownMoment, is_validation: bool, value: float, at: int, replay: Replay | None = None) -> Provenance | None:
    """The loss over a whole part of the data after iteration `at`; None where there is none."""
    frame, part = moment.frame, RowsOfPart.of(moment.data, is_validation)
    if not is_validation:  # beside few validation samples as few of training, see nnlab.engine.setup
        chosen = some_rows(len(part.x), len(moment.data.validation_x))
        part = replace(part, x=part.x[chosen], y=part.y[chosen])
    if frame.program.loss_node is None or math.isnan(value) or not len(part.x):
        return None
    target = moment.data.target

    def read(then: Frame, evaluator: Evaluator) -> float:
        return evaluator.loss(part.x, encoded(then.program.graph, target, part.y))[0]

    again = _with_weights_of(moment, at, replay, read)
    return Provenance(
        f"{part.name.capitalize()} loss", value, f"{frame.program.loss_node}.loss", at, part.rows, loss_formula(frame),
        EVALUATED if again is None else "", again,
    )  # fmt: skip


def score(
    moment: ShownMoment, name: str, is_validation: bool, value: float, most: int, at: int, replay: Replay | None = None
) -> Provenance:
    """A score of scikit-learn over the first `most` rows of a part, worked out after iteration `at`."""
    part, link, target = RowsOfPart.of(moment.data, is_validation, most), _link(moment.frame), moment.data.target

    def read(then: Frame, evaluator: Evaluator) -> float:
        found = scores(evaluator.predict(part.x), part.y, target, link)[name].value
        return math.nan if found is None else found

    return _over_part(moment, f"{TITLES[name]} ({part.name})", value, part, at, FORMULAS.get(name, ""), replay, read)


def metric(
    moment: ShownMoment, name: str, title: str, is_validation: bool, value: float, most: int, at: int, replay: Replay | None = None
) -> Provenance:
    """One of `nnlab.training.metrics`, or "wrong": how many are misclassified, as the panel of predictions shows them."""
    part, link, target = RowsOfPart.of(moment.data, is_validation, most), _link(moment.frame), moment.data.target

    def read(then: Frame, evaluator: Evaluator) -> float:
        outputs = evaluator.predict(part.x)
        if name == "wrong":
            return float(mistakes(outputs, part.y, target, link))
        return metrics(outputs, part.y, target, link).get(name, math.nan)

    return _over_part(moment, f"{title} ({part.name})", value, part, at, FORMULAS.get(name, ""), replay, read)


def confusion_count(
    moment: ShownMoment, true: int, predicted: int, value: int, most: int, at: int, replay: Replay | None = None
) -> Provenance:
    """One cell of the confusion matrix, over validation, or over training where there is none."""
    held = len(moment.data.validation_x) > 0
    part, link, target = RowsOfPart.of(moment.data, held, most), _link(moment.frame), moment.data.target

    def read(then: Frame, evaluator: Evaluator) -> float:
        return float(confusion(evaluator.predict(part.x), part.y, target, link)[true, predicted])

    title = f"True {target.names[true]}, predicted {target.names[predicted]}"
    return _over_part(moment, title, float(value), part, at, r"\sum_n [y_n = i][\hat{y}_n = j]", replay, read)


def output_at(
    moment: ShownMoment, is_validation: bool, sample: int, output: int, value: float, at: int, replay: Replay | None = None
) -> Provenance:
    """What the network predicts for one row, worked out after iteration `at`."""
    data, link = moment.data, _link(moment.frame)
    index, x = (data.validation_index, data.validation_x) if is_validation else (data.train_index, data.x)
    row, title = x[sample : sample + 1], f"Output {output + 1}" if data.target.classes else f"Prediction of {data.target.names[output]}"

    def read(then: Frame, evaluator: Evaluator) -> float:
        return float(predicted_numbers(evaluator.predict(row), data.target, link)[0, output])

    return _evaluated(moment, title, value, f"row {int(index[sample]) + 1:,}", at, "", replay, read)


def of_sample(
    moment: ShownMoment, tensor: str, index: tuple[int, ...], sample: int, value: float, replay: Replay | None = None
) -> Provenance:
    """An element of what one training row becomes on its way through the network, with the weights of the moment."""
    data, (owner, _, name) = moment.data, tensor.partition(".")
    row = data.x[sample : sample + 1]

    def read(then: Frame, evaluator: Evaluator) -> float:
        if tensor not in evaluator.before_loss_tensors:
            return math.nan
        return float(evaluator.activations(row, (tensor,))[tensor][0][index])

    again = _with_weights_of(moment, moment.frame.iteration, replay, read)
    inside = ", ".join(str(k + 1) for k in index)
    return Provenance(
        f"{name} of {owner}", value, f"{tensor}[{inside}]", moment.frame.iteration, f"row {int(data.train_index[sample]) + 1:,}", "",
        PACED if again is None else "", again,
    )  # fmt: skip


def over_grid(
    moment: ShownMoment, title: str, value: float, at: int, formula: str, read: Callable[[Evaluator, Data], float],
    replay: Replay | None = None,
) -> Provenance:  # fmt: skip
    """A number over even points of the data's domain, worked out after iteration `at`."""
    data = moment.data
    rows = "no rows: even points over the domain of the data"
    return _evaluated(moment, title, value, rows, at, formula, replay, lambda then, evaluator: read(evaluator, data))


def _over_part(
    moment: ShownMoment, title: str, value: float, part: RowsOfPart, at: int, formula: str, replay: Replay | None,
    read: Callable[[Frame, Evaluator], float],
) -> Provenance:  # fmt: skip
    return _evaluated(moment, title, value, part.rows, at, formula, replay, read)


def _evaluated(
    moment: ShownMoment, title: str, value: float, rows: str, at: int, formula: str, replay: Replay | None,
    read: Callable[[Frame, Evaluator], float],
) -> Provenance:  # fmt: skip
    again = _with_weights_of(moment, at, replay, read)
    note = PACED if again is None else ""
    return Provenance(title, value, moment.frame.program.output_name, at, rows, formula, note, again)


def _link(frame: Frame) -> str:
    return frame.program.graph.losses[0].kind.link if frame.program.graph.losses else "identity"


def column_figure(
    data: Data, part: str, column: int, title: str, figure: Callable[[ColumnStatistics], float | int | None]
) -> Provenance | None:
    """A statistic of one column of the data as the data set has it, over one part; None where there is none."""
    known = feature_statistics(data, part)
    value = figure(known[column]) if column < len(known) else None
    if value is None:
        return None

    def again() -> float:
        found = figure(feature_statistics(data, part)[column])
        return math.nan if found is None else float(found)

    rows = f"all {known[column].samples:,} {'training' if part == TRAINING else 'validation'} rows"
    name = known[column].name
    return Provenance(f"{title} of {name}", float(value), name, None, rows, "", "By NumPy, of the raw numbers.", again)


def class_size(data: Data, number: int) -> Provenance:
    """How many samples of a class there are, training and validation together."""

    def again() -> float:
        return float(sum(int(counts[number]) for counts in class_counts(data)))

    held = int(class_counts(data)[1][number])
    words = f"all {len(data.x) + len(data.validation_x):,} rows, {held:,} of them for validation"
    return Provenance(f"Samples of {data.target.names[number]}", again(), "target", None, words, r"\sum_n [y_n = i]", "", again)


def stored_number(data: Data, name: str, value: float, is_validation: bool, sample: int) -> Provenance:
    """A number of the data itself."""
    index = data.validation_index if is_validation else data.train_index
    note = "It is stored in the data; there is nothing to work it out from."
    return Provenance(f"{name} of row {int(index[sample]) + 1:,}", value, name, None, f"row {int(index[sample]) + 1:,}", "", note)


def answer(
    moment: ShownMoment, title: str, is_validation: bool, sample: int, value: float, most: int, at: int, replay: Replay | None = None
) -> Provenance:
    """What the table of samples says of one row: "predicted", the "share" of the class it is taken for, or its "loss".

    It was worked out together with the first `most` rows of its part, and so it is again: a product of one row rounds otherwise.
    """
    data, link = moment.data, _link(moment.frame)
    index, part = data.validation_index if is_validation else data.train_index, RowsOfPart.of(data, is_validation, most)

    def read(then: Frame, evaluator: Evaluator) -> float:
        if title == "loss":
            return float(evaluator.sample_losses(part.x, part.y)[sample])
        outputs = evaluator.predict(part.x)[sample : sample + 1]
        if title == "share":
            return float(probabilities(outputs, link).max())
        return float(predicted_classes(outputs, link)[0]) if data.target.classes else float(outputs[0, 0])

    row = int(index[sample]) + 1
    formula = loss_formula(moment.frame) if title == "loss" else ""
    return _evaluated(moment, f"{title.capitalize()} of row {row:,}", value, f"row {row:,}", at, formula, replay, read)
