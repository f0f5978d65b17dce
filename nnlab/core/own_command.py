"""How this program is started again, as a child: `python -m nnlab`, or the application itself where there is no Python to be called."""

from __future__ import annotations

import sys


def own_command(*arguments: str) -> list[str]:
    """A command line of `nnlab` in a process of its own."""
    return [sys.executable, *arguments] if is_application() else [sys.executable, "-m", "nnlab", *arguments]


def is_application() -> bool:
    """Whether this is the built application (PyInstaller), which brings Python along."""
    return bool(getattr(sys, "frozen", False))
