"""Independent tasks on processes: results as they come, the same ones whatever the number of processes and their order.

    for outcome in map_tasks(train_one, settings, context):
        outcome.index, outcome.value, outcome.error

`train_one(setting, task_context)` and the settings are pickled, so they are a module's function and values. A task that raises is an
outcome with an error; the others go on. Where a process is ended from outside (killed, out of memory), its task is tried again: nobody can
tell which of the tasks under way it was, so each of them then runs alone, and one that takes its process down three times is given up.

Every process uses one BLAS thread, gives way to the window, and ends with the program, even where that is killed. Flags and progress
lie in plain shared memory without locks: a process killed while it holds a lock would stop everybody who wants it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_handles
from typing import Any, Generic

from nnlab.core.errors import NNLabError
from nnlab.core.processors import usable_processors
from nnlab.core.warning_words import show_warning
from nnlab.jobs.context import Cancelled, Progress, TaskContext
from nnlab.jobs.outcome import Outcome, TaskInput, TaskValue, outcome_of
from nnlab.jobs.service import JobError
from nnlab.jobs.shared_numbers import SharedNumbers

TRIES = 3
LOOK = 0.05  # seconds between two looks at progress and cancelling
GRACE = 0.05  # seconds in which tasks may stop by themselves when the job is cancelled
AHEAD = 2  # tasks handed over per process, so that none waits for its next
STOPPED, STARTED, FIRST_TASK = 0, 1, 2  # places of the shared numbers: stop, one process has started, the share of each task done


def default_workers() -> int:
    """One process for every processor this one may use."""
    return usable_processors()


def map_tasks(
    function: Callable[[TaskInput, TaskContext], TaskValue],
    tasks: Sequence[TaskInput],
    context: TaskContext | None = None,
    workers: int | None = None,
    words: str = "",
) -> Iterator[Outcome[TaskValue]]:
    """Yields the outcome of every task exactly once, in the order in which they end, and reports to `context` how much is done.

    With `workers` 0 the tasks run here, one after another. Raises Cancelled within a fifth of a second when the job is cancelled, and
    NNLabError when no process can be started. Leaving the loop early ends the processes.
    """
    context = context or TaskContext()
    if not tasks:
        return
    if workers == 0:
        yield from _one_after_another(function, tasks, context, words)
    else:
        with _Pools(function, tasks, context, workers or default_workers(), words) as pools:
            yield from pools.outcomes()


def _one_after_another(
    function: Callable[[TaskInput, TaskContext], TaskValue], tasks: Sequence[TaskInput], context: TaskContext, words: str
) -> Iterator[Outcome[TaskValue]]:
    context.report(0, len(tasks), words)
    for index, task in enumerate(tasks):

        def on_progress(progress: Progress, index: int = index) -> None:
            context.report(index + progress.fraction, len(tasks), progress.words or words)

        yield outcome_of(function, index, task, TaskContext(on_progress, lambda: context.is_cancelled))
        context.report(index + 1, len(tasks), words)


class _Pools(Generic[TaskInput, TaskValue]):
    """One process pool after another, each made anew when the one before broke, until every task has its outcome."""

    def __init__(
        self,
        function: Callable[[TaskInput, TaskContext], TaskValue],
        tasks: Sequence[TaskInput],
        context: TaskContext,
        workers: int,
        words: str,
    ) -> None:
        self._function, self._tasks, self._context, self._words = function, tasks, context, words
        self._workers = min(workers, len(tasks))
        self._shared = SharedNumbers(FIRST_TASK + len(tasks))
        self._waiting = deque(range(len(tasks)))
        self._suspects: deque[int] = deque()  # were under way when a process was ended
        self._tries = [0] * len(tasks)
        self._under_way: dict[Future[Outcome[TaskValue]], int] = {}
        self._done = 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Pools[TaskInput, TaskValue]:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()
        self._shared.close()

    def outcomes(self) -> Iterator[Outcome[TaskValue]]:
        self._report()
        while self._waiting or self._suspects or self._under_way:
            try:
                self._submit()
            except BrokenProcessPool:  # before anybody waited for a result
                yield from self._recover()
                continue
            ended, _ = wait(self._under_way, timeout=LOOK, return_when=FIRST_COMPLETED)
            self._report()
            for future in ended:
                if future in self._under_way and not isinstance(future.exception(), BrokenProcessPool):
                    yield self._taken(future)
            if any(isinstance(future.exception(), BrokenProcessPool) for future in ended):
                yield from self._recover()

    def _submit(self) -> None:
        """Hands over as many tasks as keep the processes busy; a suspect is alone."""
        queue, most = (self._suspects, 1) if self._suspects else (self._waiting, AHEAD * self._workers)
        if queue is self._waiting and any(self._tries[index] for index in self._under_way.values()):
            return
        while queue and len(self._under_way) < most:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._function, self._shared)
                )
            future = self._pool.submit(_execute, queue[0], self._tasks[queue[0]])
            self._under_way[future] = queue.popleft()

    def _taken(self, future: Future[Outcome[TaskValue]]) -> Outcome[TaskValue]:
        index = self._under_way.pop(future)
        self._done += 1
        self._shared[FIRST_TASK + index] = 0.0  # counted as done from now on
        error = future.exception()
        return future.result() if error is None else Outcome(index, None, JobError.of(f"task {index + 1}", error))

    def _recover(self) -> Iterator[Outcome[TaskValue]]:
        """A process was ended: results that are there are kept, what was under way is tried again, one by one, in a new pool."""
        for future in list(self._under_way):
            if future.done() and not isinstance(future.exception(), BrokenProcessPool):
                yield self._taken(future)
        if not self._shared[STARTED]:
            raise NNLabError(
                "No process for background work could be started; a script that starts one keeps what it does under "
                '`if __name__ == "__main__":`.'
            )
        lost = sorted(self._under_way.values())
        self._under_way.clear()
        self._end_pool()
        for index in lost:
            self._tries[index] += 1
            self._shared[FIRST_TASK + index] = 0.0
            if self._tries[index] < TRIES:
                self._suspects.append(index)
            else:
                self._done += 1
                words = f"Task {index + 1} was given up: its process was ended {TRIES} times, perhaps for want of memory."
                yield Outcome(index, None, JobError(words))

    def _report(self) -> None:
        finished = self._done + sum(self._shared[FIRST_TASK + index] for index in self._under_way.values())
        self._context.report(min(finished, len(self._tasks)), len(self._tasks), self._words)

    def _stop(self) -> None:
        """Ends the processes: those with unfinished tasks get a moment to hear of it."""
        self._shared[STOPPED] = 1.0
        # Cancelled ones are not waited for: `wait` would never hear of them (Python 3.11).
        running = [future for future in self._under_way if not future.cancel()]
        wait(running, timeout=GRACE)
        self._end_pool()

    def _end_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        # What ProcessPoolExecutor.terminate_workers does from Python 3.14 on. Where all results are there, too: an interpreter that has
        # loaded numba takes a third of a second to end by itself.
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


# In a process

_function: Callable[[Any, TaskContext], Any]
_shared: SharedNumbers


def _begin(function: Callable[[Any, TaskContext], Any], shared: SharedNumbers) -> None:
    """The first thing a process does."""
    global _function, _shared
    _function, _shared = function, shared
    warnings.showwarning = show_warning
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which then ends its processes
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)
    from nnlab.core.kernel.threads import use_one_thread

    use_one_thread()
    shared[STARTED] = 1.0


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_handles([parent.sentinel])
        os._exit(1)


def _execute(index: int, task: Any) -> Outcome[Any]:
    last = 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LOOK:
            last, _shared[FIRST_TASK + index] = now, progress.fraction

    try:
        return outcome_of(_function, index, task, TaskContext(on_progress, lambda: bool(_shared[STOPPED])))
    except Cancelled:
        return Outcome(index, None)  # nobody waits for it any more
