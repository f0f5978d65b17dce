"""`nnlab predict`: raw rows in, names and probabilities out; what is missing or strange is named."""

import csv
from pathlib import Path

import numpy as np
import pytest

import nnlab
from tests.support.command_line import run_command

HEADER = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"


@pytest.fixture
def flowers(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "flowers.nnlab"
    assert run_command(capfd, "train", "iris", "--steps", 300, "--out", path).status == 0
    return path


def test_rows_are_predicted_with_names_and_probabilities(flowers: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data, out = tmp_path / "new.csv", tmp_path / "out.csv"
    data.write_text(f"id,{HEADER}\nx,5.1,3.5,1.4,0.2\ny,6.5,3.0,5.5,2.1\n")
    done = run_command(capfd, "predict", flowers, "--data", data, "-o", out, "--json")
    assert (done.status, done.report["rows"]) == (0, 2)
    rows = list(csv.DictReader(out.open()))
    session = nnlab.load(flowers)
    said = session.predict_raw(np.array([[5.1, 3.5, 1.4, 0.2], [6.5, 3.0, 5.5, 2.1]]))
    assert [row["prediction"] for row in rows] == ["setosa", "virginica"] == list(said.class_names)
    assert said.probabilities is not None
    assert [float(rows[1][f"probability_{name}"]) for name in said.target.names] == said.probabilities[1].tolist()


def test_what_is_wrong_is_one_sentence(flowers: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data, out = tmp_path / "new.csv", tmp_path / "out.csv"
    for text, words in (
        ("a,b\n1,2\n", "lacks the columns 'sepal length (cm)'"),
        (f"{HEADER}\n5.1,3.5,1.4,wide\n", "line 2: column 'petal width (cm)' holds 'wide'"),
        (f"{HEADER}\n5.1,3.5,1.4,0.2\n5.1,3.5,,0.2\n", "line 3: column 'petal length (cm)' is empty"),
        (f"{HEADER}\n5.1,3.5\n", "line 2: 2 values"),
        (f"{HEADER}\n", "no rows"),
    ):
        data.write_text(text)
        done = run_command(capfd, "predict", flowers, "--data", data, "-o", out)
        assert done.status == 2 and words in done.error
        assert not out.exists()
    done = run_command(capfd, "predict", "iris", "--data", data, "-o", out)
    assert done.status == 2 and "not trained yet" in done.error


def test_a_table_with_text_is_predicted_and_exported_by_its_plan(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    kinds, rows = ("oak", "pine", "yew"), []
    for k in range(60):
        rows.append(f"{kinds[k % 3]};{k % 7},5;{'' if k % 11 == 0 else k % 5};{'tall' if k % 3 == 1 else 'small'}")
    table = tmp_path / "trees.csv"
    table.write_text("tree;girth;age;size\n" + "\n".join(rows) + "\n")
    project, out = tmp_path / "trees.nnlab", tmp_path / "out.csv"
    assert run_command(capfd, "train", table, "--steps", 300, "--out", project).status == 0
    new = tmp_path / "new.csv"
    new.write_text("age;girth;tree\n3;2,5;pine\n;1,5;oak\n")
    done = run_command(capfd, "predict", project, "--data", new, "-o", out)
    if done.status == 2:  # the plan leaves out rows that lack a number, so such a row cannot be predicted
        assert "age" in done.error
        new.write_text("age;girth;tree\n3;2,5;pine\n1;1,5;oak\n")
        assert run_command(capfd, "predict", project, "--data", new, "-o", out).status == 0
    assert [row["prediction"] for row in csv.DictReader(out.open())] == ["tall", "small"]
    new.write_text("age;girth;tree\n3;2,5;fir\n")
    done = run_command(capfd, "predict", project, "--data", new, "-o", out)
    assert done.status == 2 and "column 'tree' holds the category 'fir'" in done.error
    assert run_command(capfd, "predict", project, "--data", new, "-o", out, "--ignore-unknown").status == 0
    for form, name in (("onnx", "t.onnx"), ("numpy", "t.py"), ("csv", "t.csv")):
        done = run_command(capfd, "export", project, "--to", form, "-o", tmp_path / name)
        assert done.status == 0, done.err
    assert {row["tree"] for row in csv.DictReader((tmp_path / "t.csv").open())} == set(kinds)
