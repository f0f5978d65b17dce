"""The very first start: kernels are compiled once per version, in a child process, with a window that shows how far it is.

Compiling holds Python's lock, so doing it here would freeze the window. What the project to be opened needs comes first; the window
then opens, and a second child compiles all the rest at low priority while people already work. Later starts load what the
children left in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEventLoop, QProcess, Qt
from PySide6.QtWidgets import QApplication, QProgressDialog

from nnlab.core.errors import NNLabError
from nnlab.core.kernel import cache_folder, module_is_compiled
from nnlab.core.kernel.processor import processor
from nnlab.core.own_command import own_command

COMPLETE = "complete"  # a file in the cache folder: everything is compiled, nothing has to be looked for
_LINE = re.compile(r"(\d+)/(\d+) (.*)")


def compile_kernels(app: QApplication, names: Sequence[str]) -> None:
    """Returns at once when the cache is warm. `names` are operators, optimiser and schedule of the project to be opened.

    Raises NNLabError when compiling fails or is cancelled.
    """
    from nnlab.training.warm import adapters_of, is_warm
    from nnlab.ui.startup.warm import EDGES

    if not is_warm(adapters_of(names)) or not module_is_compiled(EDGES, "draw_edges"):
        _compile_first(names)
    # A picture drawn without a screen is done before the rest would be.
    if app.platformName() != "offscreen" and not (cache_folder() / _complete()).exists() and not is_warm():
        _compile_the_rest(app)


def _complete() -> str:
    """The mark for the processor that is compiled for now."""
    return f"{COMPLETE}-{processor()}"


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
    program, *arguments = own_command(*FIRST, *(names or ("dense",)))
    process.start(program, arguments)
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
            (cache_folder() / _complete()).touch()

    process.finished.connect(finished)
    app.aboutToQuit.connect(process.kill)
    app.nnlab_warming = process  # type: ignore[attr-defined]  # one per application
    program, *arguments = own_command(*REST)
    process.start(program, arguments)


# Children end with the window, also when that is killed (see nnlab.core.parent). The window and its training come first; the rest has time.
FIRST, REST = ("warm-up", "--child"), ("warm-up", "--child", "--quietly")
