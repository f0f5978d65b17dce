"""`nnlab record`: the real window or one panel while it trains, as a file of so many frames; what cannot be recorded says why."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from command_line import run_command
from PySide6.QtWidgets import QApplication


def test_the_window_is_recorded_while_it_trains(
    qapp: QApplication, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    from PIL import Image

    gif = tmp_path / "window.gif"
    answer = run_command(capfd, "record", "xor", "-o", gif, "--steps", 40, "--frames", 3, "--per-second", 5, "--size", "1024x700")
    assert answer.status == 0 and answer.err.splitlines()[-1] == f"Written to {gif}: 3 frames"
    with Image.open(gif) as found:
        assert found.size == (1024, 700)
        frames, durations = [], 0
        for k in range(found.n_frames):  # type: ignore[attr-defined]
            found.seek(k)
            durations += found.info["duration"]
            frames.append(np.asarray(found.convert("RGB")))
    assert durations == 3 * 200, "frames that are alike last longer, none is lost"
    assert any((one != other).any() for one, other in pairwise(frames)), "training is seen"
    assert [path.name for path in tmp_path.iterdir()] == ["window.gif"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-o", "a.mp4"), "must end in .gif or .webp"),
        (("-o", "a.gif", "--panel", "lossy"), "There is no panel 'lossy'"),
        (("-o", "missing/a.gif"), "missing"),
    ],
)
def test_what_cannot_be_recorded_is_one_sentence(
    qapp: QApplication, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    answer = run_command(capfd, "record", "xor", "--steps", 4, "--frames", 2, *arguments)
    assert answer.status != 0 and sentence in answer.error
    assert not list(tmp_path.iterdir())
