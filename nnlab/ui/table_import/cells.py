"""Cells of the import page's tables: as far from their edges as the headings are, so that flush right and flush left do not meet."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from nnlab.ui.widgets.model_index import ModelIndex


class InsetCells(QStyledItemDelegate):
    """Leaves the room of an icon of one pixel that is not there, with a margin on both of its sides, where a text begins."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        super().initStyleOption(option, index)
        is_right = bool(option.displayAlignment & Qt.AlignmentFlag.AlignRight)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        option.decorationSize = QSize(1, 1)
        option.decorationPosition = QStyleOptionViewItem.Position.Right if is_right else QStyleOptionViewItem.Position.Left
