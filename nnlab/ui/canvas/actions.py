"""Every action of the canvas: one table of ids, words, icons, keys and what they do.

The id is the action's object name, by which menus, the command palette, scripts and tests find it. Keys act while the canvas has the focus,
so that Delete in a field of the inspector deletes a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from nnlab.graph.alignment import ALIGNMENTS
from nnlab.ui.canvas.adding import Adding
from nnlab.ui.canvas.commands.arranging import Arranging
from nnlab.ui.canvas.commands.clipboard import Clipboard
from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.renaming import Renaming
from nnlab.ui.canvas.scene.insides import NeuronInsides
from nnlab.ui.canvas.view import GraphView
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme

ALIGN = "Align"
# What has to be selected for an action to stand in the menu of what is there.
ALWAYS, NOTHING, SOMETHING, DELETABLE, NODES, TWO, THREE, GROUP = (
    "*", "nothing", "nodes or comments", "anything", "nodes", "two nodes", "three nodes", "a group",
)  # fmt: skip
Key = QKeySequence.StandardKey | str


@dataclass(frozen=True)
class CanvasAction:
    """`menu` is of what it stands in the menu: "*" of anything, or SOMETHING, NODES, … that must be selected for it to mean anything.

    A `separator` line comes before it there. Actions of one `family` stand together in a menu of their own.
    """

    id: str
    text: str
    tip: str
    run: Callable[[], object]
    keys: tuple[Key, ...] = ()
    icon: str = ""
    menu: str = ""
    separator: bool = False
    family: str = ""


class ActionTarget(Protocol):
    """What the actions act on: the canvas, as far as they know it."""

    theme: Theme
    view: GraphView
    commands: CanvasCommands
    arranging: Arranging
    clipboard: Clipboard
    adding: Adding
    renaming: Renaming

    @property
    def selection(self) -> Selection: ...

    def paste(self) -> None: ...
    def add_comment(self) -> None: ...
    def select_all(self) -> None: ...
    def select_none(self) -> None: ...
    def fit(self) -> None: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...
    @property
    def neurons(self) -> NeuronInsides: ...
    def toggle_minimap(self) -> None: ...


def _actions(canvas: ActionTarget) -> tuple[CanvasAction, ...]:
    keys, commands, arranging, board = QKeySequence.StandardKey, canvas.commands, canvas.arranging, canvas.clipboard
    return (
        CanvasAction("edit.add", "Add an operator…", "Opens the search for operators",
                     canvas.adding.open_search, ("Shift+A",), "plus", ALWAYS),
        CanvasAction("edit.rename", "Rename", "Edits the name in place", canvas.renaming.rename, ("F2",), menu=SOMETHING),
        CanvasAction("edit.cut", "Cut", "Copies the selection and deletes it", board.cut, (keys.Cut,), "", SOMETHING, True),
        CanvasAction("edit.copy", "Copy", "Copies the selection as text, for this or another window",
                     board.copy, (keys.Copy,), "copy", SOMETHING),
        CanvasAction("edit.paste", "Paste", "Adds the clipboard: a part of a network, a Playground address, a line such as 2-8-8-1 tanh",
                     canvas.paste, (keys.Paste,), menu=ALWAYS),
        CanvasAction("edit.duplicate", "Duplicate", "Adds a copy beside the selection", commands.duplicate, ("Ctrl+D",), menu=SOMETHING),
        CanvasAction("edit.delete", "Delete", "Deletes the selection", commands.delete, (keys.Delete, "Backspace"), "delete", DELETABLE),
        CanvasAction("edit.delete_and_join", "Delete and join neighbours", "Deletes the selected nodes and connects their neighbours",
                     commands.delete_and_join, ("Ctrl+Delete",), menu=NODES),
        CanvasAction("edit.detach", "Take out of the network", "Disconnects the selected nodes and connects their neighbours (Alt+drag)",
                     commands.detach, ("Alt+X",), menu=NODES),
        CanvasAction("edit.connect", "Connect selected", "Connects the selection from left to right", commands.connect_selected, ("J",),
                     menu=TWO, separator=True),
        CanvasAction("edit.disconnect", "Disconnect selected", "Removes all edges of the selected nodes", commands.disconnect_selected,
                     ("Shift+J",), menu=NODES),
        CanvasAction("edit.group", "Group", "Puts a titled frame around the selected nodes",
                     arranging.group, ("Ctrl+G",), "group", NODES, True),
        CanvasAction("edit.ungroup", "Ungroup", "Removes the frame of the group; its nodes stay",
                     arranging.ungroup, ("Ctrl+Shift+G",), menu=GROUP),
        CanvasAction("edit.fold", "Fold or unfold group", "Folds the group into one block, or unfolds it", arranging.fold,
                     ("Ctrl+E",), menu=GROUP),
        CanvasAction("edit.comment", "Add a comment", "Adds a text to the canvas", canvas.add_comment, ("C",), "comment", NOTHING, True),
        CanvasAction("edit.tidy", "Tidy", "Arranges the network in layers, left to right", arranging.tidy, ("Ctrl+Shift+T",), menu=NOTHING),
        *(CanvasAction(f"edit.align_{how}", f"Align {how}", f"Aligns the selected nodes in one {'column' if i < 3 else 'row'}",
                partial(arranging.align, how), (f"Alt+{'ACDWSE'[i]}",), menu=TWO, family=ALIGN)
          for i, how in enumerate(ALIGNMENTS)),
        CanvasAction("edit.distribute_horizontally", "Distribute horizontally", "Makes the distances between the selected nodes equal",
                     lambda: arranging.distribute(0), ("Alt+H",), menu=THREE, family=ALIGN),
        CanvasAction("edit.distribute_vertically", "Distribute vertically", "Makes the distances between the selected nodes equal",
                     lambda: arranging.distribute(1), ("Alt+V",), menu=THREE, family=ALIGN),
        CanvasAction("edit.select_all", "Select all", "Selects every node, edge and comment",
                     canvas.select_all, (keys.SelectAll,), menu=NOTHING),
        CanvasAction("edit.select_none", "Select nothing", "Clears the selection", canvas.select_none, ("Ctrl+Shift+A",)),
        CanvasAction("view.fit", "Zoom to fit", "Shows the whole network", canvas.fit, ("F", "Home"), "fit", NOTHING),
        CanvasAction("view.fit_selection", "Zoom to selection", "Zooms to the selection", canvas.view.fit_selection, ("Shift+F",)),
        CanvasAction("view.zoom_in", "Zoom in", "Zooms in", canvas.zoom_in, ("+", "="), "plus"),
        CanvasAction("view.zoom_out", "Zoom out", "Zooms out", canvas.zoom_out, ("-",), "minus"),
        CanvasAction("view.zoom_to_neuron", "Zoom to neuron",
                     "Shows the inside of the selected layer's first neuron; again: the whole network",
                     canvas.view.zoom_to_neuron, ("Z",)),
        CanvasAction("view.next_sample", "Next sample", "Shows the next sample of the batch inside the neurons",
                     lambda: canvas.neurons.step_sample(1), (".",)),
        CanvasAction("view.previous_sample", "Previous sample", "Shows the previous sample of the batch inside the neurons",
                     lambda: canvas.neurons.step_sample(-1), (",",)),
        CanvasAction("view.minimap", "Minimap", "Shows or hides a map of the whole network", canvas.toggle_minimap, ("M",), "minimap"),
    )  # fmt: skip


def make_actions(canvas: ActionTarget) -> tuple[dict[str, QAction], tuple[tuple[QAction, str, bool], ...]]:
    """All actions by id, and for the context menu in its order: the action, what it needs, and whether a line comes before it.

    An action's `data` is the family it stands together with in a menu, or "". Actions are never greyed: by key or command palette they say
    in a sentence what has to be selected.
    """
    actions: dict[str, QAction] = {}
    menu: list[tuple[QAction, str, bool]] = []
    for declared in _actions(canvas):
        action = QAction(declared.text, canvas.view)
        action.setObjectName(declared.id)
        action.setToolTip(declared.tip)
        action.setStatusTip(declared.tip)
        action.setData(declared.family)
        if declared.icon:
            action.setIcon(icon(canvas.theme, declared.icon, color="text2"))
        action.setShortcuts([QKeySequence(key) for key in declared.keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda checked=False, run=declared.run: run())
        canvas.view.addAction(action)
        actions[declared.id] = action
        if declared.menu:
            menu.append((action, declared.menu, declared.separator))
    return actions, tuple(menu)


def satisfied(canvas: ActionTarget) -> frozenset[str]:
    """What of the needs is selected now."""
    cards, selection = len(canvas.commands.selected_cards()), canvas.selection
    found = {
        ALWAYS: True,
        NOTHING: not cards and not selection.comments and not selection.edges,
        SOMETHING: bool(cards or selection.comments),
        DELETABLE: bool(cards or selection.comments or selection.edges),
        NODES: cards >= 1,
        TWO: cards >= 2,
        THREE: cards >= 3,
        GROUP: bool(canvas.arranging.selected_groups()),
    }
    return frozenset(need for need, is_so in found.items() if is_so)


def fill_menu(menu: QMenu, actions: Iterable[QAction | None]) -> None:
    """Adds actions to a menu, each family in a menu of its own, None as a line."""
    families: dict[str, QMenu] = {}
    for action in actions:
        if action is None:
            menu.addSeparator()
        elif action.data():
            name = action.data()
            if name not in families:
                families[name] = menu.addMenu(name)
            families[name].addAction(action)
        else:
            menu.addAction(action)
