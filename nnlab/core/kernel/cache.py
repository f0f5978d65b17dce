"""Where compiled code is kept between starts."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

from nnlab.core.folders import system_variables, usable_folder


def digest(*texts: str) -> str:
    """A short hash of source texts, used in file and folder names."""
    state = hashlib.sha256()
    for text in texts:
        state.update(text.encode())
        state.update(b"\0")
    return state.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """The folder of this version of the kernel package and this Python; created on first use."""
    wished = os.environ.get("NNLAB_CACHE") or platformdirs.user_cache_dir("nnlab", appauthor=False)
    root = usable_folder(Path(wished), "NNLAB_CACHE", "compiled kernels", system_variables("XDG_CACHE_HOME"))
    sources = sorted(Path(__file__).parent.glob("*.py"))
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    folder = root / "kernels" / f"{version}-{digest(*(p.read_text(encoding='utf-8') for p in sources))}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
