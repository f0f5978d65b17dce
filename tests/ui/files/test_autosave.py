"""Safety copies of a real window: when they are written, what is in them, when they go away, and what a crash leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.core.errors import FileError
from nnlab.files import autosave as safety_copies
from nnlab.files.autosave import lock_of, read_copy
from nnlab.files.project_file import load_project
from nnlab.graph import edits
from nnlab.jobs.service import JobState
from nnlab.training.commands import Snapshot
from nnlab.training.member import Member
from nnlab.ui.files import autosave
from nnlab.ui.files.autosave import OwnedCopy, left_behind
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows that share a memory, and closes them without asking."""
    with real_windows(qtbot, tmp_path / "home") as open_one:

        def open_loaded(source: object = None) -> MainWindow:
            window = open_one(source)
            qtbot.waitUntil(lambda: window.session.frame is not None or not window.session.can_run, timeout=10_000)
            return window

        yield open_loaded


@pytest.fixture
def own(opened: Callable[..., MainWindow]) -> MainWindow:
    """A window whose memory others share, or that is not left as it was."""
    return opened("spiral")


def edit(window: MainWindow) -> None:
    """Any change after which the network still runs."""
    graph = window.document.graph
    window.document.apply("Widen", edits.configure(graph, "dense_1", units=int(graph["dense_1"].settings["units"]) + 1))


def train(window: MainWindow, qtbot: QtBot, iterations: int) -> None:
    goal = window.session.iteration + iterations
    window.session.run_iterations(iterations)
    qtbot.waitUntil(lambda: window.session.iteration == goal and not window.session.is_playing, timeout=20_000)


def written(window: MainWindow, qtbot: QtBot) -> Path:
    """Lets a copy be written that is due now."""
    window.autosave.copy_if_due()
    qtbot.waitUntil(lambda: window.autosave._writing is None, timeout=10_000)
    assert window.autosave.path is not None
    return window.autosave.path


def crash_of(window: MainWindow, qtbot: QtBot) -> Path:
    """Leaves what a kill would leave: the copy, and no living window that holds it."""
    path = written(window, qtbot)
    kept = path.with_suffix(".kept")
    shutil.copy(path, kept)
    window.files.give_up()
    window.close()
    assert not path.exists()
    return kept.rename(path)


def folder_of(window: MainWindow) -> list[str]:
    folder = window.autosave.folder
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def answer(button: QMessageBox.StandardButton, qtbot: QtBot) -> list[str]:
    """Clicks a button of the next question; the list then holds its words."""
    asked: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, click)
    return asked


# When a copy is written


def test_nothing_unsaved_is_not_copied(window: MainWindow) -> None:
    assert not window.autosave.has_unsaved_work
    window.autosave.copy_if_due()
    assert folder_of(window) == []


def test_a_copy_follows_an_edit_by_itself_and_holds_the_edit(own: MainWindow, qtbot: QtBot) -> None:
    own.autosave._settle.setInterval(50)
    edit(own)
    qtbot.waitUntil(lambda: own.autosave.path is not None and own.autosave.path.exists(), timeout=5000)
    copy = own.autosave.path
    assert copy is not None and load_project(copy).project == own.document.project
    note = read_copy(copy).note
    assert (note.name, note.original) == ("spiral", None)
    assert not list(copy.parent.glob(".*"))


def test_intervals_are_those_that_are_promised(window: MainWindow) -> None:
    assert window.autosave._period.isActive() and window.autosave._period.interval() == 15_000
    edit(window)
    assert window.autosave._settle.isActive() and window.autosave._settle.interval() <= 5_000


def test_training_alone_is_worth_a_copy_with_its_weights_and_position(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot, 42)
    assert not window.document.is_edited and window.autosave.has_unsaved_work
    saved = load_project(written(window, qtbot))
    now = window.session.snapshot()
    assert saved.snapshot is not None and now is not None
    assert all(saved.snapshot.parameters[name].tobytes() == values.tobytes() for name, values in now.parameters.items())
    assert all(saved.snapshot.moments[name].tobytes() == values.tobytes() for name, values in now.moments.items())
    assert read_copy(window.autosave.path or Path()).note.iteration == 42


def test_an_unchanged_copy_is_not_written_again(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(window)
    written(window, qtbot)
    begun: list[bool] = []
    monkeypatch.setattr(window.autosave, "_begin", lambda: begun.append(True))
    window.autosave.copy_if_due()
    assert not begun
    window.session.step_iteration()
    qtbot.waitUntil(lambda: window.session.iteration == 1, timeout=5000)
    window.autosave.copy_if_due()
    assert begun == [True], "training went on"


def test_a_copy_leaves_an_iteration_that_is_stepped_through_alone(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot, 7)
    before = window.session.snapshot()
    assert window.session.frame is not None
    pc = window.session.frame.program.update_start + 2  # some weights are updated, others not yet
    window.session.step_to(pc)
    qtbot.waitUntil(lambda: window.session.last_step is not None and window.session.last_step.pc == pc, timeout=5000)
    step = window.session.last_step
    assert step is not None and step.inside
    saved = load_project(written(window, qtbot))
    assert saved.snapshot is not None and before is not None
    assert all((saved.snapshot.parameters[name] == values).all() for name, values in before.parameters.items())
    window.session.step_forward()
    qtbot.waitUntil(lambda: window.session.last_step is not step, timeout=5000)
    assert window.session.last_step is not None and window.session.last_step.pc == step.pc + 1


def test_the_display_thread_never_waits_for_the_disk(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a disk takes its time, the window goes on showing frames; what is edited meanwhile is copied next."""
    import threading

    disk = threading.Event()
    real = autosave.write_copy

    def slow(*arguments: object) -> None:
        assert disk.wait(10)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(autosave, "write_copy", slow)
    window.session.play()
    qtbot.waitUntil(lambda: window.session.iteration > 100, timeout=10_000)
    edit(window)
    window.autosave.copy_if_due()
    assert window.autosave._writing is not None
    shown: list[int] = []
    window.session.ticked.connect(lambda view: shown.append(view.frame.iteration))
    window.document.undo()
    qtbot.waitUntil(lambda: len(shown) > 20, timeout=5000)
    edit(window)
    disk.set()
    qtbot.waitUntil(lambda: window.autosave._writing is None, timeout=5000)
    assert window.autosave._settle.isActive(), "there was an edit meanwhile"
    assert load_project(written(window, qtbot)).project == window.document.project


def test_weights_that_cannot_be_copied_leave_a_copy_of_the_network(
    own: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(self: Member, undisturbed: bool) -> Snapshot:
        raise MemoryError

    said: list[str] = []
    own.autosave.failed.connect(said.append)
    monkeypatch.setattr(Member, "snapshot", no_memory)
    edit(own)
    saved = load_project(written(own, qtbot))
    assert saved.project == own.document.project and saved.snapshot is None
    assert said == [
        "Unsaved work of “spiral” has no safety copy of its weights now: There is not enough memory to copy the weights; "
        "close other programs and try again. Save the project."
    ]


def test_closing_does_not_wait_for_weights_that_never_come(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The training thread is in a step that takes long."""
    monkeypatch.setattr(window.session, "request_snapshot", lambda undisturbed=False: Future())
    edit(window)
    window.autosave.copy_if_due()
    job = window.autosave._job
    assert job is not None
    qtbot.waitUntil(lambda: job.job.state is JobState.RUNNING, timeout=5000)
    monkeypatch.setattr(autosave, "CLOSING", 0.0)  # whoever waits for the disk does not wait here
    folder = window.autosave.folder
    window.files.give_up()
    assert window.close()
    assert job.job.wait(5) and job.job.state is JobState.CANCELLED
    assert not any(path.suffix == ".nnlab" for path in folder.iterdir())


# When a copy goes away


def test_saving_removes_the_copy(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    edit(window)
    written(window, qtbot)
    assert window.files._write(tmp_path / "x.nnlab")
    assert folder_of(window) == [] and window.autosave.path is None
    assert not window.autosave.has_unsaved_work


def test_undoing_everything_removes_the_copy(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    written(window, qtbot)
    window.document.undo()
    window.autosave.copy_if_due()
    assert folder_of(window) == []


@pytest.mark.parametrize("button", [QMessageBox.StandardButton.Discard, QMessageBox.StandardButton.Cancel])
def test_closing_knowingly_removes_the_copy_and_only_then(window: MainWindow, qtbot: QtBot, button: QMessageBox.StandardButton) -> None:
    edit(window)
    copy = written(window, qtbot)
    answer(button, qtbot)
    assert window.close() == (button == QMessageBox.StandardButton.Discard)
    assert copy.exists() == (button == QMessageBox.StandardButton.Cancel)
    assert bool(folder_of(window)) == copy.exists()


def test_opening_something_else_removes_the_copy(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    written(window, qtbot)
    answer(QMessageBox.StandardButton.Discard, qtbot)
    assert window.files.open_source("circle")
    assert folder_of(window) == []


def test_a_copy_that_is_being_written_while_the_window_closes_is_removed(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    window.autosave.copy_if_due()
    assert window.autosave._writing is not None
    window.files.give_up()
    assert window.close()
    assert folder_of(window) == []


def test_a_copy_that_is_being_written_while_the_project_is_saved_is_removed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    edit(window)
    window.autosave.copy_if_due()
    assert window.files._write(tmp_path / "x.nnlab")
    qtbot.waitUntil(lambda: folder_of(window) == [], timeout=5000)


# When it cannot be written


def test_a_copy_that_fails_is_told_once_and_taken_back(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise FileError("…could not be saved") from OSError(28, "No space left on device")

    edit(window)
    with monkeypatch.context() as patch:
        patch.setattr(autosave, "write_copy", full)
        told: list[str] = []
        window.autosave.failed.connect(told.append)
        for _ in range(2):
            window.autosave.copy_if_due()
            qtbot.waitUntil(lambda: window.autosave._writing is None, timeout=5000)
        assert told == ["Unsaved work of “spiral” has no safety copy now: the disk is full. Save the project."]
        assert window.message_bar.current is not None and window.message_bar.current.text == told[0]
    written(window, qtbot)
    assert window.message_bar.current is None


def test_a_folder_that_cannot_be_used_is_told(own: MainWindow, qtbot: QtBot) -> None:
    own.autosave.folder.write_bytes(b"a file where the folder should be")
    edit(own)
    with qtbot.waitSignal(own.autosave.failed, timeout=5000) as told:
        own.autosave.copy_if_due()
    assert told.args is not None and "cannot be written to" in told.args[0]
    own.autosave.folder.unlink()


# What a crash leaves


def test_work_left_behind_is_offered_and_comes_back_as_it_was(opened: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> None:
    first = opened("spiral")
    assert first.files._write(tmp_path / "mine.nnlab")
    train(first, qtbot, 33)
    first.document.apply("Rename", edits.rename_node(first.document.graph, "dense_2", "hidden"))
    learned = first.session.snapshot()
    project = first.document.project
    copy = crash_of(first, qtbot)

    second = opened()
    bar = second.recovery_bar
    assert bar.isVisible() and [left.path for left in bar.offered] == [copy]
    row = bar.rows[0]
    assert row.title.text() == "Unsaved work of “mine”" and row.detail.text() == "saved just now, at iteration 33"
    qtbot.mouseClick(row.recover, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: second.session.iteration == 33, timeout=10_000)
    assert second.document.project == project and second.document.name == "mine"
    assert second.document.is_edited and second.windowTitle() == "mine (edited) - NN Lab"
    assert second.files.path == tmp_path / "mine.nnlab"
    restored = second.session.snapshot()
    assert learned is not None and restored is not None
    np.testing.assert_array_equal(restored.parameters["hidden.weight"], learned.parameters["hidden.weight"])
    assert bar.isHidden()
    assert copy.exists() and second.autosave.path == copy, "until it is saved, the copy is all there is"
    assert second.files.save()
    assert folder_of(second) == [] and load_project(tmp_path / "mine.nnlab").project == project


def test_recovered_work_is_still_there_after_the_next_crash(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    first = opened("spiral")
    edit(first)
    copy = crash_of(first, qtbot)
    second = opened()
    action = second.actions_by_id["file.recover"]
    assert action.isEnabled()
    action.trigger()
    assert not action.isEnabled(), "there is nothing more to recover"
    edit(second)
    assert written(second, qtbot) == copy, "the same copy, brought up to date"
    assert load_project(copy).project == second.document.project


def test_a_living_window_is_never_offered(opened: Callable[..., MainWindow], own: MainWindow, qtbot: QtBot) -> None:
    edit(own)
    copy = written(own, qtbot)
    other = opened()
    assert other.recovery_bar.isHidden() and not other.recovery_bar.offered
    assert left_behind(copy.parent) == []
    assert OwnedCopy.take(copy) is None


def test_what_one_window_offers_no_other_does(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    first = opened("spiral")
    edit(first)
    copy = crash_of(first, qtbot)
    second, third = opened(), opened()
    assert len(second.recovery_bar.offered) == 1 and not third.recovery_bar.offered
    qtbot.mouseClick(second.recovery_bar.rows[0].close_button, Qt.MouseButton.LeftButton)
    assert second.recovery_bar.isHidden() and copy.exists() and not lock_of(copy).exists()
    third.offer_recovery()
    assert len(third.recovery_bar.offered) == 1


@pytest.mark.parametrize("really", [True, False])
def test_discarding_asks_and_then_deletes(opened: Callable[..., MainWindow], qtbot: QtBot, really: bool) -> None:
    first = opened("spiral")
    edit(first)
    copy = crash_of(first, qtbot)
    second = opened()
    buttons = QMessageBox.StandardButton
    asked = answer(buttons.Discard if really else buttons.Cancel, qtbot)
    qtbot.mouseClick(second.recovery_bar.rows[0].discard, Qt.MouseButton.LeftButton)
    assert asked == ["Delete the unsaved work of “spiral” permanently?"]
    assert copy.exists() != really and second.recovery_bar.isHidden() == really


def test_a_copy_that_cannot_be_read_changes_nothing_and_stays(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    first = opened("spiral")
    edit(first)
    copy = crash_of(first, qtbot)
    copy.write_bytes(copy.read_bytes()[:-300])
    second = opened("circle")
    before = second.document.project
    second.recovery_bar.recover(second.recovery_bar.offered[0])
    assert second.document.project == before and second.recovery_bar.isVisible() and copy.exists()
    message = second.message_bar.current
    assert message is not None and message.text.startswith("The unsaved work of “untitled” cannot be read")


def test_a_file_that_was_saved_later_is_not_put_at_risk(opened: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> None:
    import os
    import time

    first = opened("spiral")
    first.files._write(tmp_path / "mine.nnlab")
    edit(first)
    crash_of(first, qtbot)
    os.utime(tmp_path / "mine.nnlab", (time.time() + 100,) * 2)
    second = opened()
    second.recovery_bar.recover(second.recovery_bar.offered[0])
    assert second.files.path is None and second.document.name == "mine recovered" and second.document.is_edited


def test_leftovers_of_a_copy_that_was_never_complete_are_cleared_away(opened: Callable[..., MainWindow], tmp_path: Path) -> None:
    folder = tmp_path / "home" / "autosave"
    folder.mkdir(parents=True)
    begun = safety_copies.new_copy(folder)
    lock_of(begun).write_text("999999999\nnnlab\n", encoding="ascii")
    (folder / f".{begun.name}.12ab.tmp").write_bytes(b"half")
    window = opened()
    assert not window.recovery_bar.offered and folder_of(window) == []
