"""Plug-ins of a person: Python files in the folder `plugins` of their home, each registering an operator, an optimiser or a data set.

They are loaded once in every process, when a registry is first asked, so that worker processes and commands know them as the window does.
Unlike anything inside a project file they are run: whoever can write into that folder can do so already.
"""

from __future__ import annotations

import os
import threading
import warnings
from pathlib import Path

import platformdirs

from nnlab.core.errors import NNLabError

_loading = threading.RLock()
_begun: set[Path] = set()  # folders whose files have been loaded, or are being loaded by the thread that holds the lock


def own_folder() -> Path:
    """Where plug-ins lie; it need not be there. NNLAB_HOME moves it with everything else."""
    return Path(os.environ.get("NNLAB_HOME") or platformdirs.user_data_dir("nnlab", appauthor=False)) / "plugins"


def load_own_plugins() -> None:
    """All of them by name, once. One that fails is said in a sentence, and the others are loaded."""
    from nnlab.core.registry import load_plugin

    with _loading:
        folder = own_folder()
        if folder in _begun:
            return
        _begun.add(folder)
        try:
            paths = sorted(folder.glob("*.py"))
        except OSError as error:
            warnings.warn(f"The plug-ins in {folder} cannot be read: {error.strerror or error}.", stacklevel=2)
            return
        for path in paths:
            try:
                load_plugin(path)
            except NNLabError as error:
                warnings.warn(str(error), stacklevel=2)
