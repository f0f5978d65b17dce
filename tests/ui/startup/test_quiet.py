"""What commands write to stderr where there is no screen: what is meant for people, and nothing of Qt's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, timeout=300, check=False)


def test_a_picture_is_written_without_a_word_of_qt(tmp_path: Path) -> None:
    done = run("-m", "nnlab", "picture", "spiral", "-o", str(tmp_path / "spiral.png"))
    assert done.returncode == 0 and (tmp_path / "spiral.png").stat().st_size > 10_000
    assert done.stderr.splitlines() == [f"Written to {tmp_path / 'spiral.png'}"]


def test_other_warnings_of_qt_are_still_written() -> None:
    code = (
        "from nnlab.app import application; from PySide6.QtCore import qWarning; from PySide6.QtWidgets import QWidget;"
        "app = application(); w = QWidget(); w.show(); w.raise_(); app.processEvents(); qWarning('something else')"
    )
    done = run("-c", code)
    assert done.returncode == 0 and done.stderr.splitlines() == ["something else"]
