"""The questions that working with files may raise, one function each: it asks, and returns the answer as a plain value."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnlab.files.project_file import SUFFIX
from nnlab.lessons.archive import SUFFIX as LESSON
from nnlab.tables.reader import table_suffixes
from nnlab.ui.files.lock import Holder

_TABLES = " ".join(f"*{suffix}" for suffix in table_suffixes())
TABLE_FILTER = f"Tables ({_TABLES});;All files (*)"
_ALL = f"*{SUFFIX} *{LESSON} *.json *.onnx *ubyte {_TABLES}"
_PROJECTS = f"Projects (*{SUFFIX});;Lessons (*{LESSON} lesson.toml);;Graphs (*.json)"
OPEN_FILTER = f"All that NN Lab reads ({_ALL});;{_PROJECTS};;{TABLE_FILTER}"


def ask_what_to_open(parent: QWidget, folder: str) -> str:
    """A file to open; empty when none was chosen."""
    return QFileDialog.getOpenFileName(parent, "Open", folder, OPEN_FILTER)[0]


def ask_for_lesson(parent: QWidget, folder: str) -> str:
    """A lesson's file, or the lesson.toml in its folder; empty when none was chosen."""
    return QFileDialog.getOpenFileName(parent, "Open a lesson", folder, f"Lessons (*{LESSON} lesson.toml)")[0]


def ask_where_to_write_answers(parent: QWidget) -> Path | None:
    """A path that ends in .csv; None when none was chosen."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save answers", "answers.csv", "Comma-separated values (*.csv)")
    return None if not name else Path(name) if name.lower().endswith(".csv") else Path(f"{name}.csv")


def ask_for_images(parent: QWidget, folder: str) -> str:
    """A folder with a folder of images for each class; empty when none was chosen."""
    return QFileDialog.getExistingDirectory(parent, "A folder of images for each class in", folder)


def ask_where_to_save(parent: QWidget, suggested: Path) -> Path | None:
    """A path that ends in .nnlab and may be written to; None when none was chosen."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save as", str(suggested), f"Projects (*{SUFFIX})")
    if not name:
        return None
    path = Path(name)
    if path.suffix.lower() == SUFFIX:
        return path
    path = path.with_name(path.name + SUFFIX)
    # The file dialog asked about the name as it was typed, which was another one.
    return path if not path.exists() or ask_to_replace(parent, path) else None


def ask_to_replace(parent: QWidget, path: Path) -> bool:
    """Whether a file that is there may be written over."""
    buttons = QMessageBox.StandardButton
    question = f"“{path.name}” already exists. Replace it?"
    return QMessageBox.question(parent, "Save as", question, buttons.Yes | buttons.No, buttons.No) == buttons.Yes


def ask_about_unsaved(parent: QWidget, name: str, trained: str = "") -> Literal["save", "discard", "cancel"]:
    """What to do with unsaved changes before the project is given up; `trained` says what it learned, when nothing else has changed."""
    buttons = QMessageBox.StandardButton
    question = f"“{name}” was {trained} since it was saved. Save it first?" if trained else f"Save the changes to “{name}” first?"
    answer = QMessageBox.question(parent, "Unsaved changes", question, buttons.Save | buttons.Discard | buttons.Cancel, buttons.Save)
    if answer == buttons.Save:
        return "save"
    return "discard" if answer == buttons.Discard else "cancel"


def ask_about_changed_file(parent: QWidget, path: Path) -> Literal["replace", "other", "cancel"]:
    """What to do when a file has changed on disk since it was opened or saved."""
    answer = _ask(
        parent, "Changed on disk", f"“{path.name}” has changed on disk since you opened it.",
        "Another program or window has written it. Replacing it loses those changes.", "&Save as…", "&Replace",
    )  # fmt: skip
    return ("other", "replace", "cancel")[answer]


def ask_about_open_elsewhere(parent: QWidget, name: str, holder: Holder) -> Literal["copy", "anyway", "cancel"]:
    """What to do with a project that another window has open."""
    answer = _ask(
        parent, "Open elsewhere", f"“{name}” is open {holder.words}.",
        "Two windows that save to one file overwrite each other's work. A copy is saved to another file.", "Open a &copy", "Open &anyway",
    )  # fmt: skip
    return ("copy", "anyway", "cancel")[answer]


def _ask(parent: QWidget, title: str, question: str, why: str, safe: str, bold: str) -> int:
    """0 for the safe answer, which Enter gives; 1 for the one that may lose something; 2 for none of them."""
    box = QMessageBox(QMessageBox.Icon.Question, title, question, parent=parent)
    box.setInformativeText(why)
    buttons = [box.addButton(safe, QMessageBox.ButtonRole.AcceptRole), box.addButton(bold, QMessageBox.ButtonRole.DestructiveRole)]
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.setDefaultButton(buttons[0])
    box.exec()
    chosen = next((i for i, button in enumerate(buttons) if button is box.clickedButton()), 2)
    box.deleteLater()
    return chosen


def ask_to_discard_copy(parent: QWidget, name: str) -> bool:
    """Whether unsaved work that was left behind may be deleted for good."""
    buttons = QMessageBox.StandardButton
    question = f"Delete the unsaved work of “{name}” permanently?"
    return QMessageBox.question(parent, "Unsaved work", question, buttons.Discard | buttons.Cancel, buttons.Cancel) == buttons.Discard
