"""The questions around adapters and their folders, one function each: it asks, and returns the answer as a plain value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget


def ask_for_adapter(parent: QWidget, folder: str) -> str:
    """A folder with an adapter; empty when none was chosen."""
    return QFileDialog.getExistingDirectory(parent, "Load adapter: choose its folder", folder)


def ask_where_to_save_adapter(parent: QWidget, suggested: Path) -> Path | None:
    """The folder to be written; None when none was chosen."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save adapter as a folder", str(suggested))
    return Path(name) if name else None


def ask_which(parent: QWidget, why: str, names: Sequence[str]) -> str | None:
    """One of several adapters; None when none was chosen."""
    name, is_chosen = QInputDialog.getItem(parent, f"{why} adapter", "Adapter", list(names), 0, False)
    return name if is_chosen else None
