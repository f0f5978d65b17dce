"""Palette: every registered operator, by category, to be dragged onto the canvas or added with Enter.

The list follows the registry: an operator that a plug-in registers while the window is open appears at once. Narrow windows
show it as a rail of icons; its button opens the whole of it beside the rail, with names, to be searched.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from nnlab.core.operator import CATEGORIES, Operator, operators
from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.metrics import QWIDGETSIZE_MAX
from nnlab.ui.look.operator_glyph import operator_glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.painting import draw_focus
from nnlab.ui.widgets.search_field import SearchField

RAIL_MARGINS = 30  # pixels beside the icons of a rail, at every interface scale: the room is the network's
MIME = "application/x-nnlab-operator"
OPERATOR = Qt.ItemDataRole.UserRole  # an operator's name; empty on a category's row
OPEN_AT_FIRST = ("Layers", "Activations", "Merge", "Losses")


class Palette(QWidget):
    """`chosen(name)`: the person wants this operator added."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Palette")
        self.search = SearchField(theme, "Search", "Tab", "Search operators")
        self.list = _OperatorList(theme)
        self.unfold = IconButton.of(theme, icon(theme, "search"), "Search operators", "All operators by name, to be searched")
        self.unfold.clicked.connect(self.open_flyout)
        self.unfold.hide()
        self.flyout: Flyout | None = None
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignHCenter)
        self._layout.addWidget(self.search)
        self._layout.addWidget(self.list, 1)
        self.search.textChanged.connect(self.list.filter)
        self.search.moved.connect(self.list.move_current)
        self.search.accepted.connect(self._accept)
        self.list.chosen.connect(self.chosen)
        # The registry outlives the window and must not call a list that is gone.
        self.destroyed.connect(operators.listen(self._registered))
        follow(theme, self)

    def _registered(self, kind: Operator) -> None:
        self.list.fill()

    def _accept(self) -> None:
        name = self.list.current_operator()
        if name:
            self.chosen.emit(name)
            self.search.clear()

    def set_compact(self, compact: bool) -> None:
        """Shows icons only, for narrow windows."""
        if compact != self.list.is_compact:
            self.search.clear()
            self.search.setVisible(not compact)
            self.unfold.setVisible(compact)
            self.list.set_compact(compact)
            self.apply_metrics()

    def open_flyout(self) -> None:
        """The whole palette beside the rail, until something is chosen or clicked elsewhere."""
        if self.flyout is None:
            self.flyout = Flyout(self._theme, self)
            self.flyout.chosen.connect(self.chosen)
        self.flyout.open_beside(self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, metrics.grid, 0, 0)
        self._layout.setSpacing(metrics.px(6))
        self.search.setFixedHeight(metrics.field)
        self.search.setContentsMargins(0, 0, 0, 0)
        margins = metrics.px(12)
        self.search.setFixedWidth(max(60, metrics.palette - 2 * margins))
        self._layout.setAlignment(self.search, Qt.AlignmentFlag.AlignHCenter)
        rail = metrics.icon + RAIL_MARGINS
        self.setMinimumWidth(rail if self.list.is_compact else 0)
        self.setMaximumWidth(rail if self.list.is_compact else QWIDGETSIZE_MAX)
        self.list.apply_metrics()


class Flyout(QFrame):
    """A palette of its own beside the rail."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, rail: Palette) -> None:
        super().__init__(rail, Qt.WindowType.Popup)
        self._theme = theme
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Operators")
        self.palette_list = Palette(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.palette_list)
        self.palette_list.chosen.connect(self._choose)
        self.palette_list.search.left.connect(self.hide)

    def open_beside(self, rail: QWidget) -> None:
        corner = rail.mapToGlobal(QPoint(rail.width(), 0))
        self.setGeometry(corner.x(), corner.y(), self._theme.metrics.palette + self._theme.metrics.grid, rail.height())
        self.palette_list.search.clear()
        self.show()
        self.palette_list.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _choose(self, name: str) -> None:
        self.hide()
        self.chosen.emit(name)


class _OperatorList(QTreeWidget):
    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._compact, self._text = theme, False, ""
        self.setAccessibleName("Operators")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setItemDelegate(_OperatorDelegate(theme, self))
        self.itemClicked.connect(self._clicked)
        self.itemDoubleClicked.connect(self._activated)
        self._press = QPoint()
        theme.changed.connect(self.viewport().update)
        self.fill()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard finds a row to begin with."""
        super().focusInEvent(event)
        if not self.selectedItems():  # Qt makes a row the current one, but selects none
            first = self.currentItem() or next(iter(self._groups()), None)
            if first is not None:
                self.setCurrentItem(first)
                self.scrollToItem(first)

    def _groups(self) -> list[QTreeWidgetItem]:
        """The rows of categories."""
        items = (self.topLevelItem(i) for i in range(self.topLevelItemCount()))
        return [item for item in items if item is not None]

    def fill(self) -> None:
        """Rebuilds the rows from the registry, keeping what is open."""
        open_now = {group.text(0) for group in self._groups() if group.isExpanded()}
        first = self.topLevelItemCount() == 0
        self.clear()
        for category in (*CATEGORIES, *sorted({k.category for k in operators} - set(CATEGORIES))):
            members = [kind for kind in operators if kind.category == category]
            if not members:
                continue
            group = QTreeWidgetItem([category])
            group.setToolTip(0, category)
            group.setData(0, OPERATOR, "")
            group.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.addTopLevelItem(group)
            for kind in members:
                row = QTreeWidgetItem(group, [kind.title])
                row.setData(0, OPERATOR, kind.name)
                row.setToolTip(0, f"{kind.title}: drag it onto the canvas, or double-click to add it after the selection")
                row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
            group.setExpanded(category in OPEN_AT_FIRST if first else category in open_now)
        self.filter(self._text)

    def filter(self, text: str) -> None:
        """Shows only operators whose name or title holds `text`."""
        self._text = text.strip().lower()
        best: QTreeWidgetItem | None = None
        for group in self._groups():
            hits = 0
            for row in _rows(group):
                hit = self._text in row.text(0).lower() or self._text in str(row.data(0, OPERATOR))
                row.setHidden(not hit)
                hits += hit
                if hit and self._text and (best is None or row.text(0).lower().startswith(self._text)):
                    best = best if best is not None and best.text(0).lower().startswith(self._text) else row
            group.setHidden(hits == 0)
            if self._text:
                group.setExpanded(True)
        if best is not None:
            self.setCurrentItem(best)

    def move_current(self, steps: int) -> None:
        key = QTreeWidget.CursorAction.MoveDown if steps > 0 else QTreeWidget.CursorAction.MoveUp
        for _ in range(abs(steps)):
            self.setCurrentIndex(self.moveCursor(key, Qt.KeyboardModifier.NoModifier))

    def current_operator(self) -> str:
        item = self.currentItem()
        return str(item.data(0, OPERATOR)) if item is not None and not item.isHidden() else ""

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if compact else Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self.setVerticalScrollBarPolicy(bar)  # it would take a third of the rail; the wheel scrolls
            self.doItemsLayout()
            self.viewport().update()

    @property
    def is_compact(self) -> bool:
        return self._compact

    def apply_metrics(self) -> None:
        self.doItemsLayout()

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if not item.data(0, OPERATOR):
            item.setExpanded(not item.isExpanded())

    def _activated(self, item: QTreeWidgetItem) -> None:
        name = str(item.data(0, OPERATOR))
        if name:
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._clicked(item)
            self._activated(item)
        else:
            super().keyPressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        name = self.current_operator()
        if not name:
            return
        data = QMimeData()
        data.setData(MIME, name.encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self._picture(name))
        drag.setHotSpot(QPoint(20, 14))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, name: str) -> QPixmap:
        tokens, font = self._theme.tokens, self._theme.font("name")
        text = operators[name].title
        size = QSize(QFontMetrics(font).horizontalAdvance(text) + 48, 28)
        picture = QPixmap(size * self.devicePixelRatioF())
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.accent)
        painter.setBrush(tokens.card)
        painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1, size.height() - 1), 8, 8)
        operator_glyph(name).draw(painter, QRectF(10, 5, 18, 18), tokens.text)
        painter.setFont(font)
        painter.setPen(tokens.text)
        painter.drawText(QRectF(36, 0, size.width() - 36, size.height()), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
        return picture


class _OperatorDelegate(QStyledItemDelegate):
    """Paints a category (chevron, name, count) or an operator (glyph, title)."""

    def __init__(self, theme: Theme, view: _OperatorList) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(10, self._theme.metrics.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index) -> None:  # type: ignore[no-untyped-def]
        tokens, metrics = self._theme.tokens, self._theme.metrics
        rect = QRectF(option.rect)
        rect.setWidth(min(rect.width(), self._view.viewport().width()))  # a column is never narrower than its hidden header
        name, text = str(index.data(OPERATOR)), str(index.data())
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        current = bool(option.state & QStyle.StateFlag.State_Selected) and self._is_focused()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current or (hovered and name):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.sel if current else tokens.card)
            inset = metrics.px(6)
            painter.drawRoundedRect(rect.adjusted(inset, 1, -inset, -1), metrics.radius_field, metrics.radius_field)
            if current and self._view.hasFocus():
                draw_focus(painter, rect.adjusted(inset, 1, -inset, -1), metrics.radius_field, tokens)
        if not name:
            self._paint_category(painter, rect, text, index)
        else:
            side, left = metrics.icon, metrics.padding
            if self._view.is_compact:
                left = int((rect.width() - side) / 2)
            operator_glyph(name).draw(painter, QRectF(left, rect.center().y() - side / 2 + 0.5, side, side), tokens.text2)
            if not self._view.is_compact:
                painter.setFont(self._theme.font("body"))
                painter.setPen(tokens.text)
                room = rect.adjusted(left + side + metrics.px(10), 0, -metrics.grid, 0)
                shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _is_focused(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is self._view or (focus is not None and isinstance(focus, SearchField) and bool(self._view._text))

    def _paint_category(self, painter: QPainter, rect: QRectF, text: str, index) -> None:  # type: ignore[no-untyped-def]
        tokens, metrics = self._theme.tokens, self._theme.metrics
        is_open = self._view.isExpanded(index)
        side = metrics.px(16)
        left = metrics.px(10) if not self._view.is_compact else (rect.width() - side) / 2
        glyph("down" if is_open else "right").draw(painter, QRectF(left, rect.center().y() - side / 2 + 0.5, side, side), tokens.text2)
        if self._view.is_compact:
            return
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        painter.drawText(rect.adjusted(left + side + metrics.px(6), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        if not is_open:
            count = str(index.model().rowCount(index))
            place = rect.adjusted(0, 0, -metrics.padding, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)


def _rows(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """The operators of a category."""
    items = (group.child(k) for k in range(group.childCount()))
    return [item for item in items if item is not None]
