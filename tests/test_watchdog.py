"""A test that waits for ever is ended with the stacks of its threads: by pytest-timeout, or by faulthandler where Python cannot run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from endings import LIMIT

SUPPORT = Path(__file__).parent / "support"
CONFTEST = """
import pytest
from watchdog import Watchdog

watchdog = Watchdog(grace=0.5, roughly=0.0)

def pytest_configure():
    watchdog.open()

def pytest_timeout_set_timer(item, settings):
    watchdog.begin(item, settings)
    return True

def pytest_timeout_cancel_timer(item):
    watchdog.end()

def pytest_unconfigure():
    watchdog.close()
"""


def run(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {SUPPORT}\ntimeout = 0.5\ntimeout_method = thread\n", encoding="utf-8")
    (tmp_path / "test_it.py").write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:pytest-qt", "test_it.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=LIMIT)


@pytest.mark.parametrize(
    ("waiting", "told"),
    [("threading.Event().wait()", "++ Timeout ++"), ("ctypes.PyDLL(None).pause()", "Timeout (0:00:01")],
    ids=["in Python", "in compiled code that keeps Python's lock"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="pause() is not there")
def test_a_test_that_waits_for_ever_ends_with_its_stack(tmp_path: Path, waiting: str, told: str) -> None:
    body = f"import ctypes, threading\ndef test_before(): pass\ndef test_that_hangs():\n    {waiting}\n"
    answer = run(tmp_path, body)
    assert answer.returncode == 1
    assert told in answer.stdout + answer.stderr and "test_that_hangs" in answer.stdout + answer.stderr


def test_many_tests_take_longer_together_than_one_may(tmp_path: Path) -> None:
    body = "import time, pytest\n@pytest.mark.parametrize('i', range(6))\ndef test_short(i): time.sleep(0.2)\n"
    answer = run(tmp_path, body)
    assert answer.returncode == 0 and "6 passed" in answer.stdout, answer.stdout + answer.stderr
