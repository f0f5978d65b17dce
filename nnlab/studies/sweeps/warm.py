"""Kernels are compiled before the trials, in one process of their own: otherwise every process would compile the same ones."""

from __future__ import annotations

from collections.abc import Iterable

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import TaskContext
from nnlab.jobs.processes import map_tasks
from nnlab.training.warm import adapters_of, is_warm, warm_up


def warm_for(names: Iterable[str], context: TaskContext | None = None) -> None:
    """Compiles what operators, optimisers and schedules of these registered names lack in the cache; at once when that is nothing.

    Raises Cancelled when the job is cancelled meanwhile, NNLabError when a kernel cannot be compiled.
    """
    wanted = tuple(sorted(set(names)))
    if is_warm(adapters_of(wanted)):
        return
    # How far compiling is, is not told: it would count as progress of what follows.
    silent = TaskContext(None, lambda: context is not None and context.is_cancelled)
    for outcome in map_tasks(_compile, [wanted], silent, 1):
        if outcome.error is not None:
            raise NNLabError(f"The kernels could not be compiled: {outcome.error.sentence}")


def _compile(names: tuple[str, ...], context: TaskContext) -> None:
    warm_up(lambda done, total, name: context.report(done, total), adapters_of(names))
