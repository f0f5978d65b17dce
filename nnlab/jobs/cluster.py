"""Independent tasks on the workers of a Dask cluster, exactly as `nnlab.jobs.processes` runs them on this computer.

The scheduler is Dask's own: it deals tasks out, and does again what a killed worker had. What is added here is thin:

- Every task is submitted as one of its own (`pure=False`): two equal calls are two tasks.
- The function is the result of a task that all others need. It travels to each worker once, and where the only worker that had it is lost,
  the scheduler makes it again; scattered data would be gone.
- A task under way cannot be cancelled from outside: it asks the scheduler ten times a second whether an event is set.
- The fraction done of a task under way comes back as an event of a topic.
- Only a few tasks more than there are threads are under way, so that ten thousand tasks take the memory of some dozens.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import Cancelled, Progress, TaskContext
from nnlab.jobs.outcome import Outcome, TaskInput, TaskValue, outcome_of
from nnlab.jobs.service import JobError

CONNECTING = 5.0  # seconds within which a scheduler answers
CLOSING = 1.0  # seconds that closing a connection may take
PATIENCE = 30.0  # seconds that a cluster without a single worker is waited for
LOOK = 0.05  # seconds between two looks at progress and cancelling
ASK = 0.1  # seconds between two questions of a task to the scheduler, and between two words on its progress
COUNT_AGAIN = 1.0  # seconds after which the workers are counted again: they come and go
AHEAD = 2  # tasks handed over per thread


def map_on_cluster(
    function: Callable[[TaskInput, TaskContext], TaskValue],
    tasks: Sequence[TaskInput],
    address: str,
    context: TaskContext | None = None,
    words: str = "",
) -> Iterator[Outcome[TaskValue]]:
    """Yields the outcome of every task exactly once, in the order in which they end, and reports to `context` how much is done.

    Raises NNLabError when no scheduler answers at `address`, when it has no workers or is lost, or when its workers lack NN Lab;
    Cancelled when the job is cancelled. Leaving the loop early stops what is under way.
    """
    if not tasks:
        return
    with _Run(function, tasks, address, context or TaskContext(), words) as run:
        yield from run.outcomes()


def connect(address: str) -> Any:
    """A client of the scheduler at `address`; raises NNLabError where there is none, or no Dask here."""
    try:
        import dask
        import distributed
    except ImportError:
        raise NNLabError("A cluster needs Dask, which is not installed here; install the extra: pip install 'nnlab[cluster]'.") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is wrong is said in a sentence, not in a log on stderr
    try:
        _knock(address)
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return distributed.Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, TimeoutError, ValueError, OverflowError, ImportError) as error:
        said = f" ({error})" if isinstance(error, ValueError) else ""
        raise NNLabError(
            f"No Dask scheduler answers at {address!r}{said}; start one with `dask scheduler` and give its address, such as "
            "tcp://localhost:8786, or leave it out to use this computer's processors."
        ) from None  # fmt: skip


def _knock(address: str) -> None:
    """Whether anybody listens there: a client that cannot connect stays half open, and complains on stderr when Python clears it away."""
    from distributed.comm.addressing import parse_address, parse_host_port

    scheme, place = parse_address(address)
    if scheme not in ("tcp", "tls"):
        raise ValueError(f"the scheme {scheme}:// is none of tcp:// and tls://")
    socket.create_connection(parse_host_port(place), CONNECTING).close()


class _Run(Generic[TaskInput, TaskValue]):
    """One use of the cluster: a connection, what waits here, and what is under way there."""

    def __init__(
        self,
        function: Callable[[TaskInput, TaskContext], TaskValue],
        tasks: Sequence[TaskInput],
        address: str,
        context: TaskContext,
        words: str,
    ) -> None:
        self._address, self._context, self._words, self._tasks = address, context, words, tasks
        self._name = f"nnlab-{secrets.token_hex(8)}"  # of the event that stops this run, and of its topic
        self._client = connect(address)
        self._client.subscribe_topic(self._name, self._hear)
        self._function = self._client.submit(_same, function, pure=False)
        self._waiting = deque(range(len(tasks)))
        self._under_way: dict[Any, int] = {}
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._fractions: dict[int, float] = {}
        self._done = 0
        self._threads, self._counted, self._seen = 0, -COUNT_AGAIN, time.monotonic()

    def __enter__(self) -> _Run[TaskInput, TaskValue]:
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        try:
            if self._under_way and self._client.status == "running":
                import distributed

                distributed.Event(self._name, client=self._client).set()
                self._client.cancel(list(self._under_way), force=True)
        finally:
            self._under_way.clear()
            # A busy computer, or a scheduler that is gone, may take longer; the results are here, and nothing waits for the end of it.
            with contextlib.suppress(TimeoutError):
                self._client.close(timeout=CLOSING)

    def outcomes(self) -> Iterator[Outcome[TaskValue]]:
        self._report()
        while self._waiting or self._under_way:
            self._submit()
            try:
                future = self._ended.get(timeout=LOOK)
            except queue.Empty:
                self._report()
                continue
            if future in self._under_way:
                found = self._taken(future)
                self._report()
                if found is not None:
                    yield found

    def _submit(self) -> None:
        self._count_threads()
        while self._waiting and len(self._under_way) < AHEAD * self._threads:
            index = self._waiting.popleft()
            future = self._client.submit(
                _execute, self._function, index, self._tasks[index], self._name,
                key=f"{self._name}-{index}", priority=-index, pure=False,
            )  # fmt: skip
            self._under_way[future] = index
            future.add_done_callback(self._ended.put)

    def _count_threads(self) -> None:
        """How many tasks the cluster can run at once, now; raises NNLabError when nobody is there for too long."""
        now = time.monotonic()
        if now - self._counted < COUNT_AGAIN:
            return
        self._check_connection()
        self._counted = now
        threads = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self._threads = sum(worker["nthreads"] for worker in threads)
        if self._threads:
            self._seen = now
        elif now - self._seen > PATIENCE:
            raise NNLabError(f"The scheduler at {self._address} has no workers; start some with `dask worker {self._address}`.")

    def _check_connection(self) -> None:
        if self._client.status != "running":
            raise NNLabError(
                f"The connection to the scheduler at {self._address} was lost with {self._done:,} of {len(self._tasks):,} tasks done; "
                "go on when it is there again."
            )

    def _taken(self, future: Any) -> Outcome[TaskValue] | None:
        """The outcome of a task that ended; None where its worker was lost with the result, and it has to be done again."""
        index = self._under_way.pop(future)
        if future.status == "cancelled" or future.status == "lost":
            self._check_connection()
            self._waiting.append(index)
            return None
        error = future.exception(timeout=CONNECTING) if future.status == "error" else None
        if error is None:
            import distributed

            try:
                outcome: Outcome[TaskValue] = future.result(timeout=CONNECTING)
            except (distributed.TimeoutError, TimeoutError, distributed.CancelledError):
                self._check_connection()
                self._waiting.append(index)
                return None
        else:
            outcome = Outcome(index, None, self._reason(index, error))
        self._done += 1
        self._fractions.pop(index, None)
        return outcome

    def _reason(self, index: int, error: BaseException) -> JobError:
        """What an error means that is not the task's own; one that every task would have ends the run."""
        if self._function.status == "error" or isinstance(error, ImportError | AttributeError):
            raise NNLabError(
                f"The workers of {self._address} cannot run this: {error}; install NN Lab there, in the version that runs here."
            ) from error
        if type(error).__name__ == "KilledWorker":
            return JobError(f"Task {index + 1} was given up: its worker was ended several times, perhaps for want of memory.")
        return JobError.of(f"task {index + 1}", error)

    def _hear(self, event: tuple[float, Any]) -> None:
        """On Dask's thread."""
        index, fraction = event[1]
        self._fractions[index] = fraction

    def _report(self) -> None:
        finished = self._done + sum(self._fractions.get(index, 0.0) for index in self._under_way.values())
        self._context.report(min(finished, len(self._tasks)), len(self._tasks), self._words)


# On a worker


def _same(function: Any) -> Any:
    return function


def _execute(function: Callable[[Any, TaskContext], Any], index: int, task: Any, name: str) -> Outcome[Any]:
    from distributed import Event, get_worker

    from nnlab.core.kernel.threads import use_one_thread

    use_one_thread()
    worker, stop = get_worker(), Event(name)
    asked, told, is_stopped = time.monotonic(), time.monotonic(), False

    def is_cancelled() -> bool:
        nonlocal asked, is_stopped
        now = time.monotonic()
        if not is_stopped and now - asked >= ASK:
            asked, is_stopped = now, bool(stop.is_set())
        return is_stopped

    def on_progress(progress: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= ASK:
            told = now
            worker.log_event(name, [index, progress.fraction])

    try:
        return outcome_of(function, index, task, TaskContext(on_progress, is_cancelled))
    except Cancelled:
        return Outcome(index, None)  # nobody waits for it any more
