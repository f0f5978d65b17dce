"""Jobs on threads: lanes, results, cancelling, faults in words, and an end that leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import JobContext
from nnlab.jobs.service import Job, Jobs, JobState

PATIENCE = 20.0


@pytest.fixture
def told() -> list[tuple[Job, str, Any]]:
    return []


@pytest.fixture
def jobs(told: list) -> Iterator[Jobs]:
    service = Jobs(lambda job, what, value: told.append((job, what, value)))
    yield service
    assert service.close()


def poll_until_cancelled(started: threading.Event) -> Any:
    def run(context: JobContext) -> None:
        started.set()
        while True:
            context.check()
            time.sleep(0.005)

    return run


def test_a_result_and_partial_results_arrive(jobs: Jobs, told: list) -> None:
    def run(context: JobContext) -> int:
        for k in range(3):
            context.report(k, 3, f"part {k}")
            context.emit(k)
        return 42

    job = jobs.start("Answer", run)
    assert job.wait(PATIENCE)
    assert (job.state, job.result, job.error) == (JobState.FINISHED, 42, None)
    assert job.progress is not None and job.progress.words == "part 2"
    assert [(what, value) for _, what, value in told] == [("partial", 0), ("partial", 1), ("partial", 2), ("ended", None)]
    assert jobs.running == ()


def test_progress_never_falls(jobs: Jobs) -> None:
    seen: list[float] = []

    def run(context: JobContext) -> None:
        for done in (1, 3, 2, 0, 4):
            context.report(done, 4)
            seen.append(job_box[0].fraction)

    ready, job_box = threading.Event(), []
    job_box.append(jobs.start("Back and forth", lambda context: (ready.wait(PATIENCE), run(context))))
    ready.set()
    assert job_box[0].wait(PATIENCE)
    assert seen == [0.25, 0.75, 0.75, 0.75, 1.0]


def test_jobs_of_a_lane_run_in_order_on_one_thread(jobs: Jobs) -> None:
    threads: list[tuple[int, threading.Thread]] = []
    gate = threading.Event()

    def run(number: int) -> Any:
        return lambda context: (gate.wait(PATIENCE), threads.append((number, threading.current_thread())))

    started = [jobs.start(f"job {k}", run(k), lane="one") for k in range(5)]
    other = jobs.start("not held up", lambda context: threading.current_thread())
    assert other.wait(PATIENCE)
    assert not threads
    gate.set()
    assert all(job.wait(PATIENCE) for job in started)
    assert [number for number, _ in threads] == [0, 1, 2, 3, 4]
    assert len({thread for _, thread in threads}) == 1
    assert other.result not in {thread for _, thread in threads}


def test_cancelling_takes_effect_within_a_fifth_of_a_second(jobs: Jobs) -> None:
    started = threading.Event()
    job = jobs.start("Long", poll_until_cancelled(started))
    assert started.wait(PATIENCE)
    before = time.monotonic()
    job.cancel()
    assert job.wait(PATIENCE)
    assert time.monotonic() - before < 0.2
    assert (job.state, job.result, job.error) == (JobState.CANCELLED, None, None)


def test_a_job_that_waits_for_its_lane_is_cancelled_without_ever_running(jobs: Jobs, told: list) -> None:
    gate, ran = threading.Event(), []
    first = jobs.start("first", lambda context: gate.wait(PATIENCE), lane="one")
    second = jobs.start("second", lambda context: ran.append("second"), lane="one")
    second.cancel()
    assert second.wait(0)
    assert second.state is JobState.CANCELLED
    gate.set()
    assert first.wait(PATIENCE)
    assert jobs.start("third", lambda context: ran.append("third"), lane="one").wait(PATIENCE)
    assert ran == ["third"]
    assert [job.name for job, what, _ in told if what == "ended"] == ["second", "first", "third"]


def test_what_a_cancelled_job_returns_reaches_nobody(jobs: Jobs) -> None:
    started, gate = threading.Event(), threading.Event()
    job = jobs.start("Deaf", lambda context: (started.set(), gate.wait(PATIENCE)))
    assert started.wait(PATIENCE)
    job.cancel()
    gate.set()
    assert job.wait(PATIENCE)
    assert (job.state, job.result) == (JobState.CANCELLED, None)


def test_an_error_in_words_keeps_its_words_and_a_fault_gets_a_sentence_and_a_traceback(jobs: Jobs) -> None:
    def refuse(context: JobContext) -> None:
        raise NNLabError("The width must be at least 1.")

    def break_down(context: JobContext) -> None:
        raise ZeroDivisionError("on purpose")

    refused, broken = jobs.start("Sweep", refuse), jobs.start("Sweep", break_down)
    assert refused.wait(PATIENCE)
    assert broken.wait(PATIENCE)
    assert refused.state is broken.state is JobState.FAILED
    assert refused.error is not None and broken.error is not None
    assert (refused.error.sentence, refused.error.detail) == ("The width must be at least 1.", "")
    assert broken.error.sentence == "“Sweep” stopped: ZeroDivisionError: on purpose."
    assert "in break_down" in broken.error.detail


def test_a_lane_outlives_the_faults_of_its_jobs(jobs: Jobs) -> None:
    def leave(context: JobContext) -> None:
        raise SystemExit(3)

    assert jobs.start("leaves", leave, lane="one").wait(PATIENCE)
    after = jobs.start("after", lambda context: 7, lane="one")
    assert after.wait(PATIENCE)
    assert after.result == 7


def test_closing_ends_every_job_and_every_thread() -> None:
    before = set(threading.enumerate())
    jobs, started = Jobs(), [threading.Event() for _ in range(3)]
    running = [jobs.start("a", poll_until_cancelled(started[0])), jobs.start("b", poll_until_cancelled(started[1]), lane="one")]
    waiting = jobs.start("c", poll_until_cancelled(started[2]), lane="one")
    assert all(event.wait(PATIENCE) for event in started[:2])
    assert jobs.close()
    assert [job.state for job in (*running, waiting)] == [JobState.CANCELLED] * 3
    assert not started[2].is_set()
    assert set(threading.enumerate()) <= before
    with pytest.raises(NNLabError, match=r"“late” cannot start"):
        jobs.start("late", lambda context: None)


def test_closing_does_not_wait_for_ever_for_a_job_that_does_not_listen() -> None:
    jobs, started, gate = Jobs(), threading.Event(), threading.Event()
    jobs.start("Deaf", lambda context: (started.set(), gate.wait(PATIENCE)))
    assert started.wait(PATIENCE)
    assert not jobs.close(timeout=0.05)
    gate.set()
    assert jobs.close()


# A job that is inside something which does not listen, as a compiler, until the process has begun to end.
ENDS = """
import atexit, sys, threading
from nnlab.jobs.service import Jobs

inside, ends = threading.Event(), threading.Event()

def work(context):
    inside.set()
    ends.wait(60)
    print("cancelled" if context.is_cancelled else "not asked to end", flush=True)

jobs = Jobs()
jobs.start("Compiles", work)
inside.wait(60)
atexit.register(ends.set)
sys.exit(3)
"""


def test_the_end_of_a_process_waits_for_what_is_inside_a_library() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout in ("cancelled\n", "not asked to end\n")  # it ended by itself: nothing took it down meanwhile
