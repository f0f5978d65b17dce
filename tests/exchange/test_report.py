"""The report: its numbers are scikit-learn's and the project's, it needs nothing from outside, and what is left out says why."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, r2_score

from nnlab.core.preparation import prepare
from nnlab.exchange.model import Model, model_of
from nnlab.exchange.report import report_html
from nnlab.exchange.report_images import png
from nnlab.exchange.report_plots import confusion_svg
from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.files.starting_network import project_for_table
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


def test_images_are_shown_instead_of_a_row_for_each_pixel() -> None:
    project = load_example("digits")
    page = report_html(model_of(SavedProject(project), "x"), TaskContext())
    assert "Images of 8 × 8 pixels, 0 to 16" in page and "Each of the 64 pixels has its own" in page and "<td>pixel" not in page
    pictures = re.findall(r'<img alt="(\d)" src="data:image/png;base64,([^"]+)">', page)
    assert [name for name, _ in pictures] == [str(k) for k in range(10)]
    assert not re.search(r"(src|href)=\"(?!data:image/png;base64,)|url\(|<script", page)
    data = prepare(project.data)
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(pictures[3][1]))))
    first = data.raw_x[np.flatnonzero(data.y == 3)[0]].reshape(8, 8)
    assert np.array_equal(seen, np.rint(255 * first / 16))
    color = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(3, 2, 3)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(color)))), color.transpose(1, 2, 0))


def test_of_many_classes_the_mistakes_are_listed(tmp_path: Path) -> None:
    rows = [f"{k % 30}.{k // 30},class {k % 30:02d} <&>" for k in range(240)]
    (tmp_path / "t.csv").write_text("\n".join(["x,kind", *rows]), encoding="utf-8")
    page = report_html(model_of(SavedProject(project_for_table(tmp_path / "t.csv")), "x"), TaskContext())
    assert "Confusion matrix" not in page and "<p>What was taken for another class. The 12 most frequent of" in page
    assert "class 00 &lt;&amp;&gt;" in page and "<&>" not in page and "and 20 more classes with an area at least as large" in page


def test_long_names_are_cut_with_a_mark_and_missing_cells_are_called_so(tmp_path: Path) -> None:
    svg = confusion_svg(np.eye(3), ["Adelie", "Chinstrap", "a name of very many letters"])
    assert ">Chinstrap<" in svg and ">a name of ve…<" in svg and ">a name of very many…<" in svg
    rows = [f"{k},{('', 'red', 'blue')[k % 3]},{'no' if k % 2 else 'yes'}" for k in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,colour,fits", *rows]), encoding="utf-8")
    page = report_html(model_of(SavedProject(project_for_table(tmp_path / "t.csv")), "x"), TaskContext())
    assert "<td>(missing), blue, red</td>" in page and "<td>1 where colour is red, else 0</td><td>–</td><td>–</td>" in page


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


def test_settings_and_numbers_are_written_as_in_the_window(tmp_path: Path) -> None:
    """Not as the program names them, nor days as 1.973e+04: 2 January 1970 is day 1."""
    rows = [f"{k},1970-01-{1 + k % 28:02d},{'no' if k % 2 else 'yes'}" for k in range(56)]
    (tmp_path / "t.csv").write_text("\n".join(["x,day,fits", *[f"{20_000 + int(r.split(',')[0])},{r.split(',', 1)[1]}" for r in rows]]))
    page = report_html(model_of(SavedProject(project_for_table(tmp_path / "t.csv")), "x"), TaskContext())
    assert "<td>optimiser</td><td>AdamW</td>" in page and "<td>weight decay</td><td>0.5</td>" in page
    assert "weight_decay" not in page and not re.search(r"\de[+-]?0\d", page)
    assert re.search(r"<td>20,0\d\d to 20,0\d\d</td>", page)
