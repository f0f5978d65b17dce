from __future__ import annotations

import contextlib
import os
from pathlib import Path

import full_disks
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


def test_a_disk_that_fills_up_while_recording_leaves_a_sentence_and_no_file(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document(spiral_project())
    session = LiveSession(document)
    recording, label = Recording(document, session), QLabel("one")
    qtbot.addWidget(label)
    label.resize(80, 40)
    label.show()
    told: list[str] = []
    recording.failed.connect(told.append)
    session.jobs.failed.connect(lambda sentence, detail: told.append(sentence))
    with full_disks.tiny_disk(tmp_path / "disk") as disk:
        recording.start(label, disk / "a.gif")
        assert "a.gif" in told.pop() and recording.job is None, "where there is no room to begin with it does not begin"
        monkeypatch.setattr(module, "ROOM", 1)
        recording.start(label, disk / "a.gif")
        animation = recording._animation
        assert animation is not None
        qtbot.waitUntil(lambda: len(animation) >= 1)
        with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))
        recording.stop()
        qtbot.waitUntil(lambda: recording.job is None)
        qtbot.waitUntil(lambda: bool(told))
        assert len(told) == 1 and "a.gif" in told[0] and "full" in told[0].lower(), told
        assert os.listdir(disk) == ["filler"] and not recording.is_recording
    recording.start(label, tmp_path / "b.gif")
    qtbot.waitUntil(lambda: recording._animation is not None and len(recording._animation) >= 1)
    recording.stop()
    qtbot.waitUntil(lambda: recording.job is None)
    assert (tmp_path / "b.gif").is_file(), "and the next one goes elsewhere"
    end(document, session)
