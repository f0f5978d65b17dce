"""A real file system that is soon full, where the system lets a test mount one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from endings import LIMIT


@contextmanager
def tiny_disk(folder: Path) -> Iterator[Path]:
    """256 KB at `folder`, which is made; the test is skipped where that is not allowed."""
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk; a full disk is injected in the tests beside this one")
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "nnlab-test", str(folder)]
    if subprocess.run(command, capture_output=True, check=False, timeout=LIMIT).returncode != 0:
        pytest.skip("this system lets nobody mount a small disk; a full disk is injected in the tests beside this one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=LIMIT)
