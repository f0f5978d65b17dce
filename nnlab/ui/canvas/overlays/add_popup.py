"""The search popup: type a few letters of an operator, Enter adds it where the cursor is.

Opened by a connection, it lists what fits there first and says why the rest does not; opened by one that was refused, it says why and
lists what would make it fit. A number behind the name is the operator's size: "dense 16".
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from nnlab.core.operator import CATEGORIES, Operator, operators
from nnlab.core.setting import Value
from nnlab.graph.validation import Fix
from nnlab.ui.canvas.overlays.search import Search
from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.operator_glyph import operator_glyph
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.model_index import ModelIndex
from nnlab.ui.widgets.required import parent_of
from nnlab.ui.widgets.text_undo import share_undo

WIDTH, FIXES_WIDTH, ROW, HEADING, MOST_ROWS = 300, 380, 28, 24, 11
NAME, WHY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1  # an operator's name or a fix's number; why it does not fit


class _Rows(QStyledItemDelegate):
    """Headings in small letters; operators with their glyph, their summary at the right."""

    def __init__(self, theme: Theme, list_widget: QListWidget) -> None:
        super().__init__(list_widget)
        self._theme, self._list = theme, list_widget

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(WIDTH - 24, self._theme.metrics.px(HEADING if index.data(NAME) is None else ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        tokens, name, rect = self._theme.tokens, index.data(NAME), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if name is None:
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            painter.drawText(rect.adjusted(8, 4, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), index.data())
        else:
            is_current = self._list.currentRow() == index.row()
            fits = not index.data(WHY)
            if is_current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(tokens.sel)
                painter.drawRoundedRect(rect, 6, 6)
            side = self._theme.metrics.icon
            place = QRectF(rect.left() + 8, rect.center().y() - side / 2, side, side)
            sign = operator_glyph(name) if isinstance(name, str) else glyph("fix")
            sign.draw(painter, place, tokens.text2 if fits else tokens.text3)
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text if fits else tokens.text3)
            room = rect.adjusted(side + 18, 0, -8 if fits and not is_current else -96 if not fits else -side - 12, 0)
            text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
            if not fits:
                painter.setFont(self._theme.font("caption"))
                right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
                painter.drawText(rect.adjusted(0, 0, -10, 0), right, "does not fit")
            elif is_current:
                accept = QRectF(rect.right() - side - 6, rect.center().y() - 8, 16, 16)
                icon(self._theme, "accept", color="text2").paint(painter, accept.toRect())
        painter.restore()


class AddPopup(QWidget):
    """`chosen(name)` when an operator was picked, `remedied(number)` when a fix was.

    Lies over the canvas and closes when it loses the focus.
    """

    chosen = Signal(str)
    remedied = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Add an operator")
        self._fits: Callable[[Operator], str] = lambda operator: ""
        self._fixes: tuple[Fix, ...] = ()
        self.title, self.detail = Label(theme, "", role="option"), Label(theme, "", role="caption", color="text2")
        self.title.setWordWrap(True)
        self.detail.setWordWrap(True)
        self.search = QLineEdit()
        share_undo(self.search)
        self.search.setPlaceholderText("Add an operator …")
        self.search.setAccessibleName("Search operators")
        self.search.addAction(icon(theme, "search", color="text2"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = QListWidget()
        self.list.setItemDelegate(_Rows(theme, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Operators")
        self.list.setMouseTracking(True)
        self.list.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(9, 9, 9, 9)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(self.detail)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._pick)
        self.list.itemEntered.connect(self._enter)
        self.hide()

    def open_at(self, at: QPoint, search: Search | None = None, fits: Callable[[Operator], str] | None = None) -> None:
        """Opens at a point of the parent, moved where it would leave it. `fits` says why an operator cannot be chosen, "" when it can."""
        tokens = self._theme.tokens
        self._fits = fits or (lambda operator: "")
        self._fixes = search.fixes if search is not None else ()
        for label, text in ((self.title, search.title if search else ""), (self.detail, search.detail if search else "")):
            label.setText(text)
            label.setVisible(bool(text))
        self.search.setPlaceholderText(search.placeholder() if search is not None else "Add an operator …")
        self.list.setStyleSheet(f"QListWidget {{ background: {tokens.hex('raised')}; border: none; }}")
        self.setFixedWidth(self._theme.metrics.px(FIXES_WIDTH if self._fixes else WIDTH))
        self.search.clear()
        self._filter("")
        room = parent_of(self).rect().adjusted(8, 8, -8, -8)
        self.move(
            max(room.left(), min(at.x() - 24, room.right() - self.width())),
            max(room.top(), min(at.y() - 16, room.bottom() - self.height())),
        )
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, text: str) -> None:
        """Lists what matches: by category, what begins with the text first."""
        self.list.clear()
        rows = self._list_fixes(text) if self._fixes else self._list_operators(text)
        if not rows:
            nothing = QListWidgetItem(f"No operator matches “{text}”.", self.list)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self._step(1, start=-1)
        height = sum(self.list.sizeHintForRow(i) for i in range(self.list.count()))
        most = self._theme.metrics.px(ROW) * MOST_ROWS
        self.list.setFixedHeight(min(height, most, max(80, parent_of(self).height() - 90)) + 2)
        self.adjustSize()

    def _list_fixes(self, text: str) -> int:
        wanted = text.strip().lower()
        for number, fix in enumerate(self._fixes):
            if wanted in fix.label.lower():
                item = QListWidgetItem(fix.label, self.list)
                item.setData(NAME, number)
                item.setToolTip(fix.outlook)
        return self.list.count()

    def settings(self, operator: str) -> dict[str, Value]:
        """What was typed behind the operator's name, as settings of it: its size."""
        _, number = sized(self.search.text())
        name = size_setting(operators[operator])
        return {name: number} if number is not None and name is not None else {}

    def _list_operators(self, text: str) -> int:
        """What fits by category, then what does not."""
        rows, others = 0, []
        wanted, number = sized(text)
        for category, found in matches(wanted).items():
            if number is not None:
                found = [operator for operator in found if size_setting(operator) is not None]
            reasons = {operator.name: self._fits(operator) for operator in found}
            fitting = [operator for operator in found if not reasons[operator.name]]
            others += [(operator, reasons[operator.name]) for operator in found if reasons[operator.name]]
            if fitting:
                heading = QListWidgetItem(category, self.list)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for operator in fitting:
                item = QListWidgetItem(operator.title if number is None else f"{operator.title} · {number}", self.list)
                item.setData(NAME, operator.name)
                rows += 1
        for operator, why in others:
            item = QListWidgetItem(operator.title, self.list)
            item.setData(NAME, operator.name)
            item.setData(WHY, why)
            item.setToolTip(why)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        return rows + len(others)

    def _step(self, by: int, start: int | None = None) -> None:
        """To the next row that is an operator."""
        row = self.list.currentRow() if start is None else start
        for _ in range(self.list.count()):
            row = (row + by) % self.list.count()
            item = self.list.item(row)
            if item.data(NAME) is not None and not item.data(WHY):
                self.list.setCurrentRow(row)
                return

    def _enter(self, item: QListWidgetItem) -> None:
        """The cursor came over a row."""
        if item.data(NAME) is not None and not item.data(WHY):
            self.list.setCurrentItem(item)

    def _pick(self, item: QListWidgetItem | None) -> None:
        if item is None or item.data(NAME) is None or item.data(WHY):
            return
        name = item.data(NAME)
        self.dismiss()
        if isinstance(name, str):
            self.chosen.emit(name)
        else:
            self.remedied.emit(name)

    def dismiss(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is self.search and event.type() == QEvent.Type.FocusOut:
            self.dismiss()
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Tab):
                self._step(1)
            elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Backtab):
                self._step(-1)
            elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._pick(self.list.currentItem())
            elif event.key() == Qt.Key.Key_Escape:
                self.dismiss()
            else:
                return super().eventFilter(watched, event)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.tokens.raised)
        painter.setPen(QPen(self._theme.tokens.stroke, 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()


def sized(text: str) -> tuple[str, int | None]:
    """A name and the number behind it: "dense 16" is ("dense", 16); "conv2d" is a name."""
    found = re.fullmatch(r"\s*(.*?\S)\s+(\d{1,6})\s*", text)
    return (found.group(1), int(found.group(2))) if found else (text, None)


def size_setting(operator: Operator) -> str | None:
    """The setting that says how large an operator is: units, filters, features, …: its first, if that is a whole number."""
    first = next(iter(operator.settings), None)
    return first.name if first is not None and type(first.default) is int else None


def matches(text: str) -> dict[str, list[Operator]]:
    """Operators whose title, name or category holds the text, by category; better matches first within each."""
    wanted = text.strip().lower()

    def rank(operator: Operator) -> int:
        titles = (operator.title.lower(), operator.name.replace("_", " "))
        if any(title.startswith(wanted) for title in titles):
            return 0
        if any(wanted in title for title in (*titles, operator.name)):
            return 1
        return 2 if wanted in operator.category.lower() else 3

    ranked = sorted(((rank(o), o) for o in operators), key=lambda pair: pair[0])
    best = {category: min((r for r, o in ranked if o.category == category), default=3) for category in _categories()}
    order = _categories() if not wanted else sorted(_categories(), key=lambda category: best[category])
    found = {category: [o for r, o in ranked if r < 3 and o.category == category] for category in order}
    return {category: each for category, each in found.items() if each}


def _categories() -> list[str]:
    """The known categories, then those that plug-ins bring."""
    return list(dict.fromkeys([*CATEGORIES, *(o.category for o in operators)]))
