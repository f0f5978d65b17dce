"""Where compiled code is kept between starts."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

from nnlab.core.folders import system_variables, usable_folder

SHIPPED = Path(__file__).parents[2] / "kernels"  # put there by packaging/build.py


def digest(*texts: str) -> str:
    """A short hash of source texts, used in file and folder names."""
    state = hashlib.sha256()
    for text in texts:
        state.update(text.encode())
        state.update(b"\0")
    return state.hexdigest()[:16]


def cache_root() -> Path:
    """Where everything lies that is kept to be quick and can be made again."""
    wished = os.environ.get("NNLAB_CACHE") or platformdirs.user_cache_dir("nnlab", appauthor=False)
    return usable_folder(Path(wished), "NNLAB_CACHE", "compiled kernels", system_variables("XDG_CACHE_HOME"))


@cache
def cache_folder() -> Path:
    """The folder of this version of the kernel package and this Python; created on first use."""
    folder = cache_root() / "kernels" / _version()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def shipped_folder() -> Path | None:
    """Compiled code that came with the application, for this version of the kernel package; nothing is ever written there."""
    folder = SHIPPED / _version()
    return folder if folder.is_dir() else None


def _version() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return f"py{sys.version_info.major}{sys.version_info.minor}-{digest(*(p.read_text(encoding='utf-8') for p in sources))}"
