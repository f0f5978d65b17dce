"""Copy, cut and paste, as text: parts of a network can be sent by mail, kept in a file, or pasted into another window.

What is pasted may be a part copied here, or anything else that describes a network (`nnlab.files.network_text`): a TensorFlow Playground
address, a line such as "2-8-8-1 tanh", a project. A part is added to what is there; a description of a whole network replaces it, as one
undoable step.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QApplication

from nnlab.core.errors import NNLabError
from nnlab.files.graph_file import read_graph
from nnlab.files.network_text import GRAPH, kind_of, placed, read_network
from nnlab.graph import parts
from nnlab.graph.graph import Graph
from nnlab.ui.canvas.commands.editing import CanvasCommands, Position
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection

MIME_TYPE = "application/x-nnlab-part"
STEP = 32.0  # how far from its original a part is pasted that has no place of its own


class Clipboard(QObject):
    """`replaced(note)` when a whole network was pasted in place of the one that was there; the note says what was adapted."""

    replaced = Signal(str)

    def __init__(self, document: Document, selection: Selection, commands: CanvasCommands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._selection, self._commands = document, selection, commands
        self._pasted: tuple[str, int] = ("", 0)  # the text pasted last, and how often

    def copy(self) -> bool:
        """Puts the selected cards and comments on the clipboard; False when nothing is selected."""
        part = parts.extract(self._document.graph, self._commands.selected_nodes(), self._selection.comments)
        if not part.nodes and not part.comments:
            return False
        data = QMimeData()
        text = part.to_json()
        data.setText(text)
        data.setData(MIME_TYPE, text.encode())
        QApplication.clipboard().setMimeData(data)
        self._pasted = ("", 0)
        return True

    def cut(self) -> None:
        if self.copy():
            self._commands.delete()

    def paste(self, at: Position | None = None) -> bool:
        """Adds what is on the clipboard: with its middle `at` a place of the document, else beside its original."""
        text = QApplication.clipboard().text()
        if not text.strip():
            self._commands.refused.emit("The clipboard holds no network; copy one as text first.")
            return False
        try:
            if kind_of(text) == GRAPH:
                return self._paste_part(placed(read_graph(text.strip())), text, at)
            return self._paste_network(text)
        except NNLabError as error:
            return self._refuse(str(error))

    def _refuse(self, sentence: str) -> bool:
        self._commands.refused.emit(sentence)
        return False

    def _paste_part(self, part: Graph, text: str, at: Position | None) -> bool:
        places = [*(node.position for node in part.nodes), *(comment.position for comment in part.comments)]
        if not places:
            return self._refuse("The text on the clipboard is an empty network.")
        times = self._pasted[1] + 1 if self._pasted[0] == text else 1
        offset = (STEP * times, STEP * 3 * times) if self._document.graph.nodes else (0.0, 0.0)
        if at is not None:
            xs, ys = zip(*places, strict=True)
            offset = (at[0] - (min(xs) + max(xs)) / 2, at[1] - (min(ys) + max(ys)) / 2)
        done = self._commands.insert_part(part, offset, "Paste")
        self._pasted = (text, times if done else 0)
        return done

    def _paste_network(self, text: str) -> bool:
        pasted = read_network(text, self._document.project)
        if pasted.project == self._document.project:
            return self._refuse("The network on the clipboard is the one that is already here.")
        self._document.edit(pasted.label, pasted.project)
        self._selection.set()
        self.replaced.emit(pasted.note)
        return True
