"""The search popup: type a few letters of an operator, Enter adds it where the cursor is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from nnlab.core.operator import CATEGORIES, Operator, operators
from nnlab.ui.icons import icon
from nnlab.ui.operator_glyph import operator_glyph
from nnlab.ui.theme import Theme

WIDTH, ROW, HEADING, MOST_ROWS = 300, 28, 24, 11
NAME = Qt.ItemDataRole.UserRole


class _Rows(QStyledItemDelegate):
    """Headings in small letters; operators with their glyph, their summary at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(WIDTH - 24, self._theme.metrics.px(ROW if index.data(NAME) else HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        tokens, name, rect = self._theme.tokens, index.data(NAME), QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if name is None:
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            painter.drawText(rect.adjusted(8, 4, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), index.data())
        else:
            is_current = self.parent().currentRow() == index.row()  # type: ignore[attr-defined]
            if is_current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(tokens.sel)
                painter.drawRoundedRect(rect, 6, 6)
            side = self._theme.metrics.icon
            operator_glyph(name).draw(painter, QRectF(rect.left() + 8, rect.center().y() - side / 2, side, side), tokens.text2)
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text)
            painter.drawText(rect.adjusted(side + 18, 0, -8, 0), int(Qt.AlignmentFlag.AlignVCenter), index.data())
            if is_current:
                accept = QRectF(rect.right() - side - 6, rect.center().y() - 8, 16, 16)
                icon(self._theme, "accept", color="text2").paint(painter, accept.toRect())
        painter.restore()


class AddPopup(QWidget):
    """`chosen(name)` when an operator was picked. Lies over the canvas and closes when it loses the focus."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Add an operator")
        self.search = QLineEdit()
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
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._pick)
        self.list.itemEntered.connect(lambda item: self.list.setCurrentItem(item) if item.data(NAME) else None)
        self.hide()

    def open_at(self, at: QPoint) -> None:
        """Opens at a point of the parent, moved where it would leave it."""
        tokens = self._theme.tokens
        self.list.setStyleSheet(f"QListWidget {{ background: {tokens.hex('raised')}; border: none; }}")
        self.setFixedWidth(self._theme.metrics.px(WIDTH))
        self.search.clear()
        self._filter("")
        room = self.parentWidget().rect().adjusted(8, 8, -8, -8)
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
        rows = 0
        for category, found in matches(text).items():
            heading = QListWidgetItem(category, self.list)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            for operator in found:
                item = QListWidgetItem(operator.title, self.list)
                item.setData(NAME, operator.name)
                rows += 1
        if not rows:
            nothing = QListWidgetItem(f"Nothing is called “{text}”.", self.list)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self._step(1, start=-1)
        height = sum(self.list.sizeHintForRow(i) for i in range(self.list.count()))
        most = self._theme.metrics.px(ROW) * MOST_ROWS
        self.list.setFixedHeight(min(height, most, max(80, self.parentWidget().height() - 90)) + 2)
        self.adjustSize()

    def _step(self, by: int, start: int | None = None) -> None:
        """To the next row that is an operator."""
        row = self.list.currentRow() if start is None else start
        for _ in range(self.list.count()):
            row = (row + by) % self.list.count()
            if self.list.item(row).data(NAME) is not None:
                self.list.setCurrentRow(row)
                return

    def _pick(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(NAME) is not None:
            self.dismiss()
            self.chosen.emit(item.data(NAME))

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
