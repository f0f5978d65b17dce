"""Python's own import statement, in the place of the one that PySide puts there.

From its first import on PySide reads the source of every module that is imported, to see whether that asks for a `__feature__` (names in
snake case, true properties). Nothing here asks for one. With the thousand modules of a window that was a sixth of its start, and the texts
stayed in memory.
"""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401  (replaces the statement)


def restore_import() -> None:
    """Nothing happens where PySide has left the statement as it was."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
