"""Every wait of a test has an end: a process or a thread that never comes fails its test instead of holding up the whole suite.

`tests/test_waits.py` finds waits without one.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 240.0  # seconds, less than pytest allows a test (pyproject.toml), so that it fails by itself and the worker lives on


def join(*threads: threading.Thread) -> None:
    """Waits for threads to end; fails when one does not."""
    for thread in threads:
        thread.join(LIMIT)
        assert not thread.is_alive(), f"{thread.name} has not ended"


@contextmanager
def mortal(process: subprocess.Popen[Any]) -> Iterator[None]:
    """While the output of `process` is read: it is killed when that takes too long, so that the read comes to the end of the output."""
    end = threading.Timer(LIMIT, process.kill)
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()
