"""What a job reports and hears; a job may be called directly."""

from __future__ import annotations

import threading

import pytest

from nnlab.jobs.context import Cancelled, JobContext, Progress, TaskContext


def squares(numbers: list[int], context: JobContext) -> int:
    for k, number in enumerate(numbers):
        context.report(k, len(numbers), f"squaring {number}")
        context.emit(number * number)
    return sum(number * number for number in numbers)


def test_a_job_runs_without_anybody_listening() -> None:
    assert squares([1, 2, 3], JobContext()) == 14


def test_what_a_job_reports_and_emits_arrives_in_order() -> None:
    progress: list[Progress] = []
    partial: list[int] = []
    squares([3, 4], JobContext(progress.append, partial.append))
    assert progress == [Progress(0, 2, "squaring 3"), Progress(1, 2, "squaring 4")]
    assert [p.fraction for p in progress] == [0.0, 0.5]
    assert partial == [9, 16]


@pytest.mark.parametrize("say", [lambda c: c.check(), lambda c: c.report(0, 1), lambda c: c.emit(1)])
def test_a_cancelled_job_ends_where_it_next_says_something(say: object) -> None:
    cancelled, told = threading.Event(), []
    context = JobContext(told.append, told.append, cancelled)
    context.check()
    assert not context.is_cancelled
    cancelled.set()
    assert context.is_cancelled
    with pytest.raises(Cancelled):
        say(context)
    assert told == []


def test_cancelling_passes_through_what_catches_every_exception_of_a_trial() -> None:
    assert not issubclass(Cancelled, Exception)


@pytest.mark.parametrize(("done", "total"), [(-1, 2), (3, 2), (0, 0), (float("nan"), 1)])
def test_progress_that_cannot_be_is_refused(done: float, total: float) -> None:
    with pytest.raises(ValueError, match="Progress is between"):
        TaskContext().report(done, total)
