"""History: every step that can be undone or made again, by its name; choosing one goes there.

The list is a view of the document's undo stack: row 0 is the project as it was opened, row n the state after n steps. Steps that were
undone stand below the present one, greyed. The model answers for the rows in sight only and is told of changes by their number, so that
5,000 steps cost what fifty do.
"""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from shiboken6 import isValid

from nnlab.graph.diff import diff
from nnlab.ui.document.document import Document, HistoryStep
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.model_index import ModelIndex
from nnlab.ui.widgets.painting import draw_focus

EMPTY = "Every change is listed here by name. Choose one to go back or forward to it."
OPENED = "As opened"
_NAME, _ICON, _TIME, _STATE, _IS_SAVED = (Qt.ItemDataRole(Qt.ItemDataRole.UserRole + i) for i in range(5))
PAST, PRESENT, UNDONE = "past", "present", "undone"


def kind_of_change(step: HistoryStep) -> str:
    """The icon for what a step changed."""
    before, after = step.before, step.after
    if step.sets_weights:
        return "pick"
    if step.edits_run:
        return "rename"
    if before.data != after.data:
        return "data"
    if before.training != after.training:
        return "settings"
    change = diff(before.graph, after.graph)
    signs = (
        (bool(change.added) and bool(change.removed), "rename"), (bool(change.added), "plus"), (bool(change.removed), "delete"),
        (bool(change.changed), "settings"), (bool(change.added_edges), "connect"), (bool(change.removed_edges), "refused"),
        (bool(change.moved), "move"),
    )  # fmt: skip
    return next((sign for holds, sign in signs if holds), "rename")


class HistoryModel(QAbstractListModel):
    """The states of a document, oldest first."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._rows = document.undo_stack.count() + 1

    def follow(self) -> None:
        """Brings the number of rows up to the stack. What rows say is asked when they are painted."""
        rows = self._document.undo_stack.count() + 1
        if rows > self._rows:
            self.beginInsertRows(QModelIndex(), self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()
        elif rows < self._rows:
            self.beginRemoveRows(QModelIndex(), rows, self._rows - 1)
            self._rows = rows
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(rows - 1))

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else self._rows

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        stack, row = self._document.undo_stack, index.row()
        if not index.isValid() or row > stack.count():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, _NAME):
            return stack.text(row - 1) if row else OPENED
        if role == _STATE:
            return PRESENT if row == stack.index() else PAST if row < stack.index() else UNDONE
        if role == _IS_SAVED:
            return row == stack.cleanIndex()
        if role == _ICON:
            return kind_of_change(self._document.step(row - 1)) if row else "open"
        if role == _TIME:
            return time.strftime("%H:%M", time.localtime(self._document.step(row - 1).made)) if row else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{stack.text(row - 1)}\n{time.strftime('%x %X', time.localtime(self._document.step(row - 1).made))}" if row else OPENED
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = {PAST: "", PRESENT: ", the current state", UNDONE: ", undone"}[self.data(index, _STATE)]
            return f"{self.data(index, _NAME)}{state}{', saved' if self.data(index, _IS_SAVED) else ''}"
        return None


class _StateDelegate(QStyledItemDelegate):
    """Icon and name at the left; when it was made, and whether it is what the file holds, at the right."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        return QSize(0, self._theme.metrics.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        state, rect = index.data(_STATE), option.rect
        is_present = state == PRESENT
        if is_present:
            painter.fillRect(rect, tokens.sel)
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), tokens.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, tokens.card)
        if is_present and self._view.hasFocus():
            draw_focus(painter, rect.adjusted(2, 1, -2, -1), metrics.radius_field, tokens)
        color = tokens.text3 if state == UNDONE else tokens.text
        side = metrics.icon
        place = rect.adjusted(metrics.padding, 0, -metrics.padding, 0)
        glyph(index.data(_ICON)).draw(painter, QRectF(place.left(), place.center().y() - side / 2 + 0.5, side, side), self._muted(state))
        place.setLeft(place.left() + side + metrics.px(10))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._muted(state))
        words = "   ".join(filter(None, ("saved" if index.data(_IS_SAVED) else "", index.data(_TIME))))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | middle, words)
        place.setRight(place.right() - QFontMetrics(painter.font()).horizontalAdvance(words) - metrics.grid)
        font = self._theme.font("name" if is_present else "body")
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(place, middle, QFontMetrics(font).elidedText(index.data(_NAME), Qt.TextElideMode.ElideRight, place.width()))

    def _muted(self, state: str) -> QColor:
        return self._theme.tokens.text3 if state == UNDONE else self._theme.tokens.text2


class _HistoryList(QListView):
    """Scrolls to the present state when the keyboard comes to it. `used` is emitted before a key or the mouse acts on a row."""

    used = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.used.emit()
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.used.emit()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.scrollTo(self.currentIndex())
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


class HistoryPanel(LivePanel):
    """The document's steps. The list's current row is the present state; moving it, by mouse or keys, goes there."""

    name = "history"
    title = "History"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._document = services.document
        self.model = HistoryModel(self._document, self)
        self.list = _HistoryList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_StateDelegate(services.theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("History of changes")
        self.list.setProperty("flat", True)
        self.summary = Label(services.theme, "", "caption", "text2")
        self.add_option(self.summary)
        self.set_content(self.list)
        self.setFocusProxy(self.list)
        self._is_following = False
        # The list lays all its rows out when one is made current: once for many steps in a row, and not while nobody looks.
        self._later_mark = QTimer(self, singleShot=True, interval=0)
        self._later_mark.timeout.connect(self._mark)
        self.list.used.connect(self._catch_up_now)
        self.list.selectionModel().currentChanged.connect(lambda now, _: self._go_to(now.row()))
        self._document.history_changed.connect(self._follow)
        self._document.replaced.connect(self._follow)
        self._follow()

    def _go_to(self, row: int) -> None:
        if not self._is_following and row >= 0:
            self._document.go_to(row)

    def _follow(self) -> None:
        """Brings the rows up to the stack."""
        stack = self._document.undo_stack
        if not isValid(stack):  # it tells of its own end
            return
        self._is_following = True  # the list moves its current row when that is removed
        self.model.follow()
        self._is_following = False
        self.summary.setText(f"{stack.index()} of {stack.count()}" if stack.count() else "")
        self.set_empty(None if stack.count() else EMPTY)
        self._later_mark.start()

    def _catch_up_now(self) -> None:
        if self._later_mark.isActive():
            self._later_mark.stop()
            self._mark()

    def _mark(self) -> None:
        """Makes the present state the current row."""
        if not self.isVisible():
            return
        self._is_following = True
        present = self.model.index(self._document.undo_stack.index())
        self.list.setCurrentIndex(present)
        self.list.scrollTo(present)
        self._is_following = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark()

    def restyle(self) -> None:
        self.list.doItemsLayout()

    def _draw_newest(self) -> None:
        """Nothing of a frame is shown here."""
