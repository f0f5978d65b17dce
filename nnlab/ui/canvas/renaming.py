"""Renaming on the canvas: a node's name, a group's title and a comment's words are written where they stand."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, Signal

from nnlab.graph import annotation, docking
from nnlab.ui.canvas.annotations.inline_editor import InlineEditor, Task
from nnlab.ui.canvas.commands.arranging import Arranging
from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.view import GraphView
from nnlab.ui.document.selection import Selection


class Renaming(QObject):
    """`editor` is the field that lies over what is written; `refused(sentence)` when nothing can be renamed."""

    refused = Signal(str)

    def __init__(self, scene: GraphScene, view: GraphView, commands: CanvasCommands, arranging: Arranging, selection: Selection) -> None:
        super().__init__(view)
        self._scene, self._view, self._commands, self._arranging, self._selection = scene, view, commands, arranging, selection
        self.editor = InlineEditor(scene.theme, view)
        for moved in (view.scrolled, scene.rearranged, scene.theme.metrics_changed):
            moved.connect(self.editor.follow)
        view.edit_wanted.connect(self.edit_in_place)
        arranging.edit_wanted.connect(self.edit_in_place)

    def rename(self) -> None:
        """Writes what is selected in place: a comment, the title of a whole group, or a node's name."""
        nodes = set(self._commands.selected_nodes())
        if self._selection.comments:
            self.edit_in_place("comment", self._selection.comments[0])
        elif nodes:
            whole = [group.id for group in self._scene.document.graph.groups if nodes == set(group.members)]
            self.edit_in_place("group" if whole else "node", whole[0] if whole else self._selection.nodes[0])
        else:
            self.refused.emit("Select a node, a group or a comment to rename it.")

    def edit_in_place(self, kind: str, name: str) -> None:
        """Opens a field over the name of a node, the title of a group or the words of a comment."""
        arranging, graph = self._arranging, self._scene.document.graph
        if kind == "comment":
            text, label = annotation.comment_named(graph, name).text, "Comment"
        elif kind == "group":
            text, label = annotation.group_named(graph, name).title, "Title of the group"
        else:
            text, label = name, f"Name of {name}"
        write = {"comment": arranging.write, "group": arranging.entitle, "node": self._commands.rename}[kind]
        self.editor.open(
            Task(
                place=lambda: self._place_of(kind, name),
                text=text,
                name=label,
                write=lambda text: write(name, text),
                close=lambda: self._set_editing(kind, name, False),
                abandon=lambda: arranging.abandon(name),
                several_lines=kind == "comment",
            )
        )
        self._set_editing(kind, name, True)

    def _set_editing(self, kind: str, name: str, editing: bool) -> None:
        """What is written in place paints no text of its own meanwhile."""
        scene = self._scene
        item = scene.comments.get(name) if kind == "comment" else scene.frames.get(name) if kind == "group" else None
        if item is not None:
            item.set_state(editing=editing)

    def _place_of(self, kind: str, name: str) -> QRect | None:
        """Where a name, title or comment stands in the view, None when it is gone."""
        scene = self._scene
        card = docking.FOLDED + name if kind == "group" else scene.owner.get(name, "")
        if kind == "comment" and name in scene.comments:
            rect = scene.comments[name].outline
        elif kind == "group" and name in scene.frames:
            rect = scene.frames[name].text_rect
        elif kind != "comment" and card in scene.items_by_card:
            rect = scene.items_by_card[card].title_rect
        else:
            return None
        return self._view.mapFromScene(rect).boundingRect()
