"""Large files are opened and saved beside the window: it goes on painting, says how far it is, and what can be ended ends."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.core.errors import FileError
from nnlab.core.telling import tell
from nnlab.files.autosave import read_copy, write_copy
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.files.starting_network import project_for_table
from nnlab.ui.files import large_files, predict_page
from nnlab.ui.files.waiting import WaitingBox, wait_for
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def box() -> WaitingBox:
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, WaitingBox) and widget.isVisible()]
    assert len(found) == 1
    return found[0]


def test_a_small_project_of_a_large_table_is_opened_beside_the_window(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, target = tmp_path / "t.csv", tmp_path / "small.nnlab"
    table.write_text("a,b,kind\n" + "1.5,2,x\n0.5,3,y\n" * 4000, encoding="utf-8")
    save_project(target, SavedProject(project_for_table(table)))
    assert target.stat().st_size < 20_000 < table.stat().st_size
    monkeypatch.setattr(large_files, "LARGE", 20_000)
    waited: list[str] = []
    wait = large_files.wait_for
    monkeypatch.setattr(large_files, "wait_for", lambda *given, **more: (waited.append(given[3]), wait(*given, **more))[1])
    assert window.files.open_source(str(target))
    assert waited == ["Opening small.nnlab"]
    assert window.document.name == "small" and window.session.data is not None and len(window.session.data.x) == 6400


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("a,b,kind\n" + "1.5,2,x\n0.5,3,y\n" * 40, encoding="utf-8")
    return path


def test_a_project_with_a_large_table_is_saved_and_opened_beside_the_window(
    window: MainWindow, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_for_table(table)
    assert window.files.show_unsaved(SavedProject(project), "t")
    shown: list[str] = []
    monkeypatch.setattr(large_files, "LARGE", 1)
    wait = large_files.wait_for
    monkeypatch.setattr(large_files, "wait_for", lambda *given, **more: (shown.append(given[3]), wait(*given, **more))[1])
    target = tmp_path / "saved.nnlab"
    assert window.files._write(target)
    assert load_project(target).project.graph == project.graph and not window.document.is_edited
    assert window.files.open_source(str(target))
    assert shown == ["Saving saved.nnlab", "Opening saved.nnlab"]
    assert window.document.name == "saved" and window.session.data is not None and len(window.session.data.x) == 64
    (tmp_path / "damaged.nnlab").write_bytes(target.read_bytes()[:200])
    told: list[str] = []
    window.files.failed.connect(told.append)
    assert not window.files.open_source(str(tmp_path / "damaged.nnlab"))
    assert len(told) == 1 and told[0].startswith("damaged.nnlab: the file is incomplete") and window.document.name == "saved"


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the window waited for, of files that count as large."""
    shown: list[str] = []
    monkeypatch.setattr(large_files, "LARGE", 1)
    for module in (large_files, predict_page):
        monkeypatch.setattr(module, "wait_for", lambda *given, **more: (shown.append(given[3]), wait_for(*given, **more))[1])
    return shown


def test_unsaved_work_with_a_large_table_is_recovered_beside_the_window(
    window: MainWindow, table: Path, tmp_path: Path, waited: list[str]
) -> None:
    project = project_for_table(table)
    copy = tmp_path / "copy.nnlab"
    write_copy(copy, SavedProject(project), "flowers", None)
    assert window.files.recover(read_copy(copy))
    assert waited == ["Opening the unsaved work of “flowers”"]
    assert window.document.graph == project.graph and window.document.is_edited
    assert window.session.data is not None and len(window.session.data.x) == 64


@pytest.mark.parametrize(("ending", "expected"), [("csv", []), ("parquet", ["Reading t.parquet"])])
def test_only_a_table_that_has_to_be_read_whole_for_its_first_row_is_read_beside_the_window(
    ending: str, expected: list[str], window: MainWindow, table: Path, waited: list[str], qtbot: QtBot
) -> None:
    path = table.with_suffix(f".{ending}")
    if ending == "parquet":
        with duckdb.connect() as connection:
            connection.execute(f"COPY (FROM read_csv('{table}')) TO '{path}' (FORMAT parquet)")
    assert window.files.show_unsaved(SavedProject(project_for_table(path)), "t")
    qtbot.waitUntil(lambda: window.session.data is not None and window.session.frame is not None, timeout=20_000)
    window.exchange.predict_values()
    page = window.exchange.page
    assert page is not None and waited == expected
    assert page.values == {"a": "1.5", "b": "2"} and page.predicted is not None
    page.accept()


def test_the_window_goes_on_while_it_waits_and_the_box_says_how_far_it_is(window: MainWindow, qtbot: QtBot) -> None:
    go_on, painted = threading.Event(), []

    def work() -> int:
        tell(0.25, "reading rows")
        assert go_on.wait(60)
        return 7

    def look() -> None:
        if not box().words.text().strip():
            QTimer.singleShot(10, look)
            return
        assert (box().bar.value(), box().bar.maximum(), box().words.text()) == (250, 1000, "Reading rows")
        assert box().cancel_button.isHidden()
        qtbot.keyClick(box(), Qt.Key.Key_Escape)  # what cannot be ended goes on
        assert box().isVisible()
        painted.append(window.grab().width())
        go_on.set()

    QTimer.singleShot(0, look)
    assert wait_for(window, window.files.theme, window.session.jobs, "Writing", work, may_cancel=False) == 7
    assert painted == [window.width()]


def test_cancel_ends_it_and_an_error_in_words_is_raised(window: MainWindow, qtbot: QtBot) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        try:
            while not ended.wait(0.01):
                tell(0.5, "reading rows")
        finally:
            ended.set()

    def cancel() -> None:
        if begun.is_set():
            qtbot.mouseClick(box().cancel_button, Qt.MouseButton.LeftButton)
        else:  # a job that is ended before it has begun never runs
            QTimer.singleShot(5, cancel)

    QTimer.singleShot(0, cancel)
    assert wait_for(window, window.files.theme, window.session.jobs, "Reading", work) is None
    assert ended.wait(60)

    def refuse() -> None:
        raise FileError("There is no such file.")

    with pytest.raises(FileError, match=r"^There is no such file\.$"):
        wait_for(window, window.files.theme, window.session.jobs, "Reading", refuse)
