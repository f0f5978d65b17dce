"""The window, as far as lessons know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.canvas import Canvas
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.files.autosave import Autosave
from nnlab.ui.files.commands import FileCommands
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.message_bar import MessageBar
from nnlab.ui.widgets.top_bar import TopBar
from nnlab.ui.widgets.transport_bar import TransportBar
from nnlab.ui.workspaces import Workspace


class HostArea(Protocol):
    """Where docks stand."""

    @property
    def workspace(self) -> Workspace | None: ...
    @property
    def docks(self) -> Mapping[str, QWidget]: ...
    def is_shown(self, name: str) -> bool: ...
    def reveal(self, name: str) -> None: ...
    def keep_sizes(self) -> None: ...
    def remember_last(self) -> None: ...


class HostTransport(Protocol):
    """The bar below."""

    bar: TransportBar


class HostPanels(Protocol):
    """Panels by name, made when they are first asked for."""

    def __getitem__(self, name: str) -> QWidget: ...
    def __iter__(self) -> Iterator[str]: ...
    def is_made(self, name: str) -> bool: ...


class LessonHost(Protocol):
    """What a lesson lights, asks, exchanges and arranges."""

    document: Document
    session: LiveSession
    selection: Selection
    files: FileCommands
    autosave: Autosave
    canvas: Canvas
    top_bar: TopBar
    message_bar: MessageBar
    actions_by_id: dict[str, QAction]
    middle: QHBoxLayout
    arranged: Callable[[Workspace], Workspace]

    @property
    def panels(self) -> HostPanels: ...
    @property
    def area(self) -> HostArea: ...
    @property
    def transport(self) -> HostTransport: ...
    def show_workspace(self, name: str) -> None: ...
    def workspace_actions(self) -> list[QAction]: ...


def as_widget(host: LessonHost) -> QWidget:
    """The window itself."""
    assert isinstance(host, QWidget)
    return host


def as_object(host: LessonHost) -> QObject:
    """The window, as a parent."""
    assert isinstance(host, QObject)
    return host
