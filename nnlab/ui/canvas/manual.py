"""What mouse and keys do on the canvas that is no action, in words: the shortcut sheet shows it beside the actions' own keys.

(group, keys, what they do). Keys are named as `QKeySequence` writes them, the mouse as people say it.
"""

from __future__ import annotations

MANUAL: tuple[tuple[str, str, str], ...] = (
    ("Canvas by mouse", "Double-click", "Add an operator here"),
    ("Canvas by mouse", "Drag a port", "Connect, or add what fits"),
    ("Canvas by mouse", "Drag onto an edge", "Insert a node into the edge"),
    ("Canvas by mouse", "Alt+Drag", "Take a node out of the network"),
    ("Canvas by mouse", "Drag", "Move nodes; beside them: select"),
    ("Canvas by mouse", "Shift+Click", "Add to the selection, or remove from it"),
    ("Canvas by mouse", "Right-drag", "Move the view"),
    ("Canvas by mouse", "Right-click", "Context menu"),
    ("Canvas by mouse", "Wheel", "Zoom to the pointer"),
    ("Canvas by keys", "Tab", "Add an operator"),
    ("Canvas by keys", "Alt+Arrows", "Go to the neighbouring node"),
    ("Canvas by keys", "PgDown", "Next node of the network"),
    ("Canvas by keys", "PgUp", "Previous node"),
    ("Canvas by keys", "Shift+PgDown", "Add the next node to the selection"),
    ("Canvas by keys", "Arrows", "Move the selected nodes"),
    ("Canvas by keys", "Menu", "Context menu of the selection"),
    ("Canvas by keys", "Esc", "Cancel a drag; clear the selection"),
    ("Canvas by keys", "Shift+Tab", "Leave the canvas"),
)
