"""ModelIndex: what Qt passes to an item model, which may be either kind of index."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

ModelIndex = QModelIndex | QPersistentModelIndex
