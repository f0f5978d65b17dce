"""Opening and saving as people do it: through the real window, its dialogs and its drop target."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import full_disks
import pytest
from endings import mortal
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.graph import edits
from nnlab.training.commands import Snapshot
from nnlab.training.member import Member
from nnlab.ui.files import dialogs as file_dialogs
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window
Button = QMessageBox.StandardButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows that share a memory, and closes them without asking."""
    with real_windows(qtbot, tmp_path / "home") as open_one:
        yield open_one


@pytest.fixture
def mine(window: MainWindow, shelf: Path) -> MainWindow:
    """The window that all share, with the project of the shelf."""
    assert window.files.open_source(str(shelf / "mine.nnlab"))
    return window


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with a project, a table, a graph, and files that are none of these."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    from nnlab.files.examples import load_example

    save_project(folder / "mine.nnlab", SavedProject(load_example("circle")))
    (folder / "table.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 3},{i % 2}\n" for i in range(30)), encoding="utf-8")
    (folder / "graph.json").write_text(load_example("xor").graph.to_json(), encoding="utf-8")
    (folder / "notes.txt").write_text("no project", encoding="utf-8")
    (folder / "broken.nnlab").write_bytes(b"PK\x03\x04 cut")
    (folder / "ragged.csv").write_text("a,b,y\n1,2,3\n4,5\n", encoding="utf-8")
    return folder


def act(window: MainWindow, name: str) -> QAction:
    action = window.findChild(QAction, name)
    assert action is not None, name
    return action


def press(window: MainWindow, key: Qt.Key, qtbot: QtBot) -> None:
    """Ctrl and a key, once the window has the keyboard: without a screen, nobody gives it back when a dialog has closed."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    qtbot.keyClick(window, key, CONTROL)


def edit(window: MainWindow) -> None:
    graph = window.document.graph
    window.document.apply("Widen", edits.configure(graph, "dense_1", units=int(graph["dense_1"].settings["units"]) + 1))


def said(window: MainWindow) -> str:
    message = window.message_bar.current
    return message.text if message is not None else ""


def in_next_dialog(do: Callable[[QDialog], None]) -> list[str]:
    """Does something to the next dialog that opens; the list then holds a question's words, or the title of another dialog."""
    seen: list[str] = []
    present = QApplication.activeModalWidget()
    timer = QTimer(QApplication.instance(), interval=20)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and dialog is not present:
            timer.stop()
            timer.deleteLater()
            seen.append(dialog.text() if isinstance(dialog, QMessageBox) else dialog.windowTitle())
            do(dialog)

    timer.timeout.connect(look)
    timer.start()
    return seen


def click(button: Button | str, qtbot: QtBot) -> Callable[[QDialog], None]:
    """Clicks a button of a question, by its kind or its words."""

    def press(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        named = [b for b in dialog.buttons() if b.text().replace("&", "") == button]
        qtbot.mouseClick(named[0] if named else dialog.button(button), Qt.MouseButton.LeftButton)  # type: ignore[arg-type]

    return press


def type_path(path: Path, qtbot: QtBot) -> Callable[[QDialog], None]:
    """Types a path into a file dialog and presses Enter."""

    def fill(dialog: QDialog) -> None:
        assert isinstance(dialog, QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setCompleter(None)  # type: ignore[arg-type]  # its list of guesses comes when it likes, and would take Enter

        def enter() -> None:
            if not dialog.isVisible():
                timer.stop()
                return
            field.setText(str(path)[:-1])
            field.end(False)
            qtbot.keyClicks(field, str(path)[-1])
            qtbot.keyClick(field, Qt.Key.Key_Return)

        # Qt's dialog reads folders on a thread of its own and does not listen to Enter before it knows what is there.
        timer = QTimer(dialog, interval=50)
        timer.timeout.connect(enter)
        timer.start()

    return fill


def locks_beside(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if p.suffix == ".lock")


# Saving and opening by keyboard


def test_save_by_keyboard_asks_for_a_place_once(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    edit(window)
    assert window.windowTitle() == "spiral (edited) - NN Lab"
    path = tmp_path / "folder of mine" / "first.nnlab"
    path.parent.mkdir()
    asked = in_next_dialog(type_path(path, qtbot))
    press(window, Qt.Key.Key_S, qtbot)
    assert asked == ["Save as"] and load_project(path).project == window.document.project
    assert window.windowTitle() == "first - NN Lab" and not window.document.is_edited
    edit(window)
    press(window, Qt.Key.Key_S, qtbot)  # no dialog: it would not return
    assert load_project(path).project == window.document.project


def test_open_by_keyboard(window: MainWindow, qtbot: QtBot, shelf: Path) -> None:
    in_next_dialog(type_path(shelf / "mine.nnlab", qtbot))
    press(window, Qt.Key.Key_O, qtbot)
    assert window.document.name == "mine" and window.files.path == shelf / "mine.nnlab"


@pytest.mark.parametrize("replace", [True, False])
def test_a_name_without_ending_never_replaces_a_project_unasked(window: MainWindow, qtbot: QtBot, shelf: Path, replace: bool) -> None:
    before = (shelf / "mine.nnlab").read_bytes()
    asked: list[list[str]] = []

    def fill_and_answer(dialog: QDialog) -> None:
        asked.append(in_next_dialog(click(Button.Yes if replace else Button.No, qtbot)))
        type_path(shelf / "mine", qtbot)(dialog)

    in_next_dialog(fill_and_answer)
    act(window, "file.save_as").trigger()
    assert asked == [["“mine.nnlab” already exists. Replace it?"]]
    assert ((shelf / "mine.nnlab").read_bytes() == before) != replace


# Unsaved changes

KEYS = {"new": Qt.Key.Key_N, "open": Qt.Key.Key_O, "quit": Qt.Key.Key_Q, "close": None}


@pytest.mark.parametrize("answer", [Button.Save, Button.Discard, Button.Cancel])
@pytest.mark.parametrize("what", list(KEYS))
def test_unsaved_work_is_asked_about_before_it_is_given_up(
    mine: MainWindow, qtbot: QtBot, shelf: Path, what: str, answer: Button
) -> None:
    window = mine
    edit(window)
    edited = window.document.project
    questions: list[list[str]] = []

    def choose_a_file(dialog: QDialog) -> None:
        questions.append(in_next_dialog(click(answer, qtbot)))
        type_path(shelf / "graph.json", qtbot)(dialog)

    if what == "open":
        in_next_dialog(choose_a_file)
    else:
        questions.append(in_next_dialog(click(answer, qtbot)))
    key = KEYS[what]
    window.close() if key is None else press(window, key, qtbot)

    assert questions == [["Save the changes to “mine” first?"]]
    was_saved = load_project(shelf / "mine.nnlab").project == edited
    assert was_saved == (answer == Button.Save)
    if what in ("close", "quit"):
        assert window.isVisible() == (answer == Button.Cancel)
    else:
        after = {"new": Project(), "open": load_graph_project(shelf)}[what]
        assert window.document.project == (edited if answer == Button.Cancel else after)
    assert window.document.is_edited == (answer == Button.Cancel or (answer == Button.Discard and what in ("close", "quit")))


def load_graph_project(shelf: Path) -> Project:
    from nnlab.files.examples import open_any

    return open_any(str(shelf / "graph.json"))[0].project


def test_the_question_is_answered_by_keys_alone(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    edited = window.document.project
    in_next_dialog(lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    press(window, Qt.Key.Key_N, qtbot)
    assert window.document.project == edited, "Escape is Cancel"

    def tab_to_discard(dialog: QDialog) -> None:
        assert isinstance(dialog, QMessageBox)
        discard = dialog.button(Button.Discard)
        for _ in range(4):
            if dialog.focusWidget() is discard:
                break
            qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)

    in_next_dialog(tab_to_discard)
    press(window, Qt.Key.Key_N, qtbot)
    assert window.document.project == Project()


def test_save_that_ends_without_a_file_gives_nothing_up(window: MainWindow, qtbot: QtBot) -> None:
    edit(window)
    edited = window.document.project
    seen: list[list[str]] = []

    def save(dialog: QDialog) -> None:
        seen.append(in_next_dialog(lambda files: files.reject()))
        click(Button.Save, qtbot)(dialog)

    in_next_dialog(save)
    assert not window.close()
    assert seen == [["Save as"]] and window.document.project == edited and window.document.is_edited


# One file, two windows


def test_a_second_window_on_one_project_says_so_and_shows_a_copy(opened: Callable[..., MainWindow], shelf: Path) -> None:
    first, second = opened(shelf / "mine.nnlab"), opened(shelf / "mine.nnlab")
    assert first.files.path == shelf / "mine.nnlab" and locks_beside(shelf / "mine.nnlab") == [".mine.nnlab.lock"]
    assert second.files.path is None and second.document.name == "mine copy"
    assert said(second) == "“mine” is open in another window, so this is an unsaved copy."
    assert not said(first)
    first.close()
    assert locks_beside(shelf / "mine.nnlab") == []
    third = opened(shelf / "mine.nnlab")
    assert third.files.path == shelf / "mine.nnlab"


@pytest.mark.parametrize("at_start", [True, False])
@pytest.mark.parametrize(
    ("answer", "name", "path"), [("Open a copy", "mine copy", None), ("Open anyway", "mine", "mine.nnlab"), ("Cancel", None, None)]
)
def test_opening_what_another_window_has_open_is_one_question(
    mine: MainWindow, opened: Callable[..., MainWindow], qtbot: QtBot, shelf: Path, answer: str, name: str | None, path: str | None,
    at_start: bool,
) -> None:
    first = mine
    asked = in_next_dialog(click(answer, qtbot))
    if at_start:
        second = opened(shelf / "mine.nnlab", in_use="ask")
        qtbot.waitUntil(lambda: bool(asked), timeout=5000)
        before = Project(), "untitled"
    else:
        second = opened("spiral")
        before = second.document.project, "spiral"
        second.files.open_source(str(shelf / "mine.nnlab"))
    assert asked == ["“mine” is open in another window."]
    assert second.document.name == (name or before[1])
    assert second.document.project == (before[0] if name is None else first.document.project)
    assert second.files.path == (shelf / path if path else None)
    second.files.give_up()
    second.close()
    assert locks_beside(shelf / "mine.nnlab") == [".mine.nnlab.lock"], "the first window's own"
    assert first.files.save()


@pytest.mark.parametrize("answer", ["Replace", "Save as…", "Cancel"])
def test_a_file_that_changed_on_disk_is_not_replaced_unasked(
    mine: MainWindow, qtbot: QtBot, shelf: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    window, path = mine, shelf / "mine.nnlab"
    edit(window)
    assert window.files.save(), "nobody else has written: no question"
    save_project(path, SavedProject(Project()))  # another program
    edit(window)
    monkeypatch.setattr(file_dialogs, "ask_where_to_save", lambda parent, suggested: shelf / "other.nnlab")
    asked = in_next_dialog(click(answer, qtbot))
    assert window.files.save() is (answer != "Cancel")
    assert asked == ["“mine.nnlab” has changed on disk since you opened it."]
    assert (load_project(path).project == Project()) is (answer != "Replace")
    assert window.files.path == (shelf / "other.nnlab" if answer == "Save as…" else path)
    assert window.document.is_edited is (answer == "Cancel")
    if answer != "Cancel":
        assert load_project(window.files.path).project == window.document.project
        edit(window)
        assert window.files.save(), "asked once"


def test_a_file_that_is_gone_is_written_again(mine: MainWindow, shelf: Path) -> None:
    path = shelf / "mine.nnlab"
    path.unlink()
    assert mine.files.save()
    assert load_project(path).project == mine.document.project


def test_another_process_is_noticed_and_a_dead_one_is_not(window: MainWindow, qtbot: QtBot, shelf: Path) -> None:
    holder = "import sys; from pathlib import Path; from nnlab.ui.files.lock import FileLock; l = FileLock(Path(sys.argv[1]), Path('.'));"
    command = [sys.executable, "-c", f"{holder} print(l.take(), flush=True); sys.stdin.read()", str(shelf / "mine.nnlab")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        with mortal(other):
            assert other.stdout is not None and other.stdout.readline() == "None\n"
        asked = in_next_dialog(click("Cancel", qtbot))
        assert not window.files.open_source(str(shelf / "mine.nnlab"))
        assert len(asked) == 1 and window.document.name == "spiral"
        other.kill()
    assert locks_beside(shelf / "mine.nnlab") == [".mine.nnlab.lock"]
    assert window.files.open_source(str(shelf / "mine.nnlab")), "without a question, which would not return"
    window.close()
    assert locks_beside(shelf / "mine.nnlab") == []


def test_save_as_takes_the_lock_along(mine: MainWindow, qtbot: QtBot, shelf: Path) -> None:
    window = mine
    in_next_dialog(type_path(shelf / "other.nnlab", qtbot))
    act(window, "file.save_as").trigger()
    assert locks_beside(shelf / "mine.nnlab") == [".other.nnlab.lock"]
    act(window, "file.new").trigger()
    assert locks_beside(shelf / "mine.nnlab") == []


def test_what_another_window_has_open_is_not_saved_over(opened: Callable[..., MainWindow], shelf: Path) -> None:
    first, second = opened(shelf / "mine.nnlab"), opened("spiral")
    before = (shelf / "mine.nnlab").read_bytes()
    edit(second)
    assert not second.files._write(shelf / "mine.nnlab")
    assert "was not saved, because it is open in another window" in said(second)
    assert (shelf / "mine.nnlab").read_bytes() == before and second.document.is_edited and second.files.path is None
    first.close()
    assert second.files._write(shelf / "mine.nnlab") and not said(second)


def test_opening_ones_own_file_again_is_no_question(mine: MainWindow, shelf: Path) -> None:
    assert mine.files.open_source(str(shelf / "mine.nnlab"))
    assert mine.files.path == shelf / "mine.nnlab" and locks_beside(shelf / "mine.nnlab") == [".mine.nnlab.lock"]


def test_a_picture_neither_takes_nor_minds_a_lock(opened: Callable[..., MainWindow], shelf: Path) -> None:
    first, picture = opened(shelf / "mine.nnlab"), opened(shelf / "mine.nnlab", in_use="ignore")
    assert picture.document.name == "mine" and not said(picture)
    first.close()
    assert locks_beside(shelf / "mine.nnlab") == []


# Dropped files


def over(window: MainWindow) -> QWidget:
    """What is under the mouse in the middle of the canvas."""
    widget = window.childAt(window.canvas.mapTo(window, window.canvas.rect().center()))
    assert widget is not None and window.canvas.isAncestorOf(widget)
    return widget


def drag(window: MainWindow, *urls: QUrl) -> tuple[bool, QMimeData]:
    """Drags something into the window; whether it is taken, and what is dragged."""
    mime = QMimeData()
    mime.setUrls(list(urls))
    offered, shift = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.KeyboardModifier.ShiftModifier
    enter = QDragEnterEvent(QPoint(50, 50), offered, mime, Qt.MouseButton.LeftButton, shift)
    assert enter.proposedAction() == Qt.DropAction.MoveAction, "what file managers propose within one disk"
    QApplication.sendEvent(over(window), enter)
    if enter.isAccepted():
        assert enter.dropAction() == Qt.DropAction.CopyAction, "a move would have the other program delete its file"
    return enter.isAccepted(), mime


def drop(window: MainWindow, path: Path, qtbot: QtBot) -> bool:
    """Drags a file over the canvas and lets go; whether it was taken."""
    taken, mime = drag(window, QUrl.fromLocalFile(str(path)))
    if not taken:
        return False
    place, copy, left, none = QPoint(50, 50), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(over(window), QDragMoveEvent(place, copy, mime, left, none))
    event = QDropEvent(QPointF(place), copy, mime, left, none)
    QApplication.sendEvent(over(window), event)
    assert event.isAccepted()
    qtbot.wait(1)  # what a drop does begins when the program that was dragged from has been let go
    return True


@pytest.mark.parametrize("name", ["mine.nnlab", "table.csv", "graph.json"])
def test_a_dropped_file_opens(window: MainWindow, qtbot: QtBot, shelf: Path, name: str) -> None:
    assert drop(window, shelf / name, qtbot)
    page = window.files.tables.dialog
    if page is not None:  # a table is looked at first
        qtbot.waitUntil(page.import_button.isEnabled, timeout=20_000)
        page.take()
    qtbot.waitUntil(lambda: window.document.name == Path(name).stem, timeout=20_000)
    assert not said(window)
    assert window.files.path == (shelf / name if name == "mine.nnlab" else None)
    assert window.files.recent[0] == shelf / name
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)


def test_a_dropped_network_of_another_program_is_imported(window: MainWindow, qtbot: QtBot, shelf: Path) -> None:
    from nnlab.exchange.exporters.onnx import write
    from nnlab.exchange.model import model_of
    from nnlab.files.examples import load_example
    from nnlab.files.project import SavedProject
    from nnlab.jobs.context import TaskContext

    write(model_of(SavedProject(load_example("xor")), "net"), shelf / "net.onnx", TaskContext())
    assert drop(window, shelf / "net.onnx", qtbot)
    qtbot.waitUntil(lambda: window.document.name == "net", timeout=20_000)
    assert "net.onnx imported: " in said(window) and len(window.document.graph) >= 4


def test_while_it_is_dragged_the_window_says_what_a_drop_does(window: MainWindow, shelf: Path) -> None:
    assert drag(window, QUrl.fromLocalFile(str(shelf / "mine.nnlab")))[0]
    assert said(window) == "Drop to open mine.nnlab."
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not said(window)


@pytest.mark.parametrize(
    ("urls", "words"),
    [
        (["notes.pdf"], "“notes.pdf” cannot be opened: drop a project (.nnlab), a graph (.json), a table"),
        (["mine.nnlab", "table.csv"], "Drop one at a time: a project"),
        (["https://example.org/x.nnlab"], "“x.nnlab” is not a file on this computer"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words(window: MainWindow, shelf: Path, urls: list[str], words: str) -> None:
    before = window.document.project
    taken, _ = drag(window, *(QUrl(url) if ":" in url else QUrl.fromLocalFile(str(shelf / url)) for url in urls))
    assert not taken and said(window).startswith(words) and window.message_bar.isVisible()
    assert window.document.project == before


@pytest.mark.parametrize("name", ["broken.nnlab", "missing.nnlab"])  # of tables: tests/ui/table_import
def test_a_dropped_file_that_is_broken_changes_nothing(window: MainWindow, qtbot: QtBot, shelf: Path, name: str) -> None:
    edit(window)
    before = window.document.project
    assert drop(window, shelf / name, qtbot)
    assert name in said(window) and "\n" not in said(window)
    assert window.document.project == before and window.document.is_edited and window.document.can_undo


def test_a_drop_asks_about_unsaved_work(window: MainWindow, qtbot: QtBot, shelf: Path) -> None:
    edit(window)
    before = window.document.project
    asked = in_next_dialog(click(Button.Cancel, qtbot))
    drop(window, shelf / "mine.nnlab", qtbot)
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    assert asked == ["Save the changes to “spiral” first?"] and window.document.project == before


# A full disk


def no_room(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("stage", ["create", "first bytes", "later bytes", "to the disk", "rename"])
def test_a_full_disk_says_so_and_keeps_the_document_and_the_old_file(
    mine: MainWindow, shelf: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    window, path = mine, shelf / "mine.nnlab"
    edit(window)
    project, before = window.document.project, path.read_bytes()
    real_open, real_writestr = os.open, zipfile.ZipFile.writestr

    def open_file(name: object, flags: int, *more: int) -> int:
        if flags & os.O_CREAT and str(name).endswith(".tmp"):
            no_room()
        return real_open(name, flags, *more)  # type: ignore[arg-type]

    def write_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *more: object) -> None:
        if (info.filename == "project.json") == (stage == "first bytes"):
            no_room()
        real_writestr(archive, info, *more)  # type: ignore[arg-type]

    place, name, instead = {
        "create": (os, "open", open_file), "first bytes": (zipfile.ZipFile, "writestr", write_entry),
        "later bytes": (zipfile.ZipFile, "writestr", write_entry), "to the disk": (os, "fsync", no_room),
        "rename": (os, "replace", no_room),
    }[stage]  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(place, name, instead)
        assert not window.files.save()
    assert said(window).startswith(f"{path} could not be saved: the disk is full") and "unchanged" in said(window)
    assert path.read_bytes() == before
    assert window.document.project == project and window.document.is_edited and window.files.path == path
    assert not list(shelf.glob(".*.tmp"))
    assert window.files.save() and not said(window), "with room again it is saved, and the message is taken back"
    assert load_project(path).project == project


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    with full_disks.tiny_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_disk_that_is_really_full(window: MainWindow, tiny_disk: Path) -> None:
    path = tiny_disk / "mine.nnlab"
    assert window.files._write(path)
    before = path.read_bytes()
    filler = tiny_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2**20))
    edit(window)
    project = window.document.project
    assert not window.files.save()
    assert said(window).startswith(f"{path} could not be saved: the disk is full")
    assert path.read_bytes() == before and load_project(path)
    assert window.document.project == project and window.document.is_edited
    picture = tiny_disk / "window.png"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(picture), ""))
        act(window, "file.picture").trigger()
    assert said(window).startswith(f"{picture} could not be saved: the disk is full") and not picture.exists()
    assert not list(tiny_disk.glob(".*.tmp"))
    filler.unlink()
    assert window.files.save() and load_project(path).project == project


# Weights that cannot be copied


def test_weights_that_cannot_be_copied_are_not_saved_and_not_lost(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file holds the network alone, and says so; a file with weights keeps them; closing closes."""

    def no_memory(self: Member, undisturbed: bool) -> Snapshot:
        raise MemoryError

    old, new = tmp_path / "old.nnlab", tmp_path / "new.nnlab"
    assert window.files._write(old)
    before = old.read_bytes()
    monkeypatch.setattr(Member, "snapshot", no_memory)
    edit(window)
    assert not window.files.save()
    assert said(window).startswith(f"{old} was not saved, so that it keeps the weights in it: There is not enough memory to copy")
    assert old.read_bytes() == before
    assert window.files._write(new)
    assert said(window).startswith("new.nnlab holds the network without its weights: There is not enough memory to copy the weights")
    saved = load_project(new)
    assert saved.snapshot is None and saved.project == window.document.project
    window.files.give_up()
    assert window.close()


def test_a_fault_on_the_way_does_not_keep_a_window_from_closing(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    trainer = window.session._trainer
    monkeypatch.setattr(window.area, "remember", fault)
    monkeypatch.setattr(window.autosave, "close", fault)
    window.files.give_up()
    with qtbot.waitSignal(window.destroyed, timeout=10_000):
        assert window.close()
    assert not trainer.is_alive and caplog.text.count("ZeroDivisionError: a fault") == 2


# Recent files


def recent_menu(window: MainWindow) -> QMenu:
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "Open recent")
    menu.aboutToShow.emit()
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text() and action.objectName() != "file.clear_recent"]


def test_recent_files_newest_first_without_those_that_are_missing(window: MainWindow, shelf: Path) -> None:
    for name in ("mine.nnlab", "table.csv", "graph.json", "mine.nnlab"):
        assert window.files.open_source(str(shelf / name))
    assert entries(recent_menu(window)) == ["mine.nnlab", "graph.json", "table.csv"]
    away = shelf / "table.csv"
    away.rename(shelf / "away.csv")
    assert entries(recent_menu(window)) == ["mine.nnlab", "graph.json"]
    assert window.files.open_source(str(shelf / "graph.json"))
    (shelf / "away.csv").rename(away)  # a disk that was unplugged for a while
    assert entries(recent_menu(window)) == ["graph.json", "mine.nnlab", "table.csv"]
    next(a for a in recent_menu(window).actions() if a.text() == "mine.nnlab").trigger()
    assert window.document.name == "mine"


def test_two_files_of_one_name_are_told_apart_by_their_folders(window: MainWindow, shelf: Path) -> None:
    other = shelf / "other"
    other.mkdir()
    (other / "mine.nnlab").write_bytes((shelf / "mine.nnlab").read_bytes())
    for path in (shelf / "mine.nnlab", other / "mine.nnlab"):
        assert window.files.open_source(str(path))
    assert entries(recent_menu(window)) == ["mine.nnlab  (other)", "mine.nnlab  (shelf)"]


def test_the_list_can_be_cleared(window: MainWindow, shelf: Path) -> None:
    window.files.open_source(str(shelf / "mine.nnlab"))
    clear = act(window, "file.clear_recent")
    assert clear in recent_menu(window).actions()
    clear.trigger()
    assert window.files.recent == () and entries(recent_menu(window)) == ["Nothing opened yet"]


def test_what_a_saved_project_learned_since_is_asked_about(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    """It was thrown away without a question, and its safety copy with it."""
    path = tmp_path / "trained.nnlab"
    assert window.files._write(path)
    window.session.run_iterations(30)
    qtbot.waitUntil(lambda: window.session.iteration >= 30 and not window.session.is_playing, timeout=10_000)
    questions: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        questions.append(box.text())
        box.button(Button.Cancel).click()

    QTimer.singleShot(0, answer)
    assert not window.files.may_close()
    assert questions == ["“trained” was trained from iteration 0 to 30 since it was saved. Save it first?"]
    assert window.files.save() and window.files.may_close()


def test_an_example_that_was_only_played_with_closes_without_a_question(window: MainWindow, qtbot: QtBot) -> None:
    window.session.run_iterations(30)
    qtbot.waitUntil(lambda: window.session.iteration >= 30 and not window.session.is_playing, timeout=10_000)
    assert window.files.may_close()
