"""Shortcut sheet: every key of the window on one page, found by typing (opened with ?).

It is made from the actions themselves each time it opens, and from a table of what is no action (drags on the canvas), so that it cannot
say anything that is not so. Groups flow into as many columns as there is room for. Escape or another ? closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from nnlab.ui.look.theme import Theme, follow, mix
from nnlab.ui.widgets.command_palette import group
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.overlay import Overlay
from nnlab.ui.widgets.painting import fill_rounded
from nnlab.ui.widgets.required import parent_of
from nnlab.ui.widgets.search_field import SearchField

_WIDTH = 1180
_COLUMN = 340  # the least width of a column
_ROW = 22
SCROLL_BAR = 10
_MARGIN = 16  # least distance of the box from the window's edge

Manual = Sequence[tuple[str, str, str]]  # group, keys, what they do


@dataclass(frozen=True)
class Shortcut:
    """A line of the sheet: each of `keys` is another way to the same, as it is written with a plus."""

    group: str
    text: str
    keys: tuple[str, ...]

    @property
    def searched(self) -> str:
        keys = " ".join(self.keys)
        return f"{self.group} {self.text} {keys} {keys.replace('+', ' ')}".casefold()


def shortcuts(actions: Iterable[QAction], manual: Manual = ()) -> list[Shortcut]:
    """A line for every action that has keys, then what is no action; groups in the order in which they first appear."""
    found: list[Shortcut] = []
    for action in actions:
        keys = tuple(dict.fromkeys(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()))
        if keys and action.text():
            found.append(Shortcut(group(action), action.iconText().rstrip("…. "), keys))
    found += [Shortcut(where, text, (keys,)) for where, keys, text in manual]
    order = {name: place for place, name in enumerate(dict.fromkeys(line.group for line in found))}
    return sorted(found, key=lambda line: order[line.group])


def key_caps(keys: str) -> list[str]:
    """The keys that are pressed together: Ctrl and K for Ctrl+K. A key that is itself a plus stays one."""
    return [key or "+" for key in keys.removesuffix("+").split("+")] if keys.endswith("+") else keys.split("+")


class ShortcutSheet(Overlay):
    """`open_sheet(actions)` shows it; `found` are the lines that match what is typed."""

    def __init__(self, theme: Theme, window: QWidget, manual: Manual = ()) -> None:
        super().__init__(theme, window, "Keyboard shortcuts")
        self._manual = manual
        self._all: list[Shortcut] = []
        self.field = _Field(theme, "Search shortcuts", name="Search shortcuts")
        self.page = _Page(theme)
        self._area = QScrollArea()
        self._area.setWidget(self.page)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        self.page.setAutoFillBackground(False)  # the box is seen
        self._nothing = Label(theme, "No shortcut matches. Every action is also in the command palette.", "body", "text2")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.field, self._area, self._nothing):
            self.column.addWidget(widget)
        self.field.textChanged.connect(self._search)
        self.field.moved.connect(self._scroll)
        self.field.left.connect(self.close_box)
        self.field.asked_again.connect(self.close_box)
        follow(theme, self)

    @property
    def found(self) -> Sequence[Shortcut]:
        return self.page.lines

    def open_sheet(self, actions: Iterable[QAction]) -> None:
        """Shows the keys of these actions, or closes the sheet if it is open."""
        if self.isVisible():
            self.close_box()
            return
        self._all = shortcuts(actions, self._manual)
        self.field.clear()
        self._search()
        self.open_box(self.field)

    def _search(self) -> None:
        words = self.field.text().casefold().split()
        self.page.lines = [line for line in self._all if all(word in line.searched for word in words)]
        self._area.setVisible(bool(self.page.lines))
        self._nothing.setVisible(not self.page.lines)
        self.place()

    def _scroll(self, steps: int) -> None:
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + steps * self._theme.metrics.px(_ROW))

    def box_rect(self) -> QRect:
        """In the middle of the window: as wide as three columns where there is room, as high as they need."""
        metrics, window = self._theme.metrics, parent_of(self)
        width = min(metrics.px(_WIDTH), window.width() - 48)
        margins = self.column.contentsMargins()
        inner = width - margins.left() - margins.right()
        rest = margins.top() + margins.bottom() + self.field.sizeHint().height() + self.column.spacing()
        self.page.least = 0
        whole = self.page.height_for(inner, self._all)
        self.page.least = 2 * whole // metrics.px(_ROW)
        shown = min(whole, window.height() - 2 * metrics.px(_MARGIN) - rest)
        if shown < whole:
            inner -= SCROLL_BAR
        self.page.resize(inner, max(shown, self.page.height_for(inner, self.page.lines)))
        return QRect((window.width() - width) // 2, (window.height() - shown - rest) // 2, width, shown + rest)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        pad = metrics.padding
        self.column.setContentsMargins(pad, pad, pad, pad)
        self.column.setSpacing(metrics.px(12))
        self.place()


class _Field(SearchField):
    """? in it closes the sheet, as it opened it."""

    asked_again = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?":
            self.asked_again.emit()
        else:
            super().keyPressEvent(event)


class _Page(QWidget):
    """The lines in columns, painted; its accessible description says them all."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[Shortcut] = ()
        self.least = 0  # height of a column that is filled before the next begins, halves of a row
        self.setAccessibleName("Shortcuts")
        theme.changed.connect(self.update)

    @property
    def lines(self) -> Sequence[Shortcut]:
        return self._lines

    @lines.setter
    def lines(self, lines: Sequence[Shortcut]) -> None:
        self._lines = lines
        self.setAccessibleDescription("; ".join(f"{line.text}: {' or '.join(line.keys)}" for line in lines))
        self.update()

    def height_for(self, width: int, lines: Sequence[Shortcut]) -> int:
        longest = max((sum(map(_height, column)) for column in columns(lines, self._count(width), self.least)), default=0)
        return longest * self._theme.metrics.px(_ROW) // 2

    def _count(self, width: int) -> int:
        return max(1, width // self._theme.metrics.px(_COLUMN))

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self._theme.metrics
        count, gap, row = self._count(self.width()), metrics.px(32), metrics.px(_ROW)
        width = (self.width() - gap * (count - 1)) // count
        painter = QPainter(self)
        for place, column in enumerate(columns(self._lines, count, self.least)):
            rect = QRect(place * (width + gap), 0, width, row)
            for part in column:
                if isinstance(part, str):
                    painter.setFont(self._theme.font("caption_strong"))
                    painter.setPen(self._theme.tokens.text2)
                    painter.drawText(rect.adjusted(0, 0, 0, -2), Qt.AlignmentFlag.AlignVCenter, part)
                elif part is not None:
                    self._paint_line(painter, rect, part)
                rect.translate(0, _height(part) * row // 2)
        painter.end()

    def _paint_line(self, painter: QPainter, rect: QRect, line: Shortcut) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        font = self._theme.font("caption")
        fonts = QFontMetrics(font)
        painter.setFont(font)
        right, pad, high = rect.right() + 1, metrics.px(6), metrics.px(18)
        for number, keys in enumerate(reversed(line.keys)):
            if number:
                wide = fonts.horizontalAdvance("or")
                painter.setPen(tokens.text2)
                painter.drawText(QRect(right - wide - pad, rect.top(), wide, rect.height()), Qt.AlignmentFlag.AlignCenter, "or")
                right -= wide + 2 * pad
            for key in reversed(key_caps(keys)):
                wide = max(high, fonts.horizontalAdvance(key) + 2 * pad)
                cap = QRect(right - wide, rect.center().y() - high // 2 + 1, wide, high)
                fill_rounded(painter, cap, metrics.px(4), self._ground())
                painter.setPen(tokens.text)
                painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
                right -= wide + metrics.px(3)
        right -= pad
        place = QRect(rect.left(), rect.top(), right - rect.left(), rect.height())
        body = self._theme.font("body")
        painter.setFont(body)
        painter.setPen(tokens.text)
        text = QFontMetrics(body).elidedText(line.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def _ground(self) -> QColor:
        """Of a key: a step away from the box it lies on."""
        return mix(self._theme.tokens.raised, self._theme.tokens.text2, 0.16)


SheetRow = str | Shortcut | None  # a heading, a line, an empty row


def columns(lines: Sequence[Shortcut], count: int, least: int = 0) -> list[list[SheetRow]]:
    """Groups under their headings, in at most `count` columns; a group may go on in the next one.

    Columns are as short as they can be, but not shorter than `least` halves of a row: the few lines that a search finds stay in one column.
    """
    groups: dict[str, list[Shortcut]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    height = max(least, -(-(2 * len(lines) + 2 * len(groups)) // count))
    while len(filled := _filled(groups, height)) > count:
        height += 1
    return filled


def _height(part: SheetRow) -> int:
    """In halves of a row."""
    return 1 if part is None else 2


def _filled(groups: Mapping[str, Sequence[Shortcut]], height: int) -> list[list[SheetRow]]:
    """Groups one after another in columns of at most `height`; no heading without two of its lines, none of which stays alone."""
    found: list[list[SheetRow]] = [[]]
    for name, members in groups.items():
        rest = list(members)
        while rest:
            column = found[-1]
            start: list[SheetRow] = [*([None] if column else []), name if len(rest) == len(members) else f"{name}, continued"]
            room = (height - sum(map(_height, [*column, *start]))) // 2
            taken = len(rest) if len(rest) <= room else min(room, len(rest) - 2)
            if taken < min(2, len(rest)) and column:
                found.append([])
                continue
            column += [*start, *rest[: max(1, taken)]]
            rest = rest[max(1, taken) :]
            if rest:
                found.append([])
    return found
