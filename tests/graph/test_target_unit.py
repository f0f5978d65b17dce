"""The target's own unit before the loss: what is proposed, and what becomes of it with another target."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.starting_network import project_for_data
from nnlab.graph.target_unit import fitting_unit, target_unit
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table
from nnlab.training.complete_run import prepare_run, result_of, steps_of_epochs, train

RANDOM = np.random.default_rng(3)
X = RANDOM.standard_normal((400, 3))
SIGNAL = X @ [1.0, -2.0, 0.5] + 0.1 * RANDOM.standard_normal(400)


def settings_for(folder: Path, target: str) -> DataSettings:
    path = folder / "t.csv"
    if not path.exists():
        names = ["a", "b", "c", "plain", "year", "price", "small", "kind"]
        numbers = [SIGNAL / SIGNAL.std(), 2007 + 3 * SIGNAL, 3900.0 + 4000 * SIGNAL, 0.01 * SIGNAL]
        with path.open("w", newline="") as file:
            rows = zip(*X.T, *numbers, np.where(SIGNAL > 0, "up", "down"), strict=True)
            csv.writer(file).writerows([names, *rows])
    plan = propose(read_table(path), target).plan
    used = [c if c.name in ("a", "b", "c", target) else type(c)(name=c.name, use="left_out") for c in plan.columns]
    return DataSettings("table", {"path": str(path), "plan": type(plan)(columns=tuple(used), form=plan.form).to_json()})


def test_the_unit_is_that_of_the_training_targets(tmp_path: Path) -> None:
    for name, is_needed in (("plain", False), ("year", True), ("price", True), ("small", True), ("kind", False)):
        data = prepare(settings_for(tmp_path, name))
        unit = target_unit(data)
        assert (unit is not None) == is_needed, name
        if unit is not None:  # three digits of the deviation, and the mean as fine as that
            assert unit[0] == pytest.approx(data.y.std(), rel=5e-3) and unit[1] == pytest.approx(data.y.mean(), abs=5e-3 * data.y.std())


@pytest.mark.parametrize(
    ("mean", "deviation", "unit"),
    [
        (0.0, 1.0, None), (0.5, 0.5, None), (-2.0, 2.0, None), (7.0, 0.0, None),  # reached as they are, or nothing to learn
        (0.0, 0.25, (0.25, 0.0)), (0.0, 2.25, (2.25, 0.0)), (1.5, 1.0, (1.0, 1.5)), (-1.5, 1.0, (1.0, -1.5)),
        (98765.0, 1234.0, (1230.0, 98760.0)),  # three digits of the deviation, and the mean as fine as that
        (0.0625, 0.03125, (0.0312, 0.0625)),
    ],
)  # fmt: skip
def test_the_unit_of_two_numbers(mean: float, deviation: float, unit: tuple[float, float] | None) -> None:
    data = prepare(DataSettings("function"))
    targets = np.tile([mean - deviation, mean + deviation], len(data.y) // 2)[:, None]
    assert target_unit(replace(data, y=targets)) == unit
    assert target_unit(replace(data, y=np.hstack([targets, targets]))) is None, "of several targets none is the unit"


@pytest.mark.parametrize("name", ["plain", "year", "price", "small"])
def test_a_target_is_learned_in_whatever_unit_it_is(tmp_path: Path, name: str) -> None:
    settings = settings_for(tmp_path, name)
    data = prepare(settings)
    project = project_for_data(settings, data)
    run = prepare_run(project.graph, data, project.training)
    train(run, steps_of_epochs(run, project.training.epochs), lambda done: None)
    assert result_of(run, data).metrics["r2"] > 0.97


def test_another_target_has_its_own_unit_or_none(tmp_path: Path) -> None:
    price, year, kind = (prepare(settings_for(tmp_path, name)) for name in ("price", "year", "kind"))
    graph = project_for_data(settings_for(tmp_path, "price"), price).graph
    assert fitting_unit(graph, price, price) is graph
    again = fitting_unit(graph, price, year)
    node = next(node for node in again if node.operator == "rescale")
    assert (node.settings["factor"], node.settings["offset"]) == target_unit(year)
    assert not [node for node in fitting_unit(graph, price, kind) if node.operator == "rescale"]
    assert fitting_unit(graph, year, kind) is graph, "what a person set themselves stays"


@pytest.mark.parametrize(
    ("mean", "deviation", "unit"),
    [
        (0.0, 0.5, None), (0.0, 0.4375, (0.438, 0.0)), (0.0, 2.0, None), (0.0, 2.25, (2.25, 0.0)), (1.0, 1.0, None), (-1.0, 1.0, None),
        (1.25, 1.0, (1.0, 1.25)), (-1.25, 1.0, (1.0, -1.25)), (5.0, 0.0, None), (290.0, 8.0, (8.0, 290.0)),
        (123456.0, 1024.0, (1020.0, 123460.0)), (0.0, 2.0**-9, (0.00195, 0.0)),
    ],
)  # fmt: skip
def test_a_deviation_of_a_half_to_two_around_a_mean_within_it_needs_no_unit(mean: float, deviation: float, unit: object) -> None:
    """Three digits of the factor; the offset is as fine as they are."""
    data = SimpleNamespace(target=SimpleNamespace(kind="continuous"), y=np.array([[mean - deviation], [mean + deviation]]))
    assert target_unit(data) == unit  # type: ignore[arg-type]
    assert target_unit(SimpleNamespace(target=SimpleNamespace(kind="binary"), y=data.y)) is None  # type: ignore[arg-type]
    two = SimpleNamespace(target=data.target, y=np.hstack([data.y, data.y]))
    assert target_unit(two) is None, "of a single target alone"  # type: ignore[arg-type]
