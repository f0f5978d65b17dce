"""What became of one task of many, wherever it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nnlab.jobs.context import TaskContext
from nnlab.jobs.service import JobError

TaskInput = TypeVar("TaskInput")
TaskValue = TypeVar("TaskValue")


@dataclass(frozen=True)
class Outcome(Generic[TaskValue]):
    """What became of task `index`: its value, or why there is none."""

    index: int
    value: TaskValue | None
    error: JobError | None = None


def outcome_of(
    function: Callable[[TaskInput, TaskContext], TaskValue], index: int, task: TaskInput, context: TaskContext
) -> Outcome[TaskValue]:
    """Runs the task here. Raises Cancelled when it stopped because nobody wants it any more; all else is in the outcome."""
    try:
        return Outcome(index, function(task, context))
    except Exception as error:  # one trial of many: the others go on, and whoever asked is told of this one
        return Outcome(index, None, JobError.of(f"task {index + 1}", error))
