"""`nnlab landscape`: the object, the sentences, the table, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from command_line import run_command


def test_the_object_the_sentences_and_the_table(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = tmp_path / "plane.csv"
    answer = run_command(capfd, "landscape", "spiral", "--steps", 50, "--resolution", 9, "-o", table, "--json")
    report = answer.report
    assert len(report["losses"][0]) == len(report["a"]) == 9 and len(report["losses"]) == len(report["b"])
    assert [point["iteration"] for point in report["path"]] == sorted(point["iteration"] for point in report["path"])
    assert report["path"][-1]["iteration"] == 50 and report["path"][-1]["distance"] == 0.0
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[10]["loss"]) == report["losses"][1][1] and float(rows[10]["a"]) == report["a"][1]
    assert "of the run's movement" in answer.err


def test_a_plane_there_is_not_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    answer = run_command(capfd, "landscape", "spiral", "--plane", "sphere")
    assert answer.status == 2 and "path or random" in answer.error
