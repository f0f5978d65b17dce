"""The window's commands around whole networks: new from a template, copy and paste as text, copy as a Playground address.

What is taken replaces the network of the present project as one undoable edit, or starts a new project. A network that takes the place of
another starts from weights of its own: that two layers have the same name and shape does not mean that they are the same.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from nnlab.core.errors import NNLabError
from nnlab.files.link_text import is_link, read_link, write_link
from nnlab.files.network_text import read_network, write_network_text
from nnlab.files.playground import write_playground
from nnlab.files.project import Project
from nnlab.ui.document.document import Document
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.session import LiveSession
from nnlab.ui.templates.dialog import TemplateDialog


class NetworkCommands(QObject):
    """`failed(sentence)` says why something cannot be done, `told(sentence)` what was done; `replaced` follows another network.

    `start(project, name)` shows a new project, after it has asked about unsaved work; it answers whether it did.
    """

    failed = Signal(str)
    told = Signal(str)
    replaced = Signal()
    linked = Signal(object)  # LinkedState, whose project is shown

    def __init__(
        self, theme: Theme, document: Document, session: LiveSession, start: Callable[[Project, str], bool], window: QWidget
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._theme, self._document, self._session, self._start, self._window = theme, document, session, start, window
        self.dialog: TemplateDialog | None = None
        self._workspace: Callable[[], str] = str

    def ask_workspace(self, workspace: Callable[[], str]) -> None:
        """What a link names is the workspace that this answers."""
        self._workspace = workspace

    def new_from_template(self, text: str = "") -> None:
        """Opens the dialog, with a line typed into it already."""
        self.dialog = TemplateDialog(self._theme, self._document.project, self._session.data, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.field.setText(text)
        self.dialog.open()

    def _on_finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        answer = dialog.answer
        dialog.deleteLater()
        if answer is None:
            return
        if not dialog.as_new:
            self._replace(answer.label, answer.project)
        elif self._start(answer.project, answer.label):
            self.replaced.emit()

    def _replace(self, label: str, project: Project) -> None:
        if project == self._document.project:
            self.told.emit("This network is already here; nothing was changed.")
            return
        self._document.edit(label, project)
        self._session.rewind()
        self.replaced.emit()

    def open_link(self, text: str) -> None:
        """Opens the project of a link in the state that it names: trained so far, shown so."""
        try:
            found = read_link(text)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        if self._start(found.project, found.name):
            self.replaced.emit()
            self.linked.emit(found)

    def copy_network(self) -> None:
        """The whole network as text."""
        QApplication.clipboard().setText(write_network_text(self._document.graph))
        self.told.emit("The network is on the clipboard as text; paste it here, into another window, or into a file.")

    def copy_playground(self) -> None:
        """The address under which TensorFlow Playground shows the same."""
        try:
            address = write_playground(self._document.project)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        QApplication.clipboard().setText(address)
        self.told.emit("The address is on the clipboard; TensorFlow Playground draws its own random numbers for it.")

    def copy_link(self) -> None:
        """A line that opens this project at this iteration."""
        try:
            link = write_link(self._document.project, self._session.iteration, self._workspace())
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        QApplication.clipboard().setText(link)
        self.told.emit(
            f"A link of {len(link):,} characters is on the clipboard; whoever pastes it in NN Lab (Ctrl+Shift+V) has this state."
        )

    def paste_network(self) -> None:
        """What the text on the clipboard stands for: a link opens its project, a network takes the place of the present one."""
        text = QApplication.clipboard().text()
        if is_link(text):
            self.open_link(text)
            return
        try:
            pasted = read_network(text, self._document.project, self._session.data)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        self._replace(pasted.label, pasted.project)
        if pasted.note:
            self.told.emit(pasted.note)
