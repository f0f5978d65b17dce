"""Commands that arrange what is on the canvas and write around it: aligning, tidying, groups, comments. Nothing computed changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal

from nnlab.graph import alignment, annotation, docking, edits
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.ui.canvas.commands.editing import CanvasCommands, Position
from nnlab.ui.document.selection import Selection

NEW_COMMENT = "Comment"


class Arranging(QObject):
    """`edit_wanted(kind, id)` asks to write in place: "group" or "comment", and which."""

    edit_wanted = Signal(str, str)

    def __init__(self, commands: CanvasCommands, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands, self._selection = commands, selection
        self._new: tuple[str, str] | None = None  # what was just made and is being written, and the gesture that both are one step of
        self._count = 0

    def _begin(self, verb: str) -> str:
        """A new gesture: making something and writing its words are one step."""
        self._count += 1
        return f"{verb} {self._count}"

    def _gesture_for(self, name: str) -> str | None:
        """The gesture by which `name` was made, if it was made just now; its first words end it."""
        new, self._new = self._new, None
        return new[1] if new is not None and new[0] == name else None

    @property
    def _graph(self) -> Graph:
        return self._commands.graph

    def tidy(self) -> None:
        self._commands.attempt("Tidy", arrange)

    def align(self, how: str) -> None:
        """Puts the selected cards into one column or row, see `alignment.align`."""
        self._line_up(f"Align {how}", 2, lambda places: alignment.align(places, how))

    def distribute(self, axis: int) -> None:
        """Spreads the selected cards evenly along x (0) or y (1)."""
        self._line_up(f"Distribute {'vertically' if axis else 'horizontally'}", 3, lambda places: alignment.distribute(places, axis))

    def _line_up(self, label: str, least: int, place: Callable[[Mapping[str, Position]], dict[str, Position]]) -> None:
        cards = self._commands.selected_cards()
        if len(cards) < least:
            self._commands.refused.emit(f"Select at least {'two' if least == 2 else 'three'} nodes to align them.")
            return
        goal = place({name: docking.place(self._graph, card) for name, card in cards.items()})
        self._commands.attempt(label, lambda graph: edits.move_nodes(graph, docking.moved(graph, goal)))

    # Groups

    def group(self) -> None:
        """Makes a group of the selected cards and asks for its title."""
        nodes = self._commands.selected_nodes()
        if not nodes:
            self._commands.refused.emit("Select the nodes to group first.")
            return
        gesture = self._begin("group")
        if self._commands.attempt("Group", lambda graph: annotation.group_nodes(graph, nodes), gesture):
            self._selection.set(nodes)
            self._new = (self._graph.groups[-1].id, gesture)
            self.edit_wanted.emit("group", self._graph.groups[-1].id)

    def selected_groups(self) -> list[str]:
        """Groups of which a node is selected."""
        chosen = set(self._selection.nodes)
        return [group.id for group in self._graph.groups if chosen & set(group.members)]

    def ungroup(self) -> None:
        groups = self.selected_groups()
        if not groups:
            self._commands.refused.emit("None of the selected nodes is in a group.")
            return

        def dissolve(graph: Graph) -> Graph:
            for group_id in groups:
                graph = annotation.ungroup(graph, group_id)
            return graph

        self._commands.attempt("Ungroup", dissolve)

    def fold(self, group_id: str | None = None) -> None:
        """Folds a group (the selected ones) into a block, or unfolds it."""
        groups = [group_id] if group_id is not None else self.selected_groups()
        if not groups:
            self._commands.refused.emit("None of the selected nodes is in a group; group them first.")
            return
        collapsed = not annotation.group_named(self._graph, groups[0]).collapsed

        def turn(graph: Graph) -> Graph:
            for each in groups:
                graph = annotation.set_group(graph, each, collapsed=collapsed)
            return graph

        if self._commands.attempt("Fold group" if collapsed else "Unfold group", turn):
            self._selection.set(i for each in groups for i in annotation.group_named(self._graph, each).members)

    def entitle(self, group_id: str, title: str) -> None:
        gesture = self._gesture_for(group_id)
        self._commands.attempt("Rename group", lambda graph: annotation.set_group(graph, group_id, title=title), gesture)

    # Comments

    def comment(self, position: Position) -> None:
        """Puts a comment on the canvas and asks for its words."""
        gesture = self._begin("comment")
        if self._commands.attempt("Add comment", lambda graph: annotation.add_comment(graph, NEW_COMMENT, position), gesture):
            comment = self._graph.comments[-1]
            self._selection.set((), (), [comment.id])
            self._new = (comment.id, gesture)
            self.edit_wanted.emit("comment", comment.id)

    def write(self, comment_id: str, text: str) -> None:
        """New words; none removes the comment."""
        gesture = self._gesture_for(comment_id)
        if text.strip():
            self._commands.attempt("Write comment", lambda graph: annotation.set_comment(graph, comment_id, text=text), gesture)
        else:
            self._commands.attempt("Delete comment", lambda graph: annotation.remove_comments(graph, [comment_id]), gesture)

    def abandon(self, name: str) -> None:
        """Escape: a comment that was just put there is gone again; everything else stays as it was."""
        gesture = self._gesture_for(name)
        if gesture is not None and any(comment.id == name for comment in self._graph.comments):
            self._commands.attempt("Delete comment", lambda graph: annotation.remove_comments(graph, [name]), gesture)
