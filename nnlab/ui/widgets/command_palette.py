"""Command palette: every action of the window, found by typing a few of its letters (Ctrl+K).

It lists the actions it is given, shows their shortcuts, and runs one by Enter or a click. An action is found by its own words and by
others that people have for it. It lies over the window it belongs to and
closes by Escape, by a click elsewhere, and by running something. Actions run lately come first while nothing is typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import plain_text, shortcut_text
from nnlab.ui.widgets.fuzzy import ranked
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.model_index import ModelIndex
from nnlab.ui.widgets.overlay import Overlay
from nnlab.ui.widgets.painting import fill_rounded
from nnlab.ui.widgets.required import parent_of
from nnlab.ui.widgets.search_field import SearchField

_WIDTH = 560
_ROWS = 10  # shown at once
_REMEMBERED = 5
SYNONYMS = "synonyms"  # a property of actions: other words they are found by
_ACTION, _PLACES = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


def group(action: QAction) -> str:
    """Where an action belongs, from its object name: "Run" for run.play."""
    name = action.objectName()
    return name.partition(".")[0].replace("_", " ").capitalize() if "." in name else ""


class CommandPalette(Overlay):
    """A list of actions in a box over `window`. `ran(action)` is emitted after an action was triggered from here."""

    ran = Signal(QAction)

    def __init__(self, theme: Theme, window: QWidget, actions: Sequence[QAction] = ()) -> None:
        super().__init__(theme, window, "Commands")
        self._actions: list[QAction] = []
        self._recent: list[QAction] = []
        self.field = SearchField(theme, "Type a command", name="Command")
        self._model = _Commands(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_CommandDelegate(theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Matching commands")
        self.list.setProperty("flat", True)
        self._nothing = Label(theme, "No command matches. Try fewer letters.", "body", "text2")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.field, self.list, self._nothing):
            self.column.addWidget(widget)
        self.field.textChanged.connect(self._search)
        self.field.moved.connect(self._move)
        self.field.accepted.connect(self.run_current)
        self.field.left.connect(self.close_palette)
        self.list.clicked.connect(self.run_current)
        self.set_actions(actions)
        follow(theme, self)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """What can be found: actions with a text, in the order shown while nothing is typed."""
        self._actions = [action for action in actions if action.text() and not action.isSeparator()]
        self._recent = [action for action in self._recent if action in self._actions]

    def open_palette(self) -> None:
        """Shows the palette at the top of its window, empty and ready to type."""
        self.field.clear()
        self._search()
        self.open_box(self.field)

    def close_palette(self) -> None:
        """Hides it; the focus goes back to where it was, unless it has gone elsewhere already."""
        self.close_box()

    @property
    def found(self) -> list[QAction]:
        """The actions listed, best first."""
        return [action for action, _ in self._model.rows]

    @property
    def current(self) -> QAction | None:
        """The action Enter would run."""
        return self.list.currentIndex().data(_ACTION)

    def run_current(self) -> None:
        """Runs the current action and closes; a disabled one stays where it is."""
        action = self.current
        if action is None or not action.isEnabled():
            return
        self._recent = [action, *(other for other in self._recent if other is not action)][:_REMEMBERED]
        self.close_palette()
        action.trigger()
        self.ran.emit(action)

    def _search(self) -> None:
        order = [*self._recent, *(action for action in self._actions if action not in self._recent)]
        visible = [action for action in order if action.isVisible()]
        self._model.show(ranked(self.field.text(), visible, _searched, _synonyms))
        self.list.setVisible(bool(self._model.rows))
        self._nothing.setVisible(not self._model.rows)
        self.list.setCurrentIndex(self._model.index(0))
        self.place()

    def _move(self, steps: int) -> None:
        rows = len(self._model.rows)
        if rows:
            row = self.list.currentIndex().row() + steps
            row = row % rows if abs(steps) == 1 else min(rows - 1, max(0, row))
            self.list.setCurrentIndex(self._model.index(row))

    def box_rect(self) -> QRect:
        """At the top, as high as its rows need, up to ten."""
        metrics, window = self._theme.metrics, parent_of(self)
        width = min(metrics.px(_WIDTH), window.width() - 32)
        rows = min(_ROWS, len(self._model.rows))
        self.list.setFixedHeight(rows * metrics.form_row)
        self._nothing.setFixedHeight(metrics.form_row * 2)
        body = self.list.height() if rows else self._nothing.height()
        margins = self.column.contentsMargins()
        height = margins.top() + margins.bottom() + self.field.sizeHint().height() + self.column.spacing() + body
        return QRect((window.width() - width) // 2, metrics.top_bar + 8, width, height)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.column.setContentsMargins(metrics.grid, metrics.grid, metrics.grid, metrics.grid)
        self.column.setSpacing(metrics.px(6))
        self.place()


def _searched(action: QAction) -> str:
    """What typed letters are looked for in: the text, then its group."""
    return f"{plain_text(action)} {group(action)}".rstrip()


def _synonyms(action: QAction) -> Sequence[str]:
    return action.property(SYNONYMS) or ()


class _Commands(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[tuple[QAction, tuple[int, ...]]] = []

    def show(self, rows: Sequence[tuple[QAction, tuple[int, ...]]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        action, places = self.rows[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{plain_text(action)} {shortcut_text(action)}".rstrip()
        display, tip = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
        return {display: plain_text(action), tip: action.toolTip(), _ACTION: action, _PLACES: places}.get(role)


class _CommandDelegate(QStyledItemDelegate):
    """Icon, text with the matched letters heavier, group and shortcut at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        return QSize(0, self._theme.metrics.form_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        action: QAction = index.data(_ACTION)
        if option.state & QStyle.StateFlag.State_Selected:
            fill_rounded(painter, option.rect, metrics.radius_field, tokens.sel)
        place: QRect = option.rect.adjusted(metrics.grid, 0, -metrics.px(10), 0)
        enabled, side = action.isEnabled(), metrics.icon
        if not action.icon().isNull():
            box = QRectF(place.left(), place.center().y() - side / 2 + 0.5, side, side).toRect()
            action.icon().paint(painter, box, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled)
        place.setLeft(place.left() + side + metrics.px(10))
        right, middle = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._theme.font("caption"))
        shortcut = shortcut_text(action)
        if shortcut:
            painter.setPen(tokens.text if enabled else tokens.text3)
            painter.drawText(place, right | middle, shortcut)
            place.setRight(place.right() - QFontMetrics(painter.font()).horizontalAdvance(shortcut) - metrics.padding)
        painter.setPen(tokens.text2 if enabled else tokens.text3)
        painter.drawText(place, right | middle, group(action))
        place.setRight(place.right() - QFontMetrics(painter.font()).horizontalAdvance(group(action)) - metrics.padding)
        self._paint_text(painter, place, plain_text(action), index.data(_PLACES), tokens.text if enabled else tokens.text3)

    def _paint_text(self, painter: QPainter, place: QRect, text: str, places: tuple[int, ...], color: object) -> None:
        painter.setPen(color)
        plain, strong = self._theme.font("body"), self._theme.font("name")
        x = place.left()
        for start, piece, matched in _pieces(text, places):
            font: QFont = strong if matched else plain
            painter.setFont(font)
            room = place.right() - x
            shown = QFontMetrics(font).elidedText(piece, Qt.TextElideMode.ElideRight, room) if start + len(piece) == len(text) else piece
            painter.drawText(QRect(x, place.top(), max(0, room), place.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += QFontMetrics(font).horizontalAdvance(piece)


def _pieces(text: str, places: tuple[int, ...]) -> list[tuple[int, str, bool]]:
    """The text cut into runs that match and runs that do not: (start, letters, whether they match)."""
    pieces: list[tuple[int, str, bool]] = []
    marked = set(places)
    for i, letter in enumerate(text):
        if pieces and pieces[-1][2] == (i in marked):
            start, letters, matches = pieces[-1]
            pieces[-1] = (start, letters + letter, matches)
        else:
            pieces.append((i, letter, i in marked))
    return pieces
