"""Jobs of the window: their news arrive on the display's thread, short and quiet ones are not shown, and closing ends them all."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.core.errors import NNLabError
from nnlab.jobs.context import JobContext
from nnlab.ui.run.jobs import LiveJob, LiveJobs

PATIENCE = 20.0


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[LiveJobs]:
    made = LiveJobs()
    yield made
    made.close()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def held(gate: threading.Event, done: int = 1, total: int = 4) -> Callable[[JobContext], str]:
    """A job that reports once and then waits for the gate, or for being cancelled."""

    def run(context: JobContext) -> str:
        context.report(done, total, "waiting")
        while not gate.wait(0.01):
            context.check()
        return "done"

    return run


def news_of(job: LiveJob) -> list[tuple[str, Any]]:
    news: list[tuple[str, Any]] = []
    display = threading.current_thread()

    def note(what: str, value: Any) -> None:
        assert threading.current_thread() is display
        news.append((what, value))

    job.partial.connect(lambda value: note("partial", value))
    job.finished.connect(lambda value: note("finished", value))
    job.failed.connect(lambda sentence, detail: note("failed", sentence))
    job.ended.connect(lambda: note("ended", None))
    return news


def test_news_arrive_in_order_on_the_display_thread(jobs: LiveJobs, qtbot: QtBot) -> None:
    job = jobs.start("Count", lambda context: [context.emit(k) for k in range(200)] and "all")
    news = news_of(job)
    qtbot.waitUntil(lambda: bool(news) and news[-1][0] == "ended")
    assert news == [*(("partial", k) for k in range(200)), ("finished", "all"), ("ended", None)]


def test_a_job_is_shown_once_it_takes_longer_and_until_it_ends(jobs: LiveJobs, qtbot: QtBot, gate: threading.Event) -> None:
    shown: list[tuple[LiveJob, ...]] = []
    jobs.changed.connect(lambda: shown.append(jobs.shown))
    job = jobs.start("Long", held(gate))
    assert jobs.shown == ()
    qtbot.waitUntil(lambda: jobs.shown == (job,))
    assert job.job.fraction == 0.25
    gate.set()
    with qtbot.waitSignal(job.ended):
        pass
    assert jobs.shown == ()
    assert shown[-1] == ()
    assert not jobs._timer.isActive()


def test_quiet_jobs_are_never_shown(jobs: LiveJobs, qtbot: QtBot, gate: threading.Event) -> None:
    changed: list[None] = []
    jobs.changed.connect(lambda: changed.append(None))
    quiet, loud = jobs.start("Probes", held(gate), quiet=True), jobs.start("Loud", held(gate))
    qtbot.waitUntil(lambda: jobs.shown == (loud,))
    loud.cancel()
    qtbot.waitUntil(lambda: jobs.shown == ())
    assert quiet.job.started is not None
    assert changed


def test_a_cancelled_job_only_ends(jobs: LiveJobs, qtbot: QtBot, gate: threading.Event) -> None:
    job = jobs.start("Long", held(gate))
    news = news_of(job)
    with qtbot.waitSignal(job.ended):
        job.cancel()
    assert news == [("ended", None)]


@pytest.mark.parametrize("quiet", [False, True])
def test_an_error_in_words_of_a_quiet_job_is_its_owners_to_tell(jobs: LiveJobs, qtbot: QtBot, quiet: bool) -> None:
    told: list[tuple[str, str]] = []
    jobs.failed.connect(lambda sentence, detail: told.append((sentence, detail)))

    def refuse(context: JobContext) -> None:
        raise NNLabError("The width must be at least 1.")

    job = jobs.start("Sweep", refuse, quiet=quiet)
    news = news_of(job)
    qtbot.waitUntil(lambda: bool(news) and news[-1][0] == "ended")
    assert news == [("failed", "The width must be at least 1."), ("ended", None)]
    assert told == ([] if quiet else [("The width must be at least 1.", "")])


def test_a_fault_of_a_quiet_job_is_told_with_its_traceback(jobs: LiveJobs, qtbot: QtBot) -> None:
    def break_down(context: JobContext) -> None:
        raise ZeroDivisionError("on purpose")

    with qtbot.waitSignal(jobs.failed) as told:
        jobs.start("Probes", break_down, quiet=True)
    assert told.args[0] == "“Probes” stopped: ZeroDivisionError: on purpose."
    assert "in break_down" in told.args[1]


def test_closing_ends_every_thread_and_nothing_is_told_any_more(qtbot: QtBot, gate: threading.Event) -> None:
    before = set(threading.enumerate())
    jobs = LiveJobs()
    started = [jobs.start("a", held(gate)), jobs.start("b", held(gate), lane="one"), jobs.start("c", held(gate), lane="one")]
    news = [news_of(job) for job in started]
    qtbot.waitUntil(lambda: started[0].job.progress is not None and started[1].job.progress is not None)
    jobs.close()
    QApplication.processEvents()
    assert set(threading.enumerate()) <= before
    assert news == [[], [], []]


def test_closing_frees_whoever_waits_for_a_job_that_has_not_ended(jobs: LiveJobs, gate: threading.Event, qapp: QApplication) -> None:
    """It holds the job, whose signals hold it."""

    class Owner:
        job: LiveJob

    owner = Owner()
    owner.job = jobs.start("Held", held(gate), quiet=True)
    owner.job.finished.connect(lambda _, waiting=owner: waiting)
    known = weakref.ref(owner)
    jobs.close()
    del owner
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert known() is None
