"""`nnlab import` of a table: the target that is named, and what its cells leave open answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run_command

from nnlab.files.project_file import load_project
from nnlab.tables.plan import read_plan


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "paid.csv"
    path.write_text("kind;paid;size\n" + "a;1,000;3\nb;2,000;4\na;3,000;5\n" * 10, encoding="utf-8")
    return path


def test_a_question_is_answered(table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "p.nnlab"
    refused = run_command(capfd, "import", table, "-o", out)
    assert refused.status == 2 and "'paid' holds 1,000" in refused.error and "--answer paid=comma_thousands" in refused.error
    assert not out.exists()
    assert run_command(capfd, "import", table, "-o", out, "--answer", "paid=decimal_comma", "--target", "kind").status == 0
    plan = read_plan(str(load_project(out).project.data.settings["plan"]))
    assert plan is not None and plan.target.name == "kind" and plan.column("paid").notation == "decimal_comma"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--answer", "paid"), "write COLUMN=NOTATION"),
        (("--answer", "paid=roman"), "cannot be read as 'roman': choose comma_thousands or decimal_comma"),
        (("--answer", "x=text"), "no column 'x'"),
        (("--target", "x"), "no column 'x'"),
    ],
)
def test_what_cannot_be_chosen(
    table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, str], sentence: str
) -> None:
    answer = run_command(capfd, "import", table, "-o", tmp_path / "p.nnlab", *options)
    assert answer.status == 2 and sentence in answer.error


def test_choices_are_about_tables(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "n.onnx").write_bytes(b"")
    answer = run_command(capfd, "import", tmp_path / "n.onnx", "-o", tmp_path / "p.nnlab", "--target", "x")
    assert answer.status == 2 and "n.onnx is no table" in answer.error
