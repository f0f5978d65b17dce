"""Files dragged onto the window: projects, graphs and tables are opened, adapters are loaded onto the network that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from nnlab.training.adapter_folder import is_adapter_path
from nnlab.ui.adapters.commands import AdapterCommands
from nnlab.ui.files.commands import FileCommands
from nnlab.ui.widgets.message_bar import MessageBar


class FileDrops(QObject):
    """Takes files that are dropped anywhere on the window; what cannot be taken is said while it is still held."""

    def __init__(self, window: QWidget, files: FileCommands, adapters: AdapterCommands, bar: MessageBar) -> None:
        super().__init__(window)
        self._files, self._adapters, self._bar = files, adapters, bar
        self._take: dict[Any, Callable[[Any], None]] = {
            QEvent.Type.DragEnter: self._enter, QEvent.Type.DragLeave: self._leave, QEvent.Type.Drop: self._drop,
        }  # fmt: skip
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        take = self._take.get(event.type())
        if take is None:
            return False
        take(event)
        return True

    def _enter(self, event: QDragEnterEvent) -> None:
        event.ignore()
        if not event.mimeData().hasUrls() or not event.possibleActions() & Qt.DropAction.CopyAction:
            return
        urls = event.mimeData().urls()
        is_adapter = len(urls) == 1 and is_adapter_path(urls[0].toLocalFile())
        reason = None if is_adapter else self._files.reason_against(urls)
        if reason is not None:
            self._bar.show_warning(reason, key="drop")
            return
        what = "load the adapter" if is_adapter else "open"
        self._bar.show_info(f"Drop to {what} {urls[0].fileName()}.", key="drop")
        event.setDropAction(Qt.DropAction.CopyAction)  # a proposed move would have the other program delete its file
        event.accept()

    def _leave(self, event: QEvent) -> None:
        self._bar.take_back("drop")

    def _drop(self, event: QDropEvent) -> None:
        self._bar.take_back("drop")
        path = event.mimeData().urls()[0].toLocalFile()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        # The program that was dragged from waits until this returns, and opening may ask a question first.
        take = self._adapters.load_path if is_adapter_path(path) else self._files.open_path
        QTimer.singleShot(0, self, lambda: take(path))
