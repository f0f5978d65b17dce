"""Where many independent tasks run: on processes of this computer, or on a cluster. One small interface over both.

    for outcome in LocalWorkers(2).outcomes(train_one, settings, context):
        outcome.index, outcome.value, outcome.error

Handing over, results as they come, progress (to the context) and stopping (cancel the context, or leave the loop) are the same for both.
What differs is beneath: a process of this computer can be ended, a task on a cluster has to listen.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nnlab.jobs.context import TaskContext
from nnlab.jobs.outcome import Outcome, TaskInput, TaskValue
from nnlab.jobs.processes import map_tasks


class Workers(ABC):
    """Something that runs tasks. A value: nothing is started before there are tasks, nothing is left afterwards."""

    @abstractmethod
    def outcomes(
        self,
        function: Callable[[TaskInput, TaskContext], TaskValue],
        tasks: Sequence[TaskInput],
        context: TaskContext | None = None,
        words: str = "",
    ) -> Iterator[Outcome[TaskValue]]:
        """The outcome of `function(task, task_context)` for every task exactly once, in the order in which they end.

        The function is pickled once per process, so it may hold data; tasks should be small. Raises Cancelled when the context is
        cancelled, NNLabError when there is nobody to run anything. Leaving the loop early stops what is under way.
        """


@dataclass(frozen=True)
class LocalWorkers(Workers):
    """Processes of this computer: as many as it has processors, unless said; with 0 the tasks run here, one after another."""

    count: int | None = None

    def outcomes(
        self,
        function: Callable[[TaskInput, TaskContext], TaskValue],
        tasks: Sequence[TaskInput],
        context: TaskContext | None = None,
        words: str = "",
    ) -> Iterator[Outcome[TaskValue]]:
        return map_tasks(function, tasks, context, self.count, words)


@dataclass(frozen=True)
class ClusterWorkers(Workers):
    """The workers of the Dask scheduler at `address`, such as tcp://10.0.0.5:8786 (extra `nnlab[cluster]`)."""

    address: str

    def outcomes(
        self,
        function: Callable[[TaskInput, TaskContext], TaskValue],
        tasks: Sequence[TaskInput],
        context: TaskContext | None = None,
        words: str = "",
    ) -> Iterator[Outcome[TaskValue]]:
        from nnlab.jobs.cluster import map_on_cluster  # loads nothing of Dask either, before it is used

        return map_on_cluster(function, tasks, self.address, context, words)
