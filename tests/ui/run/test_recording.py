from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from worlds import end, spiral_project

from nnlab.files import animation as module
from nnlab.ui.document.document import Document
from nnlab.ui.run.recording import Recording
from nnlab.ui.run.session import LiveSession


def test_a_recording_is_written_when_it_is_stopped_or_full_and_not_when_it_is_cancelled(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    document = Document(spiral_project())
    session = LiveSession(document)
    recording, label = Recording(document, session), QLabel("one")
    qtbot.addWidget(label)
    label.resize(80, 40)
    label.show()
    told: list[str] = []
    recording.told.connect(told.append)
    recording.failed.connect(told.append)
    recording.start(label, tmp_path / "a.gif")
    assert recording.is_recording
    recording.start(label, tmp_path / "b.gif")
    assert told.pop().startswith("One recording at a time")
    label.setText("two")
    animation = recording._animation
    assert animation is not None
    qtbot.waitUntil(lambda: len(animation) >= 2)
    recording.stop()
    qtbot.waitUntil(lambda: recording.job is None)
    assert not recording.is_recording and "a.gif was written: " in told.pop()
    with Image.open(tmp_path / "a.gif") as found:
        assert found.size == (80, 40) and found.n_frames >= 1  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "MOST_FRAMES", 2)
    recording.start(label, tmp_path / "full.webp")
    qtbot.waitUntil(lambda: recording.job is None)
    assert "It ended by itself: a recording has at most" in told.pop()
    monkeypatch.undo()
    recording.start(label, tmp_path / "gone.gif")
    assert recording.job is not None
    recording.job.cancel()
    qtbot.waitUntil(lambda: recording.job is None)
    assert sorted(os.listdir(tmp_path)) == ["a.gif", "full.webp"] and not recording.is_recording
    recording.start(label, tmp_path / "x.mp4")
    assert "must end in .gif or .webp" in told.pop() and recording.job is None
    end(document, session)
