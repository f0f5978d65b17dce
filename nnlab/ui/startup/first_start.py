"""The very first start: kernels are compiled once per version, in a child process, with a window that shows how far it is.

Compiling holds Python's lock, so doing it here would freeze the window. What the project to be opened needs comes first; the window
then opens, and a second child compiles all the rest at low priority while people already work. Later starts load what the
children left in the cache.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QProcess, Qt
from PySide6.QtWidgets import QApplication, QProgressDialog

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import cache_folder

MARK, COMPLETE = "ready", "complete"  # files in the cache folder: enough to open a window; everything
_LINE = re.compile(r"(\d+)/(\d+) (.*)")


def compile_kernels(app: QApplication, names: Sequence[str]) -> None:
    """Returns at once when the cache is warm. `names` are operators, optimiser and schedule of the project to be opened.

    Raises NNLabError when compiling fails or is cancelled.
    """
    from nnlab.training.warm import adapters_of, is_warm

    mark = cache_folder() / MARK
    if not mark.exists() or not is_warm(adapters_of(names)):
        _compile_first(names)
        mark.touch()
    # A picture drawn without a screen is done before the rest would be.
    if app.platformName() != "offscreen" and not (cache_folder() / COMPLETE).exists():
        _compile_the_rest(app)


def _compile_first(names: Sequence[str]) -> None:
    dialog = QProgressDialog("Preparing NN Lab for this computer.\nThis happens once and takes about 15 seconds.", "Cancel", 0, 100)
    dialog.setWindowTitle("NN Lab")
    dialog.setMinimumDuration(0)
    dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
    dialog.setValue(0)
    process, loop = QProcess(), QEventLoop()
    process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
    tail: list[str] = []

    def read() -> None:
        for line in bytes(process.readAllStandardOutput().data()).decode(errors="replace").splitlines():
            tail.append(line)
            found = _LINE.match(line)
            if found:
                dialog.setMaximum(int(found[2]))
                dialog.setValue(min(int(found[1]), int(found[2]) - 1))

    process.readyReadStandardOutput.connect(read)
    process.finished.connect(loop.quit)
    process.errorOccurred.connect(loop.quit)
    dialog.canceled.connect(process.kill)
    process.start(sys.executable, ["-c", CHILD + _FIRST, *(names or ("dense",))])
    loop.exec()
    cancelled = dialog.wasCanceled()
    dialog.reset()
    dialog.deleteLater()
    if cancelled:
        raise NNLabError("Preparing was cancelled; start NN Lab again to finish it.")
    if process.exitStatus() != QProcess.ExitStatus.NormalExit or process.exitCode() != 0:
        reason = next((line for line in reversed(tail) if line.strip()), "no reason given")
        raise NNLabError(f"The kernels could not be compiled into {cache_folder()}: {reason}")


def _compile_the_rest(app: QApplication) -> None:
    """Starts the second child; it ends with the application, and the next start goes on where it was."""
    if getattr(app, "nnlab_warming", None) is not None:
        return
    process = QProcess(app)
    process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
    process.readyReadStandardOutput.connect(process.readAllStandardOutput)  # nobody reads it, and a full pipe would stop the child

    def finished(status: int) -> None:
        if status == 0 and process.exitStatus() == QProcess.ExitStatus.NormalExit:
            (Path(cache_folder()) / COMPLETE).touch()

    process.finished.connect(finished)
    app.aboutToQuit.connect(process.kill)
    app.nnlab_warming = process  # type: ignore[attr-defined]  # one per application
    process.start(sys.executable, ["-c", CHILD + _QUIETLY])


# Children end with the window, also when that is killed (see nnlab.core.parent).
CHILD = "from nnlab.core.parent import end_with_parent; end_with_parent(); "
_FIRST = "import sys; from nnlab.ui.startup.warm import compile_first; compile_first(sys.argv[1:])"
# The window and its training come first; the rest has time.
_QUIETLY = "import os; getattr(os, 'nice', lambda n: 0)(15); from nnlab.ui.startup.warm import compile_all; compile_all()"
