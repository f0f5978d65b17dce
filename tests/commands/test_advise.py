"""`nnlab advise`: the object it prints, what it says to people, and tables that cannot be advised on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from command_line import Answer, run_command

Run = Callable[..., Answer]


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def table(path: Path, rows: int = 30) -> Path:
    path.write_text("x,unit,kind\n" + "".join(f"{k},cm,{'good' if k % 2 else 'bad'}\n" for k in range(rows)), encoding="utf-8")
    return path


def test_the_object_has_what_the_contract_names(nnlab_command: Run, tmp_path: Path) -> None:
    report = nnlab_command("advise", table(tmp_path / "t.csv"), "--json").report
    assert set(report) >= {"target", "loss", "outputs", "output_activation", "reason", "warnings"}
    assert (report["target"], report["loss"], report["outputs"]) == ("two_classes", "binary_cross_entropy", 1)
    assert report["output_activation"] == "sigmoid" and report["warnings"] == []


def test_another_column_may_be_asked_about_even_one_that_cannot_be_learned(nnlab_command: Run, tmp_path: Path) -> None:
    report = nnlab_command("advise", table(tmp_path / "t.csv"), "--target", "unit", "--json").report
    assert (report["target"], report["loss"], report["output_activation"]) == ("constant", None, None)


def test_people_read_a_headline_and_two_sentences(nnlab_command: Run) -> None:
    lines = nnlab_command("advise", "iris").out.splitlines()
    assert lines[0] == "iris, column target: Several classes: use cross-entropy"
    assert lines[-1] == "Loss cross_entropy, 3 outputs, output activation softmax"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("no.csv",), "There is no file"), (("iris", "--target", "petals"), "Iris has no column 'petals'; it has")],
)
def test_bad_input_is_one_line(nnlab_command: Run, arguments: tuple[str, ...], words: str) -> None:
    answer = nnlab_command("advise", *arguments)
    assert answer.status == 2 and words in answer.error
