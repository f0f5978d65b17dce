"""The built application's folder is moved while its window is open."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from nnlab.core.own_folder import MOVED, FolderGuard, FolderMovedError, guard_imports
from nnlab.ui.look.theme import Theme
from nnlab.ui.startup.moved import MovedFolderNotice
from nnlab.ui.widgets.message_bar import MessageBar


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process is an application of PyInstaller for once, whose parts lie here; a module that nobody has loaded yet is one of them."""
    inside = tmp_path / "nnlab" / "_internal"
    inside.mkdir(parents=True)
    (inside / "part_that_is_loaded_late.py").write_text("ANSWER = 42\n")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(inside), raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.syspath_prepend(str(inside))
    return inside


def test_a_part_that_is_asked_for_after_a_move_is_refused_in_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard_imports(folder)
    guard_imports(folder)
    assert [type(finder) for finder in sys.meta_path].count(FolderGuard) == 1
    monkeypatch.delitem(sys.modules, "part_that_is_loaded_late", raising=False)
    assert importlib.import_module("part_that_is_loaded_late").ANSWER == 42
    monkeypatch.delitem(sys.modules, "part_that_is_loaded_late")
    folder.parent.rename(folder.parent.with_name("moved"))
    with pytest.raises(FolderMovedError, match=r"^The folder of NN Lab was moved"):
        importlib.import_module("part_that_is_loaded_late")
    assert importlib.import_module("json")  # what is loaded is not asked for again


def test_the_window_tells_it_when_somebody_comes_back(folder: Path, qapp: QApplication, qtbot, theme: Theme) -> None:
    bar = MessageBar(theme)
    qtbot.addWidget(bar)
    notice = MovedFolderNotice(qapp, bar)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert bar.current is None
    folder.parent.rename(folder.parent.with_name("moved"))
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert bar.current is not None and bar.current.text == MOVED and bar.current.kind == "error"
    notice.deleteLater()


def test_an_installed_package_looks_after_nothing(
    qapp: QApplication, qtbot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    bar = MessageBar(theme)
    qtbot.addWidget(bar)
    MovedFolderNotice(qapp, bar).look()
    assert bar.current is None and not any(isinstance(finder, FolderGuard) for finder in sys.meta_path)
