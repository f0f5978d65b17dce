"""Trials of any function: every one once, written down before it is told, the same whatever the workers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nnlab.core.errors import FileError, NNLabError, WriteError
from nnlab.core.setting import Value
from nnlab.jobs.context import Cancelled, JobContext, Progress, TaskContext
from nnlab.jobs.workers import LocalWorkers
from nnlab.studies.sweeps.trial_file import TrialFile, read_value, written_value
from nnlab.studies.sweeps.trials import Trial, TrialResult, TrialValue, run_trials

SETTINGS, VALUES = ("n", "kind"), ("square", "words")


def square(settings: Mapping[str, Value], context: TaskContext) -> Mapping[str, TrialValue]:
    n = int(settings["n"])
    context.report(0, 1)
    if n == 5:
        raise NNLabError("Five, \"the\" odd one,\nis not squared.")
    return {"square": n * n / 3, "words": f"{settings['kind']}, {n}"}


def die_at_two(settings: Mapping[str, Value], context: TaskContext) -> Mapping[str, TrialValue]:
    if settings["n"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(settings, context)


def trials(count: int, study: str = "") -> list[Trial]:
    return [Trial({"n": n, "kind": "a"}, study) for n in range(count)]


def open_file(path: Path, resume: bool = True) -> TrialFile:
    return TrialFile.open(path, SETTINGS, VALUES, resume)


def known(results: list[TrialResult]) -> list[tuple[object, ...]]:
    return sorted((r.trial.settings["n"], r.values.get("square"), r.values.get("words"), r.error) for r in results)


def test_a_trial_is_called_by_what_it_is() -> None:
    assert Trial({"a": 1, "b": 2.0}).identity == Trial({"b": 2.0, "a": 1}).identity
    others = [Trial({"a": 1}), Trial({"a": 2}), Trial({"b": 1}), Trial({"a": "1"}), Trial({"a": 1}, "another study")]
    assert len({trial.identity for trial in others}) == len(others)


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_values_are_the_same_whatever_the_workers(workers: int) -> None:
    found = known(list(run_trials(square, trials(7), LocalWorkers(workers))))
    error = 'Five, "the" odd one, is not squared.'
    assert found == [(n, None, None, error) if n == 5 else (n, n * n / 3, f"a, {n}", "") for n in range(7)]


def test_what_is_in_the_file_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        first = list(run_trials(square, trials(7), LocalWorkers(0), file=file))
    ran: list[Progress] = []
    with open_file(path) as file:
        again = list(run_trials(square, trials(9), LocalWorkers(0), JobContext(ran.append), file=file))
    assert {progress.total for progress in ran} == {2}
    assert known(again)[:7] == known(first) and [r.seconds for r in again[:7]] == [r.seconds for r in first]
    assert [n for n, *_ in known(again)] == list(range(9))


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_line_cut_off_by_a_kill_is_dropped_and_its_trial_runs_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        whole = known(list(run_trials(square, trials(4), LocalWorkers(0), file=file)))
    path.write_bytes(path.read_bytes()[:-cut])
    with open_file(path) as file:
        assert known(list(run_trials(square, trials(4), LocalWorkers(0), file=file))) == whole
    assert len(path.read_text(encoding="utf-8").splitlines()) == 5  # and nothing of the half line is left


def test_every_result_is_in_the_file_when_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        for number, result in enumerate(run_trials(square, trials(4), LocalWorkers(0), file=file), 1):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert len(lines) == number + 1 and lines[-1].startswith(result.trial.identity)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_trial_that_always_ends_its_process_is_given_up_and_tried_again_when_the_sweep_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        found = known(list(run_trials(die_at_two, trials(4), LocalWorkers(2), file=file)))
    assert [square for _, square, _, _ in found] == [0.0, 1 / 3, None, 3.0]
    assert found[2][3] == "Given up: its process was ended 3 times, perhaps for want of memory."
    with open_file(path) as file:
        assert known(list(run_trials(square, trials(4), LocalWorkers(0), file=file)))[2] == (2, 4 / 3, "a, 2", "")
    with open_file(path) as file:
        assert [found[t.identity].error for t in trials(4) for found in [file.found(trials(4))]] == [""] * 4


def test_cancelling_keeps_what_was_finished(tmp_path: Path) -> None:
    path, finished = tmp_path / "a.csv", []

    def on_progress(progress: Progress) -> None:
        if progress.done >= 3:
            raise Cancelled

    with open_file(path) as file, pytest.raises(Cancelled):
        finished.extend(run_trials(square, trials(5), LocalWorkers(0), JobContext(on_progress), file=file))
    with open_file(path) as file:
        assert known(list(file.found(trials(5)).values())) == known(finished) and len(finished) == 3


def test_a_line_that_was_written_as_the_interruption_came_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    with open_file(tmp_path / "a.csv") as file:
        list(run_trials(square, trials(2), LocalWorkers(0), file=file))
        monkeypatch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            file.append(TrialResult(trials(3)[2], {"square": 4 / 3, "words": "a, 2"}, 0.1, ""))
        assert file.finished() == 3


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    open_file(path).close()
    with pytest.raises(FileError, match="exists already; go on with the sweep in it by --resume"):
        open_file(path, resume=False)


def test_a_file_of_another_sweep_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        list(run_trials(square, trials(2, "one"), LocalWorkers(0), file=file))
    before = path.read_bytes()
    with open_file(path) as file, pytest.raises(FileError, match="holds the trials of another sweep"):
        list(run_trials(square, trials(2, "other"), LocalWorkers(0), file=file))
    with pytest.raises(FileError, match="is not the table of this sweep, whose columns are trial, m, square"):
        TrialFile.open(path, ("m",), ("square",), True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff", b"hello\n", b"\n\n\n", b"\x00" * 100])
def test_a_file_that_is_no_table_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileError, match="is not the table of this sweep"):
        open_file(path)
    assert path.read_bytes() == content


def test_a_line_with_too_few_entries_names_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_file(path) as file:
        list(run_trials(square, trials(2), LocalWorkers(0), file=file))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "abc,1", lines[2], ""]), encoding="utf-8")
    with pytest.raises(FileError, match="line 2: 2 entries where the sweep's table has 7"):
        open_file(path)


def test_a_folder_and_a_place_that_is_not_there_are_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        open_file(tmp_path)
    with pytest.raises(WriteError, match="there is no such folder"):
        open_file(tmp_path / "none" / "a.csv")


def test_a_full_disk_keeps_the_lines_before_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "a.csv", os.fsync
    with open_file(path) as file:
        results = run_trials(square, trials(4), LocalWorkers(0), file=file)
        next(results)
        size = path.stat().st_size

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match="the disk is full; .* and the sweep can go on from there"):
            next(results)
    monkeypatch.setattr(os, "fsync", real)
    assert path.stat().st_size == size
    with open_file(path) as file:
        assert len(list(run_trials(square, trials(4), LocalWorkers(0), file=file))) == 4


def test_the_finished_file_is_in_the_order_of_the_trials(tmp_path: Path) -> None:
    path, all_trials = tmp_path / "a.csv", trials(4)
    with open_file(path) as file:
        found = {r.trial.identity: r for r in run_trials(square, all_trials[::-1], LocalWorkers(0), file=file)}
        file.put_in_order(found[trial.identity] for trial in all_trials)
    assert [line.split(",")[1] for line in path.read_text(encoding="utf-8").splitlines()] == ["n", "0", "1", "2", "3"]
    with open_file(path) as file:
        assert len(file.found(all_trials)) == 4


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-300, 5e-324, -0.0, 1.0, float("inf"), 3, 0, True, False, "adam", None])
def test_values_come_back_as_the_same_bits(value: TrialValue) -> None:
    found = read_value(written_value(value))
    assert found == value and type(found) is type(value) and str(found) == str(value)
