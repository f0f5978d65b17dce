"""Tasks on a Dask cluster of real worker processes. Skipped where the extra `cluster` is not installed, but for what is said then."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from nnlab.core.errors import NNLabError
from nnlab.jobs import cluster as cluster_module
from nnlab.jobs.cluster import connect, map_on_cluster
from nnlab.jobs.context import Cancelled, JobContext, Progress, TaskContext
from nnlab.jobs.workers import ClusterWorkers, LocalWorkers, Workers

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra nnlab[cluster]")


def square(number: int, context: TaskContext) -> int:
    context.report(0, 1)
    if number == 7:
        raise NNLabError("Seven is not to be squared.")
    return number * number


def die_once(task: tuple[int, str], context: TaskContext) -> int:
    """Kills its own worker, the first time, where the task says so."""
    number, mark = task
    if mark and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_always(number: int, context: TaskContext) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def wait_until_told(mark: str, context: TaskContext) -> None:
    """Listens, and leaves a second mark when it was told to stop."""
    Path(mark).touch()
    try:
        while True:
            context.report(1, 2)
            time.sleep(0.01)
    except Cancelled:
        Path(f"{mark}-stopped").touch()
        raise


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found.scheduler_address


@needs_dask
def test_results_are_those_of_processes_here_and_each_comes_once(address: str) -> None:
    places: list[Workers] = [LocalWorkers(2), ClusterWorkers(address)]
    here, there = (sorted((o.index, o.value, o.error) for o in w.outcomes(square, [3, 1, 7, 0, 3, 12])) for w in places)  # type: ignore[type-var]
    assert there == here
    assert [value for _, value, _ in there] == [9, 1, None, 0, 9, 144]


@needs_dask
@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_a_worker_killed_in_the_middle_costs_no_result_and_doubles_none(address: str, tmp_path: Path) -> None:
    tasks = [(k, str(tmp_path / "mark") if k == 5 else "") for k in range(30)]
    outcomes = list(map_on_cluster(die_once, tasks, address))
    assert sorted((outcome.index, outcome.value) for outcome in outcomes) == [(k, k * k) for k in range(30)]
    assert (tmp_path / "mark").exists()


@needs_dask
@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_a_task_that_always_takes_its_worker_down_is_given_up_and_no_other(address: str) -> None:
    outcomes = {outcome.index: outcome for outcome in map_on_cluster(die_always, range(5), address)}
    assert [outcomes[k].value for k in (0, 1, 3, 4)] == [0, 1, 9, 16]
    error = outcomes[2].error
    assert error is not None and error.sentence.startswith("Task 3 was given up: its worker was ended several times")


@needs_dask
def test_cancelling_is_heard_by_tasks_under_way(address: str, tmp_path: Path) -> None:
    with connect(address) as client:
        client.wait_for_workers(2, timeout=60)  # those that other tests killed are back
    cancelled, cancelled_at, seen = threading.Event(), 0.0, []
    marks = [tmp_path / "a", tmp_path / "b"]

    def on_progress(progress: Progress) -> None:
        nonlocal cancelled_at
        seen.append(progress.done)
        if not cancelled_at and progress.done == 1.0:  # both are half done, as their workers say
            cancelled_at = time.monotonic()
            cancelled.set()

    with pytest.raises(Cancelled):
        list(map_on_cluster(wait_until_told, [str(m) for m in marks], address, JobContext(on_progress, cancelled=cancelled)))
    deadline = time.monotonic() + 10
    while not all(Path(f"{mark}-stopped").exists() for mark in marks):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outcomes = list(map_on_cluster(square, [2], address))  # the workers are free again
    assert outcomes[0].value == 4


@needs_dask
def test_nobody_at_the_address_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECTING", 0.5)
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NNLabError, match=r"No Dask scheduler answers at 'tcp://127.*; start one with `dask scheduler`"):
            list(map_on_cluster(square, [1], address))


@needs_dask
@pytest.mark.parametrize("address", ["nonsense", "", "tcp://", "foo://localhost:1", "tcp://localhost:99999999", "localhost:port"])
def test_an_address_that_is_none_is_said_in_one_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CONNECTING", 0.5)
    with pytest.raises(NNLabError, match="No Dask scheduler answers at"):
        list(map_on_cluster(square, [1], address))


@needs_dask
def test_a_connection_that_is_slow_to_close_costs_no_result(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CLOSING", 0.0)
    assert sorted(outcome.index for outcome in map_on_cluster(square, [1, 2, 3], address)) == [0, 1, 2]


@needs_dask
def test_a_scheduler_without_workers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster_module, "PATIENCE", 0.5)
    with LocalCluster(n_workers=0, dashboard_address=None) as found:
        with pytest.raises(NNLabError, match="has no workers; start some with `dask worker"):
            list(map_on_cluster(square, [1], found.scheduler_address))


@needs_dask
def test_a_scheduler_that_goes_away_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as found:
        outcomes = map_on_cluster(wait_on_second, [(k, str(tmp_path / "go on")) for k in range(4)], found.scheduler_address)
        assert next(outcomes).value == 0
        found.close()
        with pytest.raises(NNLabError, match="was lost with 1 of 4 tasks done"):
            list(outcomes)


def wait_on_second(task: tuple[int, str], context: TaskContext) -> int:
    while task[0] and not Path(task[1]).exists():
        context.check()
        time.sleep(0.01)
    return task[0]


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    absent: dict[str, Any] = {"dask": None, "distributed": None}
    for name, module in absent.items():
        monkeypatch.setitem(sys.modules, name, module)
    with pytest.raises(NNLabError, match=r"needs Dask, which is not installed here; .*nnlab\[cluster\]"):
        list(map_on_cluster(square, [1], "tcp://localhost:8786"))
