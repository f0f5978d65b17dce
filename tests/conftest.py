"""What every test may rely on: no window on anybody's screen, and nobody's settings touched.

`NNLAB_HOME` moves everything the app stores (settings, recent files, autosave, plug-ins) to a folder that lives as long as
the test run. The compiled kernels have a variable of their own, `NNLAB_CACHE`, and stay where they are: compiling them again
in every run would cost minutes and test nothing.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

_home = tempfile.mkdtemp(prefix="nnlab-tests-")
os.environ["NNLAB_HOME"] = _home
os.environ["NNLAB_VERIFY"] = "1"  # every program that any test compiles is checked before it runs
atexit.register(shutil.rmtree, _home, ignore_errors=True)

# The first call of a kernel compiles or loads it: a deadline per example would measure that.
settings.register_profile("nnlab", deadline=None)
settings.load_profile("nnlab")


def pytest_sessionfinish() -> None:
    """Empties the clipboard: what a test copied would outlive the interpreter in Qt's own static memory, and abort the process."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is not None and widgets.QApplication.instance() is not None:
        widgets.QApplication.clipboard().clear()
