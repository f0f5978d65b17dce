"""Plug-ins of a person: Python files in the folder `plugins` of their home, each registering an operator, an optimiser or a data set.

They are loaded once in every process, when a registry is first asked, so that worker processes and commands know them as the window does.
Unlike anything inside a project file they are run: whoever can write into that folder can do so already.
"""

from __future__ import annotations

import importlib.util
import os
import sys
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


def load_plugin(path: Path) -> None:
    """Imports one file from outside the package (a user's operator, optimiser or data set), which registers what it defines.

    Raises NNLabError naming the file when its code fails.
    """
    name = f"nnlab_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NNLabError(f"{path}: a plug-in must be a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise NNLabError(f"{path}: the plug-in failed to load: {type(error).__name__}: {error}.") from error
