"""What a person's start opens on: a file that leaves something open is asked about, not refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nnlab.app import window_on
from nnlab.core.errors import NNLabError
from nnlab.ui.table_import.dialog import ImportDialog

pytestmark = pytest.mark.window


def test_a_table_that_leaves_a_question_open_begins_with_the_import_page(qtbot: QtBot, tmp_path: Path) -> None:
    """By a double click in a file manager nothing happened: the question went to a terminal that is not there."""
    path = tmp_path / "trees.csv"
    path.write_text("width;kind\n" + "".join(f"1,{k};{'ab'[k % 2]}\n" for k in range(40)) + "abc;a\n")
    window = window_on(str(path))
    try:
        dialog = window.files.tables.dialog
        assert isinstance(dialog, ImportDialog)
        qtbot.waitUntil(lambda: dialog.isVisible() and dialog._read is not None)
        assert dialog._read is not None
        assert [question.column for question in dialog._read.proposal.questions] == ["width"]
        dialog.reject()
    finally:
        window.files.give_up()
        window.close()


def test_what_cannot_be_read_is_still_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("")
    with pytest.raises(NNLabError):
        window_on(str(path))
