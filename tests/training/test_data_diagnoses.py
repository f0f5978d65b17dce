"""What diagnoses of data say, on data so small that every number of the sentence is worked out by hand; and where they begin to speak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.complete_run import prepare_run
from nnlab.training.diagnoses._columns import without_columns
from nnlab.training.diagnosis import Diagnosis
from nnlab.training.observation import Observation
from nnlab.training.project import Project

Y = np.tile([0.0, 1.0, 3.0, 2.0], 6)  # 24 numbers on a scale, no column below is like them
SIGNS = np.tile([1.0, -1.0, -1.0, 1.0, 1.0, -1.0], 4)  # root mean square 1
OTHERS = np.tile([1.0, 1.0, -1.0, -1.0], 6)


def network(inputs: int, outputs: int = 1, loss: str = "mse", before: str = "") -> Graph:
    b = nnlab.GraphBuilder()
    out = b.dense(b.input(features=inputs), units=outputs)
    getattr(b, loss)(getattr(b, before)(out) if before else out)
    return b.build()


def found(kind: str, x: np.ndarray, y: np.ndarray, graph: Graph | None = None) -> Diagnosis | None:
    session = nnlab.Session(graph or network(x.shape[1]), optimizer="sgd", learning_rate=1e-9)
    session.fit(x, y, epochs=1)
    return next((one for one in session.diagnose() if one.kind == kind), None)


def columns(*values: np.ndarray) -> np.ndarray:
    return np.column_stack(values)


# Features that tell nothing, or the same


@pytest.mark.parametrize(
    ("constant", "of", "evidence", "harm"),
    [
        (1, 3, "feature 0 holds one value in all 24 training samples.", 0.2),
        (2, 3, "feature 0, feature 1 hold one value in all 24 training samples.", 0.2),
        (3, 4, "feature 0, feature 1, feature 2 hold one value in all 24 training samples.", 0.2),
        (4, 5, "feature 0, feature 1, feature 2 and 1 more hold one value in all 24 training samples.", 0.2),
        (5, 6, "feature 0, feature 1, feature 2 and 2 more hold one value in all 24 training samples.", 0.2),
        (2, 2, "feature 0, feature 1 hold one value in all 24 training samples.", 1.0),
    ],
)
def test_constant_features_are_counted_and_named(constant: int, of: int, evidence: str, harm: float) -> None:
    generator = np.random.default_rng(0)
    x = columns(*[np.full(24, 0.5)] * constant, *generator.standard_normal((of - constant, 24)))
    one = found("constant_features", x, Y)
    assert one is not None
    assert (one.evidence, one.figure, one.columns, one.harm) == (evidence, f"{constant} of {of}", tuple(range(constant)), harm)
    assert dict(one.figures) == {"columns": constant, "features": of, "samples": 24}


def test_two_features_that_follow_from_each_other() -> None:
    x = columns(OTHERS, SIGNS, -3.0 * SIGNS + 2.0)
    one = found("duplicated_features", x, Y)
    assert one is not None
    assert one.evidence == "feature 2 is feature 1 again, up to a factor and an offset."
    assert (one.columns, one.figure, dict(one.figures)) == ((1, 2), "1 of 3", {"columns": 1, "features": 3})


def test_more_like_it_are_counted_and_constant_ones_are_no_copies() -> None:
    x = columns(np.full(24, 0.3), SIGNS, OTHERS, 2.0 * SIGNS, 0.5 * SIGNS + 1.0)
    one = found("duplicated_features", x, Y)
    assert one is not None
    assert one.evidence == "feature 3 is feature 1 again, up to a factor and an offset, and 1 more like it."
    assert (one.columns, one.figure) == ((1, 3, 4), "2 of 5")


@pytest.mark.parametrize(("rows", "speaks"), [(10, True), (9, False)])
def test_ten_rows_tell_that_columns_are_alike(rows: int, speaks: bool) -> None:
    x = columns(SIGNS, 2.0 * SIGNS)[:rows]
    assert (found("duplicated_features", x, Y[:rows]) is not None) == speaks


# A feature that tells the answer


@pytest.mark.parametrize(
    ("leaks", "evidence"),
    [
        ([2.0 * Y + 1.0], "feature 2 alone tells the target: their correlation is 1.00000."),
        ([-Y], "feature 2 alone tells the target: their correlation is -1.00000."),
        ([Y, 3.0 - Y], "feature 2 alone tells the target: their correlation is 1.00000. So does 1 more."),
        ([Y, -Y, Y + 5.0], "feature 2 alone tells the target: their correlation is 1.00000. So do 2 more."),
        ([(7.0 * Y) % 5.0], "feature 2 alone tells the target: each of its 4 values belongs to one value of the target."),  # 0 2 1 4
    ],
)
def test_what_tells_the_target(leaks: list[np.ndarray], evidence: str) -> None:
    one = found("leaking_target", columns(SIGNS, OTHERS, *leaks), Y)
    assert one is not None
    assert (one.evidence, one.figure, one.columns) == (evidence, "feature 2", tuple(range(2, 2 + len(leaks))))
    assert one.figures["columns"] == len(leaks)


@pytest.mark.parametrize(("rows", "features", "speaks"), [(20, 3, True), (19, 3, False), (24, 2, False)])
def test_it_takes_twenty_rows_and_three_features(rows: int, features: int, speaks: bool) -> None:
    x = columns(Y, SIGNS, OTHERS)[:rows, :features]
    assert (found("leaking_target", x, Y[:rows]) is not None) == speaks


def test_five_rows_for_each_value_make_no_coincidence() -> None:
    values, names = np.repeat(np.arange(5.0), 5), np.repeat([3.0, 0.0, 4.0, 1.0, 2.0], 5)
    noise = np.random.default_rng(0).standard_normal((2, 25))
    assert found("leaking_target", columns(names, *noise), values) is not None
    assert found("leaking_target", columns(names, *noise)[:24], values[:24]) is None  # 24 rows for five values are too few


def test_one_hot_rows_are_classes() -> None:
    classes = np.tile([0, 1, 2, 1], 6)
    x = columns(SIGNS, OTHERS, np.choose(classes, [4.0, 0.0, 9.0]))
    rows = np.eye(3)[classes]
    one = found("leaking_target", x, rows, network(3, 3))
    assert one is not None
    assert one.evidence == "feature 2 alone tells the target: each of its 3 values belongs to one value of the target."
    assert found("leaking_target", x, 2.0 * rows, network(3, 3)) is None  # several numbers a row are no classes


def test_two_numbers_a_row_are_no_classes() -> None:
    """Which of the two is larger is what feature 2 tells, but nobody asked for that."""
    larger = (Y > 0).astype(float)
    assert found("leaking_target", columns(SIGNS, OTHERS, larger), columns(0.5 * np.ones(24), Y), network(3, 2)) is None


# The size of features


@pytest.mark.parametrize(
    ("sizes", "evidence", "figure"),
    [
        ((20.0, 1.0), "The network sees values around 20 in feature 0; around 1 suits its weights.", "20"),
        ((0.01, 0.02), "No feature the network sees exceeds feature 1 (0.02) in size; around 1 suits its weights.", "0.02"),
        ((5.0, 0.04), "Features differ in size by a factor of 125: feature 0 (5) against feature 1 (0.04).", "125 ×"),
    ],
)
def test_sizes_of_features(sizes: tuple[float, float], evidence: str, figure: str) -> None:
    one = found("input_scale", columns(sizes[0] * SIGNS, sizes[1] * OTHERS), Y)
    assert one is not None
    largest, smallest = (0, 1) if sizes[0] > sizes[1] else (1, 0)
    assert (one.evidence, one.figure, one.node, one.columns) == (evidence, figure, "input_1", (largest, smallest))
    assert dict(one.figures) == pytest.approx({"largest": max(sizes), "smallest": min(sizes), "ratio": max(sizes) / min(sizes)})
    assert one.chart is not None
    assert one.chart.values == pytest.approx(sizes)
    assert (one.chart.labels, one.chart.meant, one.chart.logarithmic) == (("feature 0", "feature 1"), (0, 1), True)
    assert one.chart.caption == "size of the values, by column (log)"


@pytest.mark.parametrize("sizes", [(10.0, 1.0), (0.05, 0.05), (6.25, 0.0625)], ids=["10", "0.05", "100 times"])
def test_sizes_that_are_still_fine(sizes: tuple[float, float]) -> None:
    assert found("input_scale", columns(sizes[0] * SIGNS, sizes[1] * OTHERS), Y) is None


@pytest.mark.parametrize("before", ["batch_norm", "layer_norm", "scale"])
def test_what_is_scaled_first_may_have_any_size(before: str) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(getattr(b, before)(b.input(features=2)), units=1))
    assert found("input_scale", columns(50.0 * SIGNS, OTHERS), Y, b.build()) is None


@pytest.mark.parametrize("features", [12, 13])
def test_up_to_twelve_columns_are_drawn_in_their_order(features: int) -> None:
    sizes = np.array([20.0, *np.arange(features - 1, 0, -1.0)])
    one = found("input_scale", sizes * SIGNS[:, None], Y)
    assert one is not None and one.chart is not None
    if features == 12:
        assert one.chart.values == pytest.approx(sizes)
        assert one.chart.meant == (0, 11)
    else:  # the six smallest, the six largest
        assert one.chart.values == pytest.approx([1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 20])
        assert one.chart.labels[0] == "feature 12"
        assert one.chart.meant == (0, 11)
        assert one.chart.caption == "size of the values, smallest and largest columns (log)"


def test_inputs_are_normalised_where_the_data_is_no_data_set() -> None:
    one = found("input_scale", columns(20.0 * SIGNS, OTHERS), Y)
    assert one is not None
    (remedy,) = one.remedies
    project = Project(network(2), DataSettings("circle"))
    changed = remedy.apply(project).graph
    assert [node.operator for node in changed.topological()] == ["input", "batch_norm", "dense", "mse"]
    assert (remedy.label, remedy.starts_over) == ("Normalise the inputs by a batch norm", True)


# Classes


def classes_of(*counts: int) -> np.ndarray:
    return np.concatenate([np.full(count, k) for k, count in enumerate(counts)])


def spread(rows: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((rows, 2))


def test_two_classes_that_are_uneven() -> None:
    one = found("class_imbalance", spread(33), classes_of(30, 3), network(2, 1, "binary_cross_entropy"))
    assert one is not None
    assert one.evidence == "Class 1 has 3 of 33 samples; always predicting the most common class is right in 90.9 %."
    assert (one.figure, one.node) == ("9.1 %", "binary_cross_entropy_1")
    assert dict(one.figures) == pytest.approx({"rarest": 3, "samples": 33, "share_of_most_common": 30 / 33, "classes": 2})
    assert one.chart is not None
    assert (one.chart.labels, one.chart.values, one.chart.meant) == (("0", "1"), (30.0, 3.0), (1,))
    (remedy,) = one.remedies
    assert remedy.label == "Let class 1 count 10 times"
    changed = remedy.apply(Project(network(2, 1, "binary_cross_entropy"), DataSettings("circle")))
    assert float(str(changed.graph["binary_cross_entropy_1"].settings["pos_weight"])) == 10.0


def test_three_classes_are_weighed_by_the_inverse_of_their_share() -> None:
    graph = network(2, 3, "cross_entropy")
    one = found("class_imbalance", spread(64), classes_of(40, 20, 4), graph)
    assert one is not None
    assert one.evidence == "Class 2 has 4 of 64 samples; always predicting the most common class is right in 62.5 %."
    (remedy,) = one.remedies
    weights = remedy.apply(Project(graph, DataSettings("circle"))).graph["cross_entropy_1"].settings["class_weights"]
    assert [float(w) for w in str(weights).split(",")] == pytest.approx([64 / 120, 64 / 60, 64 / 12], rel=5e-3)


@pytest.mark.parametrize(("common", "speaks"), [(30, True), (29, False)])
def test_ten_times_as_common_is_uneven(common: int, speaks: bool) -> None:
    x, y, graph = spread(common + 3), classes_of(common, 3), network(2, 1, "binary_cross_entropy")
    assert (found("class_imbalance", x, y, graph) is not None) == speaks


def test_one_hot_rows_may_be_uneven_and_numbers_may_not() -> None:
    y = classes_of(30, 3, 5)
    assert found("class_imbalance", spread(38), np.eye(3)[y], network(2, 3)) is not None
    assert found("class_imbalance", spread(38), 0.5 * np.eye(3)[y], network(2, 3)) is None
    assert found("class_imbalance", spread(33), np.eye(2)[classes_of(30, 3).astype(int).ravel()], network(2, 2)) is not None
    several, none, shares = np.eye(3)[y], np.eye(3)[y], np.eye(3)[y]
    several[0], none[0], shares[0] = 1.0, 0.0, 1 / 3
    for rows in (several, none, shares):  # one row that is of no single class, and they are numbers
        assert found("class_imbalance", spread(38), rows, network(2, 3)) is None
    assert found("class_imbalance", spread(33), classes_of(30, 3), network(2)) is None  # numbers on a scale, for all one knows


def test_a_loss_that_weighs_them_is_no_fault() -> None:
    graph = network(2, 1, "binary_cross_entropy")
    weighed = edits.configure(graph, "binary_cross_entropy_1", pos_weight="10")
    assert found("class_imbalance", spread(33), classes_of(30, 3), weighed) is None


# The loss and the target


def test_squared_errors_of_two_classes() -> None:
    graph = network(2)
    one = found("loss_mismatch", spread(24), OTHERS > 0, graph)
    assert one is not None
    assert one.evidence.endswith("is for numbers on a scale, but the target is two classes: sure and wrong answers cost little.")
    assert (one.node, one.figure, one.harm) == ("mse_1", "mse_1", 0.8)
    (remedy,) = one.remedies
    changed = remedy.apply(Project(graph, DataSettings("circle"))).graph
    assert [node.operator for node in changed.topological()] == ["input", "dense", "binary_cross_entropy"]
    assert found("loss_mismatch", spread(24), np.eye(2)[(OTHERS > 0).astype(int)], network(2, 2)) is not None
    assert found("loss_mismatch", spread(24), np.ones((24, 2)), network(2, 2)) is None  # neither one 1 a row, nor varied


@pytest.mark.parametrize(
    ("before", "y", "evidence", "share"),
    [
        ("tanh", Y - 1.0, "above -1 and below 1, but the target goes from -1 to 2: 25 % of it is out of reach.", 0.25),
        ("relu", Y - 1.0, "above 0, but the target goes from -1 to 2: 25 % of it is out of reach.", 0.25),
        ("sigmoid", 2.0 * Y, "above 0 and below 1, but the target goes from 0 to 6: 75 % of it is out of reach.", 0.75),
    ],
)  # fmt: skip
def test_an_output_that_cannot_reach_the_target(before: str, y: np.ndarray, evidence: str, share: float) -> None:
    graph = network(2, before=before)
    one = found("loss_mismatch", spread(24), y, graph)
    assert one is not None
    assert (one.evidence, one.node) == (f"{before}_1 before the loss stays {evidence}", f"{before}_1")
    assert one.figures["out_of_reach"] == share
    (remedy,) = one.remedies
    changed = remedy.apply(Project(graph, DataSettings("circle"))).graph
    assert [node.operator for node in changed.topological()] == ["input", "dense", "mse"]


@pytest.mark.parametrize(("factor", "speaks"), [(1.0, False), (1.02, False), (1.06, True)])
def test_a_fiftieth_of_the_range_may_be_missed(factor: float, speaks: bool) -> None:
    """tanh ends at 1: of a target from −1 to 1.02 the range is 2.02, and 0.0404 of it may be missed; of −1.06 to 1.06, 0.0424."""
    y = np.tile([-factor, 0.3, factor, -0.2], 6)
    assert (found("loss_mismatch", spread(24), y, network(2, before="tanh")) is not None) == speaks


def test_names_of_data_take_the_place_of_numbers() -> None:
    from nnlab.core.preparation import prepare
    from nnlab.training.complete_run import prepare_run
    from nnlab.training.diagnosis import diagnose
    from nnlab.training.observation import Observation
    from nnlab.training.settings import TrainingSettings

    data = prepare(DataSettings("iris"))
    flat = data.x.copy()
    flat[:, 2] = 0.25
    training = TrainingSettings("sgd", learning_rate=1e-9)
    graph = network(4, 3, "cross_entropy")
    seen = replace(data, x=flat)
    run = prepare_run(graph, seen, training)
    run.train(1)
    one = next(one for one in diagnose(Observation.of_run(run, training, seen)) if one.kind == "constant_features")
    assert one.evidence == f"{data.features[2]} holds one value in all {len(flat)} training samples."
    (remedy,) = one.remedies
    assert remedy.label == f"Leave out {data.features[2]}"
    changed = remedy.apply(Project(graph, DataSettings("iris"), training))
    assert changed.data.inputs == tuple(name for name in data.columns if name != data.columns[2])
    assert changed.graph["input_1"].settings["features"] == 3


def test_several_classes_get_a_loss_where_the_data_says_what_they_are() -> None:
    """Rows of one 1 might be classes, but nobody says so; of irises it is known."""
    from nnlab.core.preparation import prepare
    from nnlab.engine.compile import Update
    from nnlab.engine.run import Run
    from nnlab.engine.setup import Setup
    from nnlab.training.diagnoses import loss_mismatch
    from nnlab.training.observation import Observation
    from nnlab.training.settings import TrainingSettings

    unknown = found("loss_mismatch", spread(24), np.eye(2)[(OTHERS > 0).astype(int)], network(2, 2))
    assert unknown is not None and unknown.remedies == ()
    assert unknown.evidence.endswith("but the target is classes: sure and wrong answers cost little.")
    data, training = prepare(DataSettings("iris")), TrainingSettings("sgd", learning_rate=1e-9)
    run = Run(Setup(network(4, 3), data.x, np.eye(3)[data.y], update=Update("sgd", 1e-9), batch_size=20))
    (one,) = loss_mismatch.find(replace(Observation.of_run(run, training, data), y=data.y))
    (remedy,) = one.remedies
    changed = remedy.apply(Project(network(4, 3), DataSettings("iris"), training)).graph
    assert [node.operator for node in changed.topological()] == ["input", "dense", "cross_entropy"]


def test_what_does_most_harm_comes_first() -> None:
    """What tells the answer, then how large the columns are, a copy, and one that never differs."""
    x = columns(np.full(24, 0.5), 50.0 * SIGNS, 100.0 * SIGNS, 3.0 * Y)
    session = nnlab.Session(network(4), optimizer="sgd", learning_rate=1e-9)
    session.fit(x, Y, epochs=1)
    found_ = session.diagnose()
    named = ["leaking_target", "input_scale", "duplicated_features", "constant_features"]
    assert [one.kind for one in found_ if one.kind in named] == named
    assert [one.harm for one in found_] == sorted((one.harm for one in found_), reverse=True) and all(0 < one.harm < 1 for one in found_)


def test_where_other_columns_remain_those_that_tell_nothing_may_be_left_out() -> None:
    project = Project(network(2, 1, "binary_cross_entropy"), DataSettings("circle"))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    seen = Observation.of_run(run, project.training, data)
    (remedy,) = without_columns(seen, (1,), "nothing is lost")
    changed = remedy.apply(project)
    assert changed.data.inputs == data.columns[:1] and changed.graph.input_nodes[0].settings["features"] == 1 and remedy.starts_over
    assert without_columns(seen, (0, 1), "nothing is lost") == () == without_columns(replace(seen, data=None), (1,), "")


def test_pixels_of_an_image_may_differ_in_size() -> None:
    """For a convolution, whose weights meet all of them alike; not for a layer with a weight for each."""
    x = columns(SIGNS, 0.2 * OTHERS, 0.2 * SIGNS, 0.001 * OTHERS)
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=4), shape="1, 2, 2")
    b.mse(b.dense(b.flatten(b.conv2d(image, filters=1, kernel_size=1)), units=1))
    assert found("input_scale", x, Y, b.build()) is None
    one = found("input_scale", x, Y)
    assert one is not None and one.figure == "1,000 ×" and one.columns == (0, 3) and one.harm == 0.7


@pytest.mark.parametrize(
    ("large", "small", "evidence", "figure"),
    [
        (12.345, 1.0, "The network sees values around 12.3 in feature 0; around 1 suits its weights.", "12.3"),
        (0.012345, 0.01, "No feature the network sees exceeds feature 0 (0.0123) in size; around 1 suits its weights.", "0.0123"),
        (10.0, 0.01, "Features differ in size by a factor of 1,000: feature 0 (10) against feature 1 (0.01).", "1,000 ×"),
        (10.0, 1.0, None, ""),
    ],
)
def test_sizes_are_said_with_three_digits(large: float, small: float, evidence: str | None, figure: str) -> None:
    one = found("input_scale", columns(large * SIGNS, small * OTHERS), Y)
    assert (one.evidence if one is not None else None) == evidence
    assert one is None or one.figure == figure


def test_a_class_in_rows_is_told_by_a_feature_and_several_numbers_are_not() -> None:
    number = np.tile([0, 1, 1], 8)
    x = columns(SIGNS, OTHERS, 2.0 * number + 1.0)
    y = np.eye(2)[number]
    one = found("leaking_target", x, y, network(3, 2))
    assert one is not None and one.columns == (2,)
    for wrong in ([1.0, 1.0], [0.0, 0.0], [0.5, 0.5]):
        changed = y.copy()
        changed[0] = wrong
        assert found("leaking_target", x, changed, network(3, 2)) is None, "a row that is of no single class"


def test_another_loss_goes_on_from_where_the_run_is() -> None:
    one = found("loss_mismatch", spread(33), classes_of(30, 3), network(2))
    assert one is not None
    (remedy,) = one.remedies
    changed = remedy.apply(Project(network(2), DataSettings("circle")))
    assert [loss.operator for loss in changed.graph.losses] == ["binary_cross_entropy"] and not remedy.starts_over
    partly = classes_of(30, 3).astype(float)
    partly[0] = 0.5
    assert found("loss_mismatch", spread(33), partly, network(2)) is None, "numbers on a scale, one of which is no class"


def correlated(with_: np.ndarray, correlation: float) -> np.ndarray:
    """A column with just this correlation."""
    noise = np.random.default_rng(0).standard_normal(len(with_))
    one = (with_ - with_.mean()) / np.linalg.norm(with_ - with_.mean())
    other = noise - noise.mean()
    other -= (other @ one) * one
    return correlation * one + np.sqrt(1 - correlation**2) * other / np.linalg.norm(other)


@pytest.mark.parametrize(("apart", "speaks"), [(0.9e-4, True), (1.5e-4, False)])
def test_a_correlation_of_0_9999_tells_the_target(apart: float, speaks: bool) -> None:
    assert (found("leaking_target", columns(SIGNS, OTHERS, correlated(Y, 1 - apart)), Y) is not None) == speaks


@pytest.mark.parametrize(("apart", "speaks"), [(0.9e-6, True), (1.5e-6, False)])
def test_a_correlation_within_a_millionth_is_a_copy(apart: float, speaks: bool) -> None:
    assert (found("duplicated_features", columns(SIGNS, OTHERS, correlated(SIGNS, 1 - apart)), Y) is not None) == speaks
