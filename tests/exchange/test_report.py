"""The report: its numbers are scikit-learn's and the project's, it needs nothing from outside, and what is left out says why."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from nnlab.core.preparation import prepare
from nnlab.exchange.model import Model, model_of
from nnlab.exchange.report import report_html
from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.jobs.context import TaskContext
from nnlab.training.complete_run import prepare_run, train
from nnlab.training.snapshots import take_snapshot
from tests.support.command_line import run_command


def trained(name: str, steps: int) -> Model:
    project = load_example(name)
    run = prepare_run(project.graph, prepare(project.data), project.training, None, project.initial)
    train(run, steps, lambda done: None)
    return model_of(SavedProject(project, take_snapshot(run)), f"<{name}>")


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_its_numbers_are_those_of_the_project(name: str) -> None:
    model = trained(name, 60)
    page = report_html(model, TaskContext())
    data = prepare(model.project.data)
    outputs = model.session.predict(data.validation_x)
    if data.target.classes:
        assert f"<td>{accuracy_score(data.validation_y, outputs.argmax(axis=1)):.4f}</td>" in page
        assert "Confusion matrix" in page and "ROC curves" in page
    else:
        assert f"<td>{r2_score(data.validation_y, outputs):.4f}</td>" in page
        assert "Residuals" in page
    assert "Loss by iteration" in page and f"<td>{model.session.iteration}</td>" in page
    assert all(column in page for column in data.raw_features)
    assert f"&lt;{name}&gt;" in page and f"<{name}>" not in page
    assert not re.search(r"(src|href)=|url\(|<script", page)  # nothing is fetched, nothing runs


def test_what_is_left_out_says_why() -> None:
    project = load_example("iris")
    assert "not trained yet, so there are no curves" in report_html(model_of(SavedProject(project), "x"), TaskContext())
    model = trained("iris", 5)
    weights = model.session.parameters["dense_1.weight"]
    model.session.set_parameters({"dense_1.weight": weights + np.float32(0.5)})
    assert "was changed while it was trained" in report_html(model, TaskContext())


def test_the_command_writes_one_page(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = run_command(capfd, "report", "iris", "-o", tmp_path / "r.html", "--json")
    assert done.status == 0 and done.report["bytes"] == (tmp_path / "r.html").stat().st_size
    done = run_command(capfd, "report", "iris", "-o", tmp_path / "r.txt")
    assert done.status == 2 and "must end in .html" in done.error
