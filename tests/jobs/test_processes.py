"""Tasks on processes: each has one outcome, whatever is raised, killed or cancelled, and the same with any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
from endings import LIMIT

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import Cancelled, JobContext, Progress, TaskContext
from nnlab.jobs.processes import TRIES, map_tasks

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


def half(number: float, context: TaskContext) -> float:
    context.report(0, 1)
    return number / 2


def invert(number: float, context: TaskContext) -> float:
    if number == 7:
        raise NNLabError("Seven is not to be inverted.")
    return 1 / number


def die_once(task: tuple[int, str], context: TaskContext) -> int:
    """Kills its own process, the first time, where the task says so."""
    number, mark = task
    if mark and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_always(number: int, context: TaskContext) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def wait_for_ever(mark: str, context: TaskContext) -> None:
    """Never listens: only ending its process ends it."""
    Path(mark).touch()
    time.sleep(3600)


def report_slowly(mark: str, context: TaskContext) -> None:
    context.report(1, 2)
    while not Path(mark).exists():
        context.check()
        time.sleep(0.01)


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_results_are_the_same_whatever_the_number_of_processes(workers: int) -> None:
    progress: list[Progress] = []
    outcomes = list(map_tasks(half, [8.0, 4.0, 1.0, 0.0, 3.0], JobContext(progress.append), workers, "halving"))
    assert sorted((outcome.index, outcome.value) for outcome in outcomes) == [(0, 4.0), (1, 2.0), (2, 0.5), (3, 0.0), (4, 1.5)]
    fractions = [p.fraction for p in progress]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert progress[0].words == "halving"
    assert multiprocessing.active_children() == []


def test_no_tasks_are_no_work() -> None:
    assert list(map_tasks(half, [])) == []


@pytest.mark.parametrize("workers", [0, 2])
def test_what_one_task_raises_is_told_and_the_others_go_on(workers: int) -> None:
    outcomes = {outcome.index: outcome for outcome in map_tasks(invert, [4, 0, 7, 2], workers=workers)}
    assert [outcomes[k].value for k in (0, 3)] == [0.25, 0.5]
    assert outcomes[1].error is not None and outcomes[2].error is not None
    assert outcomes[1].error.sentence == "“task 2” stopped: ZeroDivisionError: division by zero."
    assert "in invert" in outcomes[1].error.detail
    assert (outcomes[2].error.sentence, outcomes[2].error.detail) == ("Seven is not to be inverted.", "")


@needs_signals
def test_a_process_killed_in_the_middle_costs_no_result_and_doubles_none(tmp_path: Path) -> None:
    marks = {3: str(tmp_path / "three"), 8: str(tmp_path / "eight")}
    tasks = [(k, marks.get(k, "")) for k in range(12)]
    outcomes = list(map_tasks(die_once, tasks, workers=2))
    assert sorted((outcome.index, outcome.value) for outcome in outcomes) == [(k, k * k) for k in range(12)]
    assert all(Path(mark).exists() for mark in marks.values())
    assert multiprocessing.active_children() == []


@needs_signals
def test_a_task_that_always_takes_its_process_down_is_given_up_and_no_other() -> None:
    outcomes = {outcome.index: outcome for outcome in map_tasks(die_always, range(5), workers=2)}
    assert [outcomes[k].value for k in (0, 1, 3, 4)] == [0, 1, 9, 16]
    error = outcomes[2].error
    assert error is not None
    assert error.sentence == f"Task 3 was given up: its process was ended {TRIES} times, perhaps for want of memory."


def test_cancelling_ends_even_tasks_that_do_not_listen(tmp_path: Path) -> None:
    cancelled, cancelled_at = threading.Event(), 0.0
    marks = [tmp_path / "a", tmp_path / "b"]

    def on_progress(progress: Progress) -> None:
        nonlocal cancelled_at
        if all(mark.exists() for mark in marks) and not cancelled_at:
            cancelled_at = time.monotonic()
            cancelled.set()

    with pytest.raises(Cancelled):
        list(map_tasks(wait_for_ever, [str(mark) for mark in marks], JobContext(on_progress, cancelled=cancelled), 2))
    assert time.monotonic() - cancelled_at < 1.0  # 0.2 on a machine with nothing else to do
    assert multiprocessing.active_children() == []


def test_leaving_the_loop_ends_the_processes() -> None:
    found = map_tasks(half, [float(k) for k in range(100)], workers=2)
    assert next(found).value is not None
    found.close()
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_no_file_handle_is_left() -> None:
    """Besides the pipe of Python's own resource tracker, which lives as long as the program and is there from the first tasks on."""
    list(map_tasks(half, [1.0], workers=1))
    before = sorted(os.listdir("/proc/self/fd"))
    assert [outcome.value for outcome in map_tasks(half, [2.0] * 2_000, workers=2)] == [1.0] * 2_000
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert not [handle for handle in before if "pym-" in _target(handle)]


def _target(handle: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{handle}")
    except FileNotFoundError:  # the handle of the listing itself
        return ""


def test_progress_within_tasks_counts(tmp_path: Path) -> None:
    mark, seen = tmp_path / "go on", []

    def on_progress(progress: Progress) -> None:
        seen.append(progress.done)
        if progress.done == 1.0:  # both tasks say that they are half done
            mark.touch()

    assert len(list(map_tasks(report_slowly, [str(mark)] * 2, JobContext(on_progress), 2))) == 2
    assert 1.0 in seen
    assert seen == sorted(seen)


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from nnlab.core.errors import NNLabError\nfrom nnlab.jobs.processes import map_tasks\nfrom operator import add\n"
        "try:\n    list(map_tasks(add, [1, 2], workers=1))\nexcept NNLabError as error:\n    print(error)\n",
        encoding="utf-8",
    )
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120)
    assert 'under `if __name__ == "__main__":`' in answer.stdout


@needs_signals
def test_processes_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    script, mark = tmp_path / "script.py", tmp_path / "pid"
    script.write_text(
        "import os, sys, time\nfrom pathlib import Path\nfrom nnlab.jobs.processes import map_tasks\n"
        "def run(path, context):\n    Path(path + '~').write_text(str(os.getpid()))\n"
        "    os.replace(path + '~', path)\n    time.sleep(3600)\n"
        "if __name__ == '__main__':\n    list(map_tasks(run, [sys.argv[1]], workers=1))\n",
        encoding="utf-8",
    )
    program = subprocess.Popen([sys.executable, str(script), str(mark)])
    pid = int(_wait_for(lambda: mark.exists() and mark.read_text()))
    program.kill()
    program.wait(timeout=LIMIT)
    _wait_for(lambda: not _is_alive(pid))


def _wait_for(find, seconds: float = 60.0):
    """What `find` returns once it is true; another process cannot send this one a signal."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def warn(text: str, context: TaskContext) -> None:
    warnings.warn(text, UserWarning, stacklevel=1)


def test_a_warning_of_a_process_is_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    assert [outcome.error for outcome in map_tasks(warn, ["The disk is full."], workers=1)] == [None]
    assert [line for line in capfd.readouterr().err.splitlines() if "disk" in line] == ["nnlab: The disk is full."]
