"""A network that has no room in memory: a reason, and everything but training goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.core import memory
from nnlab.files.project_file import load_project
from nnlab.graph import edits

pytestmark = pytest.mark.window


def test_a_network_too_large_for_memory_can_be_saved_and_made_smaller(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 200_000_000)  # bytes; two layers of 65,536 take 137 GB
    with real_windows(qtbot, tmp_path / "home") as open_one:
        window = open_one("spiral")
        play = window.findChild(QAction, "run.play")
        assert isinstance(play, QAction)
        graph = window.document.graph
        for node in ("dense_1", "dense_2"):
            graph = edits.configure(graph, node, units=65_536)
        window.document.apply("Widen", graph)
        sentence = "There is not enough memory for this network and batch: it takes"
        qtbot.waitUntil(lambda: window.session.reason.startswith(sentence), timeout=10_000)
        assert not play.isEnabled() and play.toolTip() == window.session.reason == window.transport.bar.unavailable
        message = window.message_bar.current
        assert message is not None and message.text == window.session.reason
        window.autosave.copy_if_due()
        qtbot.waitUntil(lambda: window.autosave._writing is None, timeout=10_000)
        copy = window.autosave.path
        assert copy is not None and load_project(copy).project == window.document.project
        assert window.files._write(tmp_path / "large.nnlab")
        assert load_project(tmp_path / "large.nnlab").project == window.document.project
        window.document.undo()
        qtbot.waitUntil(lambda: play.isEnabled(), timeout=10_000)
        assert play.toolTip() == "Trains until you pause"
        window.session.run_iterations(3)
        qtbot.waitUntil(lambda: window.session.iteration == 3, timeout=10_000)
