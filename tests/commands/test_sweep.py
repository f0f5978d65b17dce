"""`nnlab sweep`: the table and the object it writes, going on after an interruption, and what cannot be swept."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
from command_line import Answer, run_command
from full_disks import tiny_disk

from nnlab import cli

Run = Callable[..., Answer]


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_seconds(path: Path) -> list[dict[str, str]]:
    return [{key: value for key, value in row.items() if key != "seconds"} for row in table(path)]


def test_the_table_has_one_line_per_trial_in_the_order_of_the_grid(nnlab_command: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    options = ("--over", "units=3,5", "--over", "learning_rate=0.1,0.01", "--seeds", 2, "--steps", 30, "--workers", 0, "-o", out)
    answer = nnlab_command("sweep", "spiral", *options, "--json")
    assert answer.status == 0 and len(answer.out.splitlines()) == 1
    rows = table(out)
    assert [(r["units"], r["learning_rate"], r["seed"]) for r in rows] == [
        (units, rate, seed) for units in "35" for rate in ("0.1", "0.01") for seed in "01"
    ]
    assert all(r["iterations"] == "30" and r["error"] == "" and float(r["loss"]) > 0 for r in rows)
    report = answer.report
    assert (report["trials"], report["failed"], report["kept"], report["measure"]) == (8, 0, 0, "accuracy")
    best = report["best"]
    accuracies = sorted(float(r["accuracy"]) for r in rows if {k: float(r[k]) for k in best["settings"]} == best["settings"])
    assert [best["lowest"], best["highest"]] == accuracies and best["median"] == pytest.approx(sum(accuracies) / 2)
    medians = {(r["units"], r["learning_rate"]): 0.0 for r in rows}
    for key in medians:
        medians[key] = sum(float(r["accuracy"]) for r in rows if (r["units"], r["learning_rate"]) == key) / 2
    assert best["median"] == pytest.approx(max(medians.values()))


def test_the_table_is_the_same_whatever_the_workers(nnlab_command: Run, tmp_path: Path) -> None:
    options = ("--over", "units=2,3", "--seeds", 2, "--steps", 20)
    for workers in (0, 2):
        assert nnlab_command("sweep", "spiral", *options, "--workers", workers, "-o", tmp_path / f"{workers}.csv").status == 0
    assert without_seconds(tmp_path / "0.csv") == without_seconds(tmp_path / "2.csv")


def test_people_read_the_best_and_whether_it_is_clear(nnlab_command: Run, tmp_path: Path) -> None:
    options = ("--over", "learning_rate=0.00000001,0.03", "--seeds", 3, "--steps", 2000, "-o", tmp_path / "a.csv")
    lines = nnlab_command("sweep", "spiral", *options).out.splitlines()
    assert lines[0].startswith("spiral: 6 trials, ") and lines[0].endswith(f"written to {tmp_path / 'a.csv'}")
    assert lines[1].startswith("  learning_rate=0.03") and lines[-1].startswith("learning_rate=0.03 wins by accuracy over 3 seeds: ")


def test_a_sweep_is_extended_by_going_on_with_it(nnlab_command: Run, tmp_path: Path) -> None:
    options = ("--steps", 20, "--workers", 0, "-o", tmp_path / "a.csv")
    assert nnlab_command("sweep", "spiral", "--over", "units=2,3", *options).status == 0
    before = table(tmp_path / "a.csv")
    report = nnlab_command("sweep", "spiral", "--over", "units=2,3,4", *options, "--seeds", 2, "--resume", "--json").report
    assert (report["trials"], report["kept"]) == (6, 2)
    assert [row for row in table(tmp_path / "a.csv") if row in before] == before


def test_failed_trials_are_counted_and_named(nnlab_command: Run, tmp_path: Path) -> None:
    options = ("--over", "optimizer=adam,sgd", "--steps", 200, "--workers", 0, "-o", tmp_path / "a.csv")
    answer = nnlab_command("sweep", "diabetes", *options)
    assert answer.status == 0 and "1 failed; the first: Training stopped at iteration" in answer.out
    assert [bool(row["error"]) for row in table(tmp_path / "a.csv")] == [False, True]
    options = ("--over", "optimizer=sgd", "--steps", 200, "--workers", 0, "-o", tmp_path / "b.csv")
    answer = nnlab_command("sweep", "diabetes", *options)
    assert answer.status == 1 and answer.error.startswith("Every trial failed; the first: Training stopped")


FORTY = ["sweep", "spiral", "--over", "units=2,3", "--seeds", "20", "--steps", "2500"]
HERE = ["--workers", "0"]  # in this process, which has started; that the table is the same is held above


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of a sweep that nobody interrupted."""
    path = tmp_path_factory.mktemp("whole") / "whole.csv"
    with pytest.raises(SystemExit) as stop:
        cli.main([*FORTY, *HERE, "-o", str(path)])
    assert stop.value.code == 0
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_sweep_keeps_its_trials_and_goes_on(
    nnlab_command: Run, tmp_path: Path, whole: Path, how: signal.Signals
) -> None:
    out = tmp_path / "a.csv"
    options = [*FORTY, "--workers", "2", "-o", str(out)]
    program = subprocess.Popen([sys.executable, "-m", "nnlab", *options], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not out.exists() or out.read_bytes().count(b"\n") < 4:
        assert program.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    program.send_signal(how)
    words = program.communicate(timeout=60)[1].splitlines()
    kept = len(table(out))
    assert 3 <= kept < 40
    if how is signal.SIGINT:
        assert program.returncode == 1
        assert words[-1] == f"nnlab: Interrupted; {kept} of 40 trials are in {out}, and --resume goes on with them."
        assert words[-2].endswith(f"To go on: nnlab {' '.join(options[:4])} --seeds 20 --steps 2500 --workers 2 -o {out} --resume")
    report = nnlab_command(*FORTY, *HERE, "-o", out, "--resume", "--json").report
    assert report["trials"] == 40 and report["kept"] == kept
    assert without_seconds(out) == without_seconds(whole)


def test_a_full_disk_is_said_and_what_was_written_stays(nnlab_command: Run, tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        out = disk / "a.csv"
        options = ("--over", "units=2,3", "--seeds", 60, "--steps", 5, "--workers", 0, "-o", out)
        assert nnlab_command("sweep", "spiral", *options).status == 0
        lines = out.read_text(encoding="utf-8").splitlines()
        out.write_text("\n".join(lines[:4]) + "\n", encoding="utf-8")
        with (disk / "fill").open("wb") as file:
            file.write(bytes(100_000))  # room for the check before the work is left, and is gone while it runs
            answer = run_while_filling(nnlab_command, file, options)
        assert answer.status == 1 and "the disk is full" in answer.error
        assert "the sweep can go on from there" in answer.error and "--resume" in answer.err
        assert len(table(out)) >= 3
        assert out.read_bytes().endswith(b"\n")
        (disk / "fill").unlink()
        report = nnlab_command("sweep", "spiral", *options, "--resume", "--json").report
        assert report["trials"] == 120 and report["kept"] >= 3


def run_while_filling(nnlab_command: Run, file: object, options: tuple[object, ...]) -> Answer:
    from nnlab.studies.sweeps.trial_file import TrialFile

    real = TrialFile.append

    def fill_first(self: TrialFile, result: object) -> None:
        try:
            file.write(bytes(1_000_000))  # type: ignore[attr-defined]
            file.flush()  # type: ignore[attr-defined]
        except OSError:
            pass  # full, as it should be
        real(self, result)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrialFile, "append", fill_first)
        return nnlab_command("sweep", "spiral", *options, "--resume")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--over", "speed=1,2"), "There is no 'speed' that could differ"),
        (("--over", "units"), "is not understood"),
        (("--over", "units=0,4"), "units is 0; it must be"),
        (("--over", "learning_rate=0.1..1"), "is a range, for random trials"),
        (("--over", "units=2,4", "--over", "units=8"), "units is varied twice"),
        (("--over", "units=2,4", "--workers", "2", "--scheduler", "tcp://x:1"), "--workers and --scheduler cannot be combined"),
        (("--over", "units=2,4", "--seeds", "0"), "Invalid value for '--seeds'"),
        (("--over", "units=2,4", "--by", "beauty"), "--by beauty: the trials have no such value; choose one of loss,"),
        (("--over", "units=" + ",".join(map(str, range(1, 2001))), "--seeds", "100"), "has 200,000 trials; at most 100,000 fit"),
        ((), "Missing option '--over'"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_no_file(nnlab_command: Run, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    answer = nnlab_command("sweep", "spiral", *options, "-o", tmp_path / "a.csv")
    assert answer.status == 2 and words in answer.error
    assert not list(tmp_path.iterdir())


def test_a_table_that_is_there_is_neither_written_over_nor_mixed(nnlab_command: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    options = ("--steps", 5, "--workers", 0, "-o", out)
    assert nnlab_command("sweep", "spiral", "--over", "units=2,3", *options).status == 0
    before = out.read_bytes()
    again = nnlab_command("sweep", "spiral", "--over", "units=2,3", *options)
    assert again.status == 2 and "exists already; go on with the sweep in it by --resume" in again.error
    other = nnlab_command("sweep", "spiral", "--over", "units=4,5", *options, "--resume")
    assert other.status == 2 and "holds the trials of another sweep" in other.error
    assert out.read_bytes() == before


@pytest.mark.parametrize(("name", "words"), [("a.txt", "must end in .csv"), ("none/a.csv", "there is no folder")])
def test_a_place_that_cannot_be_written_to_is_said_before_the_work(nnlab_command: Run, tmp_path: Path, name: str, words: str) -> None:
    answer = nnlab_command("sweep", "spiral", "--over", "units=2,3", "-o", tmp_path / name)
    assert answer.status == 2 and words in answer.error


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(nnlab_command: Run, tmp_path: Path) -> None:
    answer = nnlab_command("sweep", "spiral", "--over", "units=2,3", "--scheduler", "nowhere", "-o", tmp_path / "a.csv")
    expected = "No Dask scheduler answers at 'nowhere'" if find_spec("distributed") else "A cluster needs Dask, which is not installed here"
    assert answer.status == 2 and expected in answer.error
    assert not list(tmp_path.iterdir())  # nothing that would be in the way of the next attempt


@pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra nnlab[cluster]")
def test_a_cluster_gives_the_same_table(nnlab_command: Run, tmp_path: Path) -> None:
    from distributed import LocalCluster

    options = ("--over", "units=2,3", "--over", "activation=tanh,relu", "--seeds", 2, "--steps", 20)
    assert nnlab_command("sweep", "spiral", *options, "--workers", 0, "-o", tmp_path / "here.csv").status == 0
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = nnlab_command("sweep", "spiral", *options, "--scheduler", cluster.scheduler_address, "-o", tmp_path / "there.csv")
    assert there.status == 0
    assert without_seconds(tmp_path / "here.csv") == without_seconds(tmp_path / "there.csv")
    assert os.path.getsize(tmp_path / "there.csv") > 0
