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
