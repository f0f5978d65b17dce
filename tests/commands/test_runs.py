"""`nnlab runs FILE`: what `nnlab train --out` kept, as a table, CSV and JSON, and a project that starts where a run ended."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from command_line import run_command

from nnlab.files.project_file import load_project


def test_training_keeps_runs_that_can_be_shown_and_restored(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = partial(run_command, capfd)
    first, second, started = (tmp_path / name for name in ("a.nnlab", "b.nnlab", "c.nnlab"))
    assert run("train", "xor", "--steps", 20, "--out", first).status == 0
    assert run("train", first, "--steps", 30, "--seed", 7, "--out", second).status == 0
    answer = run("runs", second, "--csv", tmp_path / "t.csv", "--curves", tmp_path / "c.csv", "--json")
    found = answer.report["runs"]
    assert [(r["name"], r["iterations"], r["differs"]) for r in found] == [("run 1", 20, {"seed": "0"}), ("run 2", 30, {"seed": "7"})]
    assert (tmp_path / "t.csv").read_text().startswith("number,name,pinned,seeds,iterations,seed,training_loss")
    assert len((tmp_path / "c.csv").read_text().splitlines()) == 1 + 20 + 30
    assert run("runs", second, "--restore", 1, "--out", started).status == 0
    made, kept = load_project(started), load_project(second).runs[1]
    assert made.snapshot is None and made.project.initial is not None
    assert all(values.tobytes() == kept.best.weights[name].tobytes() for name, values in made.project.initial.values.items())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--restore", "1"), "--restore and --out belong together"),
        (("--csv", "x.txt"), "--csv x.txt: the file's name must end in .csv"),
        (("--restore", "1", "--out", "x.nnlab"), "There is no run 1; the project keeps none."),
    ],
)
def test_mistakes_are_one_sentence(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run_command(capfd, "runs", "xor", *arguments)
    assert answer.status == 2 and message in answer.err
