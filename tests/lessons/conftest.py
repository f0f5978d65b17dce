"""Folders of lessons to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Writes = Callable[..., Path]
HEAD = 'title = "A"\nsummary = "B"\nexperiment = 1\norder = 1\nminutes = 5\n'
STEP = '[[step]]\ntitle = "C"\ntext = "first"\n'


@pytest.fixture
def lesson_folder(tmp_path: Path) -> Writes:
    """lesson_folder(toml, markdown): a folder with these two files."""

    def write(toml: str, markdown: str = "## first\nWords.\n") -> Path:
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        (folder / "lesson.toml").write_text(toml, encoding="utf-8")
        (folder / "lesson.md").write_text(markdown, encoding="utf-8")
        return folder

    return write
