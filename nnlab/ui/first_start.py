"""The very first start: kernels are compiled once per version, in a child process, with a window that shows how far it is.

Compiling holds Python's lock, so doing it here would freeze the window. Later starts load what the child left in the cache.
"""

from __future__ import annotations

import re
import sys

from PySide6.QtCore import QEventLoop, QProcess, Qt
from PySide6.QtWidgets import QApplication, QProgressDialog

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import cache_folder

MARK = "ready"
_LINE = re.compile(r"(\d+)/(\d+) (.*)")


def compile_kernels(app: QApplication) -> None:
    """Returns at once when the cache is warm. Raises NNLabError when compiling fails or is cancelled."""
    mark = cache_folder() / MARK
    if mark.exists():
        return
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
    process.start(sys.executable, ["-m", "nnlab.ui.warm"])
    loop.exec()
    cancelled = dialog.wasCanceled()
    dialog.reset()
    dialog.deleteLater()
    if cancelled:
        raise NNLabError("Preparing was cancelled; start NN Lab again to finish it.")
    if process.exitStatus() != QProcess.ExitStatus.NormalExit or process.exitCode() != 0:
        reason = next((line for line in reversed(tail) if line.strip()), "no reason given")
        raise NNLabError(f"The kernels could not be compiled into {cache_folder()}: {reason}")
    mark.touch()
