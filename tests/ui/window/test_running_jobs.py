"""The place for background work in the window: what it says, how it is cancelled, and that a window with jobs closes."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.jobs.context import JobContext, TaskContext
from nnlab.jobs.processes import map_tasks
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.regions import focusable

pytestmark = pytest.mark.window


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    with real_windows(qtbot, tmp_path / "home") as open_one:
        yield open_one


@pytest.fixture
def window(opened: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    made = opened("spiral")
    qtbot.waitUntil(lambda: made.session.frame is not None, timeout=60_000)
    return made


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def held(gate: threading.Event, done: int, total: int, words: str = "") -> Callable[[JobContext], None]:
    def run(context: JobContext) -> None:
        context.report(done, total, words)
        while not gate.wait(0.01):
            context.check()

    return run


def wait_in_process(mark: str, context: TaskContext) -> None:
    Path(mark).touch()
    while True:
        context.check()


def test_one_job_stands_in_the_bar_and_its_button_cancels_it(window: MainWindow, qtbot: QtBot, gate: threading.Event) -> None:
    item = window.transport.bar.jobs
    assert not item.isVisible()
    job = window.session.jobs.start("Width sweep", held(gate, 3, 8, "8 units"))
    qtbot.waitUntil(item.isVisible)
    assert item.summary.row.name == "Width sweep"
    assert item.summary.row.done == "37\u00a0%"
    assert item.summary.accessibleName().startswith("Background work: Width sweep, 37\u00a0%")
    assert item.summary.toolTip() == "Width sweep: 8 units"
    assert item.cancel.accessibleName() == "Cancel Width sweep"
    qtbot.waitUntil(lambda: item.summary.row.left.endswith("left"))
    with qtbot.waitSignal(job.ended):
        qtbot.mouseClick(item.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not item.isVisible())


def test_several_jobs_are_a_number_and_a_list_in_which_each_can_be_cancelled(
    window: MainWindow, qtbot: QtBot, gate: threading.Event
) -> None:
    item, jobs_list = window.transport.bar.jobs, window.running_jobs.list
    first, second = (
        window.session.jobs.start("First", held(gate, 1, 4)), window.session.jobs.start("Second", held(gate, 3, 4, "dense_1.weight"))
    )  # fmt: skip
    qtbot.waitUntil(lambda: item.summary.row.name == "2 background jobs")
    assert item.summary.row.done == "50\u00a0%"
    assert not item.cancel.isVisible()
    window.actions_by_id["run.jobs"].trigger()
    assert [line.accessibleName().partition(",")[0] for line in jobs_list.rows] == ["First", "Second"]
    assert (jobs_list.rows[1].done.text(), jobs_list.rows[1].words.text()) == ("75\u00a0%", "dense_1.weight")
    assert QApplication.focusWidget() is jobs_list.rows[0].cancel
    box, bar = jobs_list.box.geometry(), window.transport.bar.geometry()
    assert window.rect().contains(box)
    assert box.bottom() < bar.top() + item.y() + 8
    with qtbot.waitSignal(second.ended):
        jobs_list.rows[1].cancel.click()
    qtbot.waitUntil(lambda: len(jobs_list.rows) == 1)
    assert first.job.name == "First"
    with qtbot.waitSignal(first.ended):
        qtbot.keyClick(jobs_list.rows[0].cancel, Qt.Key.Key_Space)
    qtbot.waitUntil(jobs_list.isHidden)
    assert not item.isVisible()


def test_the_list_says_what_it_is_for_when_nothing_runs(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["run.jobs"].trigger()
    jobs_list = window.running_jobs.list
    assert jobs_list.isVisible()
    assert jobs_list._empty.text() == "Nothing runs in the background. Long computations appear here while they run."
    qtbot.keyClick(jobs_list.box, Qt.Key.Key_Escape)
    assert jobs_list.isHidden()


def test_the_keyboard_reaches_the_job_from_the_bar(window: MainWindow, qtbot: QtBot, gate: threading.Event) -> None:
    item = window.transport.bar.jobs
    window.session.jobs.start("Width sweep", held(gate, 1, 2))
    qtbot.waitUntil(item.isVisible)
    window.activateWindow()
    stops = focusable(window.transport.bar)
    at = stops.index(item.summary)
    assert stops[at + 1] is item.cancel
    stops[at + 2].setFocus()
    window.regions.tab(False)
    assert QApplication.focusWidget() is item.cancel
    window.regions.tab(False)
    assert QApplication.focusWidget() is item.summary
    qtbot.keyClick(item.summary, Qt.Key.Key_Return)
    assert window.running_jobs.list.isVisible()


def test_what_nobody_expected_is_a_sentence_with_details_to_copy(window: MainWindow, qtbot: QtBot) -> None:
    def break_down(context: JobContext) -> None:
        raise ZeroDivisionError("on purpose")

    window.session.jobs.start("Width sweep", break_down)
    qtbot.waitUntil(lambda: window.message_bar.current is not None)
    message = window.message_bar.current
    assert (message.kind, message.text) == ("error", "“Width sweep” stopped: ZeroDivisionError: on purpose.")
    assert message.button == "Copy details"
    message.action()
    assert "in break_down" in QApplication.clipboard().text()


def test_every_gradient_is_checked_by_a_command(window: MainWindow, qtbot: QtBot) -> None:
    window.session.run_iterations(5)
    qtbot.waitUntil(lambda: window.session.frame.iteration == 5 and not window.session.is_playing)
    window.actions_by_id["step.check_all"].trigger()
    qtbot.waitUntil(lambda: window.message_bar.current is not None, timeout=60_000)
    assert "105 gradients of iteration 5 agree with finite differences to 1e−6" in window.message_bar.current.text


def test_closing_the_window_ends_its_threads_and_processes(
    opened: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, gate: threading.Event
) -> None:
    before = set(threading.enumerate())
    window = opened("spiral")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=60_000)
    mark = tmp_path / "mark"
    window.session.jobs.start("On a thread", held(gate, 1, 2))
    window.session.jobs.start("On processes", lambda context: list(map_tasks(wait_in_process, [str(mark)], context, 1)))
    qtbot.waitUntil(mark.exists, timeout=60_000)
    assert multiprocessing.active_children()
    window.files.give_up()
    window.close()
    assert multiprocessing.active_children() == []
    assert {thread for thread in threading.enumerate() if thread not in before} == set()
