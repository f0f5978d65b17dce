"""Advice: right on real data and on made columns of every kind; nothing where evidence is thin; mismatches of a network are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.examples import load_example
from nnlab.files.starting_network import project_for_table
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, validate
from nnlab.studies.advice import _one_hot_block, advise, column_of
from nnlab.studies.target_column import KINDS, TargetColumn, find
from nnlab.tables import reader as tables_reader
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.settings import TrainingSettings

RANDOM = np.random.default_rng(0)


def texts(choices: Sequence[str], rows: int = 200) -> list[str]:
    return [str(choices[k]) for k in RANDOM.integers(0, len(choices), rows)]


GRADES_OR_COUNTS = np.clip(np.rint(np.random.default_rng(1).normal(6, 1, 500)), 3, 9).astype(int)
MADE: dict[str, tuple[str, str, Callable[[], list[str]]]] = {
    # what it is: (kind, name of the column, values as written)
    "heights": ("continuous", "height", lambda: [f"{v:.1f}" for v in RANDOM.normal(171, 9, 300)]),
    "prices": ("continuous", "price", lambda: [str(int(v)) for v in RANDOM.lognormal(12, 0.5, 300)]),
    "temperatures around 0": ("continuous", "t", lambda: [f"{v:.2f}" for v in RANDOM.normal(0, 3, 300)]),
    "a narrow range within 0 and 1": ("continuous", "density", lambda: [f"{v:.3f}" for v in RANDOM.uniform(0.3, 0.6, 300)]),
    "ages": ("continuous", "age", lambda: [str(v) for v in RANDOM.integers(18, 90, 400)]),
    "visits": ("counts", "visits", lambda: [str(v) for v in RANDOM.poisson(2.0, 400)]),
    "rare events without a telling name": ("counts", "y", lambda: [str(v) for v in RANDOM.poisson(1.5, 500)]),
    "many counts": ("counts", "y", lambda: [str(v) for v in RANDOM.geometric(0.03, 500) - 1]),
    "yes and no": ("two_classes", "bought", lambda: texts(["yes", "no"])),
    "0 and 1": ("two_classes", "label", lambda: texts(["0", "1"])),
    "1 and 2": ("two_classes", "sex", lambda: texts(["1", "2"])),
    "colours": ("classes", "colour", lambda: texts(["red", "green", "blue", "teal"])),
    "class numbers": ("classes", "class", lambda: texts("0123456789", 500)),
    "rare classes": ("classes", "class", lambda: ["0"] * 300 + ["1"] * 30 + ["2"] * 12),
    "sizes": ("ordered", "size", lambda: texts(["small", "medium", "large"])),
    "agreement": ("ordered", "answer", lambda: texts(["Disagree", "Neutral", "Agree", "Strongly agree"])),
    "stars": ("ordered", "stars", lambda: texts("12345")),
    "wine quality": ("ordered", "quality", lambda: [str(v) for v in np.clip(np.rint(RANDOM.normal(5.6, 0.8, 600)), 3, 8).astype(int)]),
    "shares": ("probabilities", "p", lambda: [f"{v:.4f}" for v in RANDOM.beta(0.8, 0.8, 400)]),
    "click rates": ("probabilities", "click_rate", lambda: [f"{v:.4f}" for v in RANDOM.beta(2, 30, 400)]),
    "the same everywhere": ("constant", "unit", lambda: ["cm"] * 50),
    "zeros": ("constant", "flag", lambda: ["0"] * 50),
    "row numbers": ("identifier", "row", lambda: [str(v) for v in RANDOM.permutation(300)]),
    "customer numbers": ("identifier", "customer_id", lambda: [str(v) for v in RANDOM.choice(10**6, 300, replace=False)]),
    "names": ("identifier", "name", lambda: [f"person {k}" for k in range(200)]),
}
LOSSES = {
    "continuous": "mse", "counts": "mse", "two_classes": "binary_cross_entropy", "classes": "cross_entropy", "ordered": "cross_entropy",
    "probabilities": "binary_cross_entropy", "constant": None, "identifier": None,
}  # fmt: skip


@pytest.mark.parametrize("what", MADE)
def test_made_columns_of_every_kind_are_known(what: str) -> None:
    kind, name, make = MADE[what]
    values = make()
    advice = advise(TargetColumn.of_text(name, values))
    assert (advice.target, advice.loss, advice.needs) == (kind, LOSSES[kind], "")
    if advice.loss == "cross_entropy":
        assert advice.outputs == len(set(values)) and advice.output_activation == "softmax"
    assert advice.reason.count(". ") == 1, "two sentences"


def test_every_kind_is_tried() -> None:
    assert {kind for kind, *_ in MADE.values()} | {"one_hot"} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "target", "loss", "outputs", "activation"),
    [
        ("breast_cancer", "two_classes", "binary_cross_entropy", 1, "sigmoid"),
        ("diabetes", "continuous", "mse", 1, "identity"),
        ("digits", "classes", "cross_entropy", 10, "softmax"),
        ("iris", "classes", "cross_entropy", 3, "softmax"),
        ("wine", "classes", "cross_entropy", 3, "softmax"),
    ],
)
def test_the_five_real_data_sets(name: str, target: str, loss: str, outputs: int, activation: str) -> None:
    project = load_example(name)
    advice = advise(column_of(project.data), project.graph)
    assert (advice.target, advice.loss, advice.outputs, advice.output_activation) == (target, loss, outputs, activation)
    assert all("scale" in warning for warning in advice.warnings)  # of the diabetes target, which runs to 346
    after = advice.apply(project.graph)
    data = prepare(project.data)
    assert not [d for d in validate(after, DataShape(data.x.shape[1], data.target)) if d.is_error]


def test_a_column_with_a_few_values_far_out_gets_hubers_loss() -> None:
    values = np.concatenate([RANDOM.normal(0, 1, 300), [500.0, -400.0]])
    assert advise(TargetColumn.of_numbers("y", values)).loss == "huber"
    assert advise(TargetColumn.of_numbers("y", values[:300])).loss == "mse"


@pytest.mark.parametrize(
    ("values", "needs"),
    [
        (["a", "b", "a"], "at least 10 rows"),
        (["1.5", "2.5", "3.25"], "at least 10 rows"),
        ([*"abcdefgh", *"abcdefgh"], "at least 3 rows of every class"),
        ([str(v) for v in GRADES_OR_COUNTS], "a column name such as 'rating'"),
    ],
    ids=["three texts", "three numbers", "two rows a class", "grades or counts"],
)
def test_thin_evidence_gives_no_recommendation_and_says_what_is_lacking(values: list[str], needs: str) -> None:
    advice = advise(TargetColumn.of_text("y", values))
    assert advice.loss is None and advice.outputs == 0 and needs in advice.needs and advice.needs in advice.reason
    with pytest.raises(NNLabError, match="Nothing is recommended"):
        advice.apply(load_example("iris").graph)


def write(path: Path, header: str, rows: Sequence[Sequence[object]], delimiter: str = ",") -> DataSettings:
    path.write_text("\n".join([header, *(delimiter.join(map(str, row)) for row in rows)]), encoding="utf-8")
    return DataSettings("csv_file", {"path": str(path)})


def test_one_hot_columns_are_one_target(tmp_path: Path) -> None:
    classes = RANDOM.integers(0, 3, 60)
    rows = [[0.5, *(int(c == k) for k in range(3))] for c in classes]
    advice = advise(column_of(write(tmp_path / "t.csv", "x,red,green,blue", rows)))
    assert (advice.target, advice.loss, advice.outputs, advice.column) == ("one_hot", "cross_entropy", 3, "red … blue")
    assert "would tell the network the answer" in advice.warnings[0]


def test_a_table_with_a_plan_is_advised_on_by_its_samples_and_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    classes = RANDOM.integers(0, 3, 60)
    path = tmp_path / "t.csv"
    path.write_text("x,red,green,blue\n" + "".join(f"0.5,{int(c == 0)},{int(c == 1)},{int(c == 2)}\n" for c in classes) + "0.5,0,0,\n")
    plan = propose(read_table(path), "blue").plan
    settings = DataSettings("table", {"path": str(path), "plan": plan.to_json()}, test_share=0.2)
    data = prepare(settings)
    monkeypatch.setattr(tables_reader, "reader_of", lambda path: pytest.fail("the file is read once more"))
    column = column_of(settings)
    assert (column.name, column.rows) == ("red … blue", 60 - len(data.test_y)), "neither the row without a target nor the test samples"
    assert len(data.test_y) == 12 and advise(column).target == "one_hot"


def test_thousands_of_columns_of_zeros_and_ones_are_looked_through_in_one_pass() -> None:
    numbers = RANDOM.integers(0, 2, (3000, 40)).astype(np.float64)
    numbers[1500:1503] = np.eye(3)[RANDOM.integers(0, 3, 40)].T
    asked: list[int] = []

    def column(place: int) -> np.ndarray:
        asked.append(place)
        return numbers[place]

    found = _one_hot_block(40, 3000, 1501, column)
    assert found == range(1500, 1503)
    assert len(set(asked)) < 20, "a block has no more ones than there are rows"


def test_another_column_is_looked_at_by_its_name(tmp_path: Path) -> None:
    rows = [[k % 7 + 0.5, "a" if k % 2 else "b", k] for k in range(40)]
    data = write(tmp_path / "t.csv", "x;kind;n", rows, ";")
    assert find(column_of(data)).kind == "identifier"
    assert find(column_of(data, "kind")).kind == "two_classes"
    with pytest.raises(NNLabError, match="t.csv has no column 'colour'; choose from x, kind, n"):
        column_of(data, "colour")


def test_rows_without_a_value_are_told(tmp_path: Path) -> None:
    rows = [[k, "" if k < 4 else "yes" if k % 2 else "no"] for k in range(40)]
    advice = advise(column_of(write(tmp_path / "t.csv", "x,bought", rows)))
    assert advice.target == "two_classes" and advice.warnings[0].startswith("4 of 40 rows hold nothing in 'bought'")


def network(*layers: tuple[str, dict[str, object]]) -> Graph:
    b = GraphBuilder()
    y = b.input(features=2)
    for operator, settings in layers[:-1]:
        y = b.node(operator, y, **settings)
    b.node(layers[-1][0], y)
    return b.build()


CLASSES = TargetColumn.of_text("colour", texts(["red", "green", "blue"]))
LARGE = TargetColumn.of_numbers("price", RANDOM.normal(300, 20, 100))
SMALL = TargetColumn.of_numbers("y", RANDOM.normal(0, 1, 100))


@pytest.mark.parametrize(
    ("graph", "column", "warning"),
    [
        (network(("dense", {"units": 3}), ("softmax", {}), ("cross_entropy", {})), CLASSES, "Softmax before cross-entropy"),
        (network(("dense", {"units": 3}), ("softmax", {}), ("mse", {})), CLASSES, "MSE on classes"),
        (network(("dense", {"units": 1}), ("sigmoid", {}), ("mse", {})), SMALL, "stays between 0 and 1, but the target goes from"),
        (network(("dense", {"units": 1}), ("cross_entropy", {})), CLASSES, "1 output for 3 classes"),
        (network(("dense", {"units": 1}), ("mse", {})), LARGE, "around 300: without a scale at the output"),
        (network(("dense", {"units": 1}), ("binary_cross_entropy", {})), SMALL, "is for classes, but 'y' holds numbers"),
    ],
    ids=["softmax twice", "MSE on classes", "sigmoid on an unbounded target", "one output", "large target", "classes' loss on numbers"],
)
def test_a_mismatch_that_is_built_is_told_and_mended_by_one_edit(graph: Graph, column: TargetColumn, warning: str) -> None:
    advice = advise(column, graph)
    assert any(warning in text and not text[0].islower() for text in advice.warnings), advice.warnings
    assert advise(column, advice.apply(graph)).warnings == ()


def test_what_fits_is_left_as_it_is() -> None:
    graph = load_example("iris").graph
    assert advise(column_of(DataSettings("iris")), graph).apply(graph) == graph


def test_a_network_that_learns_probabilities_is_measured_in_probabilities(tmp_path: Path) -> None:
    """The target is the logistic function of x itself, so cross-entropy at its least makes the predictions equal to it."""
    x = RANDOM.uniform(-3, 3, 400)
    rows = [[f"{v:.6f}", f"{1 / (1 + np.exp(-2 * v)):.6f}"] for v in x]
    write(tmp_path / "t.csv", "x,probability", rows)
    project = project_for_table(tmp_path / "t.csv")
    data = prepare(project.data)
    graph = advise(column_of(project.data)).apply(project.graph)
    assert graph.losses[0].operator == "binary_cross_entropy"
    run = prepare_run(graph, data, TrainingSettings("adam", {}, 0.01, 32))
    run.train(1500)
    found = result_of(run, data).metrics
    assert found["r2"] > 0.99 and found["mae"] < 0.03
