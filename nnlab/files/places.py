"""Where NN Lab keeps what belongs to the person and not to one project file.

`NNLAB_HOME` moves all of it, so that tests and portable installations touch nothing else. Compiled kernels are a cache and have a
place of their own (`nnlab.core.kernel.cache`).
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from nnlab.core.folders import system_variables, usable_folder


def home() -> Path:
    """The folder for settings, recent files, plug-ins and unpacked data; a temporary one where it cannot be made."""
    wished = os.environ.get("NNLAB_HOME") or platformdirs.user_data_dir("nnlab", appauthor=False)
    return usable_folder(Path(wished), "NNLAB_HOME", "settings", system_variables("XDG_DATA_HOME"))


def unpacked_data() -> Path:
    """Where the data files that travelled inside projects are unpacked to, each in a folder named by its content."""
    return home() / "data"
