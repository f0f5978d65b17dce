"""How this program is started as a child: by Python, or the application by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from endings import LIMIT

from nnlab import __version__
from nnlab.core.own_command import own_command


def test_the_command_is_this_version() -> None:
    done = subprocess.run(own_command("--version"), capture_output=True, text=True, check=True, timeout=LIMIT)
    assert done.stdout.strip() == f"NN Lab {__version__}"


def test_an_application_is_its_own_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command("warm-up", "--child") == [sys.executable, "warm-up", "--child"]
