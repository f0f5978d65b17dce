"""A first network for any table: it fits the data, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.starting_network import project_for_data, project_for_table
from nnlab.graph.validation import DataShape, validate
from nnlab.training.complete_run import prepare_run, result_of, steps_of_epochs, train


def write_table(path: Path, x: np.ndarray, y: list[object]) -> Path:
    names = [*(f"f{i}" for i in range(x.shape[1])), "target"]
    rows = [",".join([*(f"{v:.6g}" for v in row), str(label)]) for row, label in zip(x, y, strict=True)]
    path.write_text("\n".join([",".join(names), *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("kind", "loss", "outputs"), [("numbers", "mse", 1), ("two", "binary_cross_entropy", 1), ("five", "cross_entropy", 5)]
)
@pytest.mark.parametrize("features", [1, 3, 40])
def test_loss_and_width_follow_the_table(tmp_path: Path, kind: str, loss: str, outputs: int, features: int):
    x = np.random.default_rng(0).standard_normal((100, features))
    labels: list[object] = [x[i, 0] * 2 if kind == "numbers" else f"c{i % (2 if kind == 'two' else 5)}" for i in range(100)]
    project = project_for_table(write_table(tmp_path / "t.csv", x, labels))
    data = prepare(project.data)
    assert validate(project.graph, DataShape(data.x.shape[1], data.target)) == ()
    assert project.graph.losses[0].operator == loss
    assert project.graph["dense_3"].settings["units"] == outputs
    assert Path(str(project.data.settings["path"])).is_absolute()


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_it_learns_real_data_as_it_stands(name: str):
    settings = DataSettings(name)
    data = prepare(settings)
    project = project_for_data(settings, data)
    run = prepare_run(project.graph, data, project.training)
    train(run, steps_of_epochs(run, project.training.epochs), lambda done: None)
    found = result_of(run, data).metrics
    assert found.get("accuracy", 0.0) >= 0.9 or found.get("r2", 0.0) >= 0.3, found


@pytest.mark.parametrize("samples", [5, 700, 20_000])
def test_a_first_run_takes_a_few_thousand_steps_whatever_the_size(tmp_path: Path, samples: int):
    x = np.random.default_rng(0).standard_normal((samples, 2))
    project = project_for_table(write_table(tmp_path / "t.csv", x, list(x[:, 0] * 3)))
    per_epoch = -(-int(samples * 0.8) // project.training.batch_size)
    assert 20 <= project.training.epochs <= 500 and per_epoch * project.training.epochs <= 8000


@pytest.mark.parametrize("deviation", [1e-8, 1e-7, 1e-5, 1.0, 1e8])
def test_a_target_is_learned_in_any_unit(tmp_path: Path, deviation: float) -> None:
    """With Adam's own epsilon, from a deviation of 1e-5 on nothing was learned: R² −0.1 instead of 0.97."""
    x = np.random.default_rng(0).standard_normal((400, 3))
    y = (x[:, 0] - 0.5 * x[:, 1] * x[:, 2] + 3.0) * deviation
    project = project_for_table(write_table(tmp_path / "t.csv", x, [f"{v:.6g}" for v in y]))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    train(run, steps_of_epochs(run, project.training.epochs), lambda done: None)
    truth = data.validation_y[:, 0]
    run.evaluator.load(run.state.arena)
    said = run.evaluator.predict(data.validation_x)[:, 0].astype(np.float64)
    assert 1.0 - np.sum((said - truth) ** 2) / np.sum((truth - truth.mean()) ** 2) > 0.95
