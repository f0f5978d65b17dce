"""What a job receives: a place to say how far it is and what it has found, and to hear that nobody wants it any more.

    def study(settings, context):
        for k, setting in enumerate(settings):
            context.report(k, len(settings), f"Training {setting}")  # raises Cancelled when the job was cancelled
            context.emit(train(setting))                              # a partial result

Cancelling is cooperative: a job should come to `report`, `check` or `is_cancelled` at least every tenth of a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nnlab.core.courtesy import give_way


class Cancelled(BaseException):
    """Ends a job that was cancelled. Not an Exception, so that `except Exception` around one trial of many cannot swallow it."""


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of work of any kind, and what is being worked at in a few words."""

    done: float
    total: float
    words: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.total or self.total <= 0:
            raise ValueError(f"Progress is between 0 of n and n of n, with n above 0, not {self.done} of {self.total}.")

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1."""
        return self.done / self.total


class TaskContext:
    """Progress and cancelling. By itself it tells nobody and is never cancelled, which is what a test of a task needs."""

    def __init__(self, on_progress: Callable[[Progress], None] | None = None, is_cancelled: Callable[[], bool] | None = None) -> None:
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled

    @property
    def is_cancelled(self) -> bool:
        """Whether to stop as soon as possible."""
        return self._is_cancelled is not None and self._is_cancelled()

    def check(self) -> None:
        """Raises Cancelled if the job was cancelled; lets the display go first otherwise."""
        give_way()
        if self.is_cancelled:
            raise Cancelled

    def report(self, done: float, total: float, words: str = "") -> None:
        """Says that `done` of `total` is finished, and in a few words what comes next; cheap enough to call for every unit of work.

        Raises Cancelled if the job was cancelled, ValueError unless 0 <= done <= total.
        """
        progress = Progress(done, total, words)
        self.check()
        if self._on_progress is not None:
            self._on_progress(progress)


class JobContext(TaskContext):
    """A task's context that also takes partial results. `cancelled` lets a test, or whoever runs the job, cancel it."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None = None,
        on_partial: Callable[[Any], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> None:
        super().__init__(on_progress, cancelled.is_set if cancelled is not None else None)
        self._on_partial = on_partial

    def emit(self, partial: Any) -> None:
        """Hands over a part of the result while the rest is still being computed: a value that nobody changes any more."""
        self.check()
        if self._on_partial is not None:
            self._on_partial(partial)
