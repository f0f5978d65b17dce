from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from nnlab.core.errors import FileError, WriteError
from nnlab.files import animation as module
from nnlab.files.animation import Animation
from nnlab.jobs.context import Cancelled, JobContext


def frames(count: int) -> list[np.ndarray]:
    """A white square of 8 × 8 that moves over black, in pictures of 40 × 60."""
    made = []
    for k in range(count):
        picture = np.zeros((40, 60, 3), dtype=np.uint8)
        picture[10:18, 4 * k : 4 * k + 8] = 255
        made.append(picture)
    return made


@pytest.mark.parametrize("name", ["run.gif", "run.webp"])
def test_frames_come_back_as_they_were_and_equal_ones_last_longer(tmp_path: Path, name: str) -> None:
    from PIL import Image

    animation = Animation(tmp_path / name, per_second=10)
    for frame in (*frames(5), frames(5)[-1], np.zeros((50, 50, 3), dtype=np.uint8)):  # the last of another size
        animation.add(frame)
    assert len(animation) == 7
    animation.write(JobContext())
    with Image.open(tmp_path / name) as found:
        assert found.n_frames == 6 and found.size == (60, 40)  # type: ignore[attr-defined]
        shown, lasts = [], []
        for k in range(6):
            found.seek(k)
            found.load()
            shown.append(np.asarray(found.convert("RGB")))
            lasts.append(found.info["duration"])
    for k, expected in enumerate(frames(5)):
        assert np.abs(shown[k].astype(int) - expected).mean() < 3, k  # WebP is lossy
    assert lasts == [100, 100, 100, 100, 200, 100]
    assert sorted(os.listdir(tmp_path)) == [name]


def test_a_full_disk_and_a_cancel_leave_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.gif"
    path.write_bytes(b"before")
    animation = Animation(path)
    for frame in frames(3):
        animation.add(frame)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        animation.write(JobContext(cancelled=cancelled))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match="the disk is full.*unchanged"):
            animation.write(JobContext())
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["run.gif"]


def test_limits_names_and_an_empty_recording_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match=r"must end in \.gif or \.webp"):
        Animation(tmp_path / "run.mp4")
    with pytest.raises(WriteError, match="no such folder"):
        Animation(tmp_path / "none" / "run.gif")
    animation = Animation(tmp_path / "run.gif")
    with pytest.raises(FileError, match="Nothing was recorded"):
        animation.write(JobContext())
    monkeypatch.setattr(module, "MOST_FRAMES", 3)
    for frame in frames(5):
        animation.add(frame)
    assert animation.is_full and len(animation) == 3
