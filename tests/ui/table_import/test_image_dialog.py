"""The import page for images in a real window: a preview by class, a size that is changed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from image_files import make_folder, make_idx
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow, shared_window

from nnlab.ui.panels.data import DataPanel
from nnlab.ui.table_import.image_dialog import ImageImportDialog
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def shared(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    with shared_window(tmp_path_factory.mktemp("shared")) as window:
        yield window


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    return shared.as_new(qtbot)


def shown(window: MainWindow, qtbot: QtBot, path: Path) -> ImageImportDialog:
    window.files.open_path(str(path))
    dialog = window.files.tables.dialog
    assert isinstance(dialog, ImageImportDialog)
    qtbot.waitUntil(lambda: dialog.seen is not None or bool(dialog.problem.text()), timeout=20_000)
    return dialog


def test_a_folder_from_its_preview_to_a_network_that_trains_and_back(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    root = make_folder(tmp_path / "pictures", 12, (8, 8), "RGB")
    assert window.files.reason_against([QUrl.fromLocalFile(str(root))]) is None, "a folder may be dropped on the window"
    dialog = shown(window, qtbot, root)
    assert dialog.about.text() == "24 images in 2 classes" and dialog.rows.accessibleDescription() == "dark: 12 images; light: 12 images"
    assert dialog.summary.text() == "Predicts one of 2 classes from 192 numbers; training takes about 0 MB of memory."
    dialog.image_form.committed.emit("color", "grey")
    qtbot.waitUntil(lambda: "64 numbers" in dialog.summary.text(), timeout=20_000)
    dialog.image_form.committed.emit("height", 4)
    qtbot.waitUntil(lambda: "32 numbers" in dialog.summary.text(), timeout=20_000)
    dialog.split_form.committed.emit("test_share", 0.25)
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.name == "pictures", timeout=20_000)
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    data = window.session.data
    assert data is not None and data.planes == (1, 4, 8) and len(data.test_x) == 6
    assert [node.operator for node in window.document.graph][:3] == ["input", "reshape", "conv2d"]
    panel = window.panels["data"]
    assert isinstance(panel, DataPanel) and panel.columns_button.text() == "Images…" and not panel.columns_button.isHidden()
    panel.show_columns()  # shown again as they are used, and changed as one edit
    again = panel.tables.dialog
    assert isinstance(again, ImageImportDialog)
    qtbot.waitUntil(lambda: again.seen is not None, timeout=20_000)
    assert again.form is not None and (again.form.height, again.form.width, again.form.is_color) == (4, 8, False)
    again.image_form.committed.emit("fitting", "pad")
    qtbot.waitUntil(again.import_button.isEnabled, timeout=20_000)
    again.take()
    qtbot.waitUntil(lambda: window.document.project.data.settings["fitting"] == "pad", timeout=20_000)
    window.document.undo()
    assert window.document.project.data.settings["fitting"] == "crop"


def test_what_cannot_be_used_is_told_and_the_page_stays(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    before = window.document.project
    root = make_folder(tmp_path / "pictures", 20)
    (root / "dark" / "19.png").write_text("beyond those that the preview reads")
    dialog = shown(window, qtbot, root)
    dialog.take()
    qtbot.waitUntil(lambda: bool(dialog.problem.text()), timeout=20_000)
    assert dialog.problem.text() == "dark/19.png is no PNG or JPEG image; replace or remove it." and dialog.import_button.isEnabled()
    assert dialog.isVisible() and window.document.project == before
    dialog.reject()
    path = make_idx(tmp_path / "idx")
    path.write_bytes(path.read_bytes()[:-9])
    cut = shown(window, qtbot, path)
    assert cut.problem.text() == "train-images-idx3-ubyte.gz is a damaged gzip file; download it again."
    assert not cut.import_button.isEnabled()
    cut.reject()
    assert window.files.reason_against([QUrl.fromLocalFile(str(root / "dark" / "00.png"))]) is None
    alone = shown(window, qtbot, root / "dark" / "00.png")
    assert alone.problem.text() == "00.png is a single image; choose the folder that holds a folder of images for each class."
    alone.reject()


def test_the_labels_of_an_idx_file_may_lie_elsewhere(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    images = make_idx(tmp_path / "idx")
    elsewhere = tmp_path / "other names.bin"
    images.with_name("train-labels-idx1-ubyte.gz").rename(elsewhere)
    dialog = shown(window, qtbot, images)
    assert "there is no file of labels beside it" in dialog.problem.text() and not dialog.labels_button.isHidden()
    dialog.take_labels(str(elsewhere))
    qtbot.waitUntil(lambda: dialog.seen is not None, timeout=20_000)
    assert dialog.about.text() == "30 images in 3 classes" and not dialog.problem.text()
    dialog.take()
    qtbot.waitUntil(lambda: window.document.project.data.settings.get("labels") == str(elsewhere), timeout=20_000)


def test_a_folder_has_no_file_of_labels(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(window, qtbot, make_folder(tmp_path / "pictures", 3))
    assert dialog.labels_button.isHidden()
    dialog.reject()
