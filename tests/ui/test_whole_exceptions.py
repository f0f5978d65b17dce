"""A method that Qt calls may fail like any other: it is told, and the process lives.

What C code raises is a bare text before Python 3.12 until somebody catches it, which PySide takes for an object: a segmentation fault.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnlab.ui.whole_exceptions import whole

SCRIPT = Path(__file__).parent / "failing_overrides.py"
ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


@pytest.mark.parametrize("order", ["before", "after"])
def test_overrides_that_fail_are_told_and_the_process_lives(order: str) -> None:
    """Whether PySide is there before `nnlab.ui` or comes after it."""
    run = subprocess.run([sys.executable, str(SCRIPT), order], capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    assert run.returncode == 0, run.stderr[-2000:]
    told = run.stdout.split("\n")
    for name in ("sizeHint", "showEvent", "event", "resizeEvent", "paintEvent", "boundingRect", "data", "mixedIn"):
        assert any(line.startswith(name) and "invalid literal for int()" in line for line in told), (name, run.stdout)
    assert told[-2] == "alive"


def test_nothing_of_qt_is_loaded_for_it() -> None:
    code = "import sys, nnlab.ui; print(*{'PySide6', 'shiboken6'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.strip() == ""


def test_what_a_method_returns_and_raises_is_passed_on() -> None:
    """With its arguments and under its name."""

    def divided(a: int, *, by: int) -> float:
        return a / by

    assert (whole(divided)(6, by=4), whole(divided).__name__) == (1.5, "divided")
    with pytest.raises(ZeroDivisionError):
        whole(divided)(6, by=0)
