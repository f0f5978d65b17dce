"""The confusion matrix: how many samples of each class (rows) were taken for which (columns).

A cell's colour is its share of the row, so that a small class is judged like a large one; its number is the count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.core.short_names import abbreviated, distinguished
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import ink, magnitude_pixels
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import outline_rounded

WHOLE_NAMES = 56  # pixels; longer ones lose the words they have in common
LEAST_CELL = 18  # pixels of a cell's width, before long names of the rows give way
WIDEST_CELL = 2.4  # of a cell's height; long class names ask for wide cells


@dataclass(frozen=True)
class _Places:
    """Where things are: the matrix itself, and the size of one cell."""

    left: float
    top: float
    cell_width: float
    cell_height: float

    def cell(self, row: int, column: int) -> QRectF:
        return QRectF(self.left + column * self.cell_width, self.top + row * self.cell_height, self.cell_width, self.cell_height)


class ConfusionMatrix(QWidget):
    """Counts (true, predicted) with the names of the classes. Arrow keys walk through the cells and read them out.

    `chosen((true, predicted) or None)`: the samples of a cell are asked for, by a click or Enter; by a second one, no longer.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = np.zeros((0, 0), dtype=np.int64)
        self._names: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()  # without the words that all have in common
        self._current: tuple[int, int] | None = None
        self.asked: tuple[int, int] | None = None  # the cell whose samples are asked for
        self._ground = "panel"  # the token of what it lies on
        self.setAccessibleName("Confusion matrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    @property
    def current(self) -> tuple[int, int] | None:
        """The cell the keyboard is at."""
        return self._current

    @property
    def counts(self) -> np.ndarray:
        return self._table

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    @property
    def shown_names(self) -> tuple[str, ...]:
        """What stands at rows and columns: without the words in common where the whole names are long."""
        metrics = QFontMetricsF(self._theme.font("caption"))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        return self._short if widest > self._theme.metrics.px(WHOLE_NAMES) else self._names

    def column_names(self, room: float) -> tuple[str, ...]:
        """What stands above the columns within `room` pixels each: abbreviated where the names of the rows would not fit."""
        metrics, whole = QFontMetricsF(self._theme.font("caption")), self.shown_names
        known = (whole, *(abbreviated(self._short, fewest) for fewest in (3, 2, 1)))
        return next((names for names in known if all(metrics.horizontalAdvance(name) <= room for name in names)), known[-1])

    def show_counts(self, table: np.ndarray, names: tuple[str, ...]) -> None:
        if names != self._names or not np.array_equal(table, self._table):
            if names != self._names:
                self._current = self.asked = None
            self._table, self._names, self._short = table, names, distinguished(names)
            self._describe()
            self.update()

    def apply_metrics(self) -> None:
        self.update()

    def preferred_width(self, height: int) -> int:
        """The width at which cells are square, or wide enough for their names."""
        n = max(1, len(self._names))
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        cell_height = (height - self._head() - px(8)) / n
        texts = (*self.shown_names, numbers.count(int(self._table.max(initial=0))))
        widest = max(metrics.horizontalAdvance(text) for text in texts) + px(5)
        cell_width = math.ceil(min(max(cell_height, widest), cell_height * WIDEST_CELL))
        return round(self._names_width(self.shown_names) + n * cell_width + px(16))

    def set_ground(self, token: str) -> None:
        """Lies on something of another colour."""
        self._ground = token
        self.update()

    def _head(self) -> float:
        """Room above the matrix: the word "predicted" and the column names."""
        return 2 * QFontMetricsF(self._theme.font("caption")).height() + self._theme.metrics.px(4)

    @property
    def row_names(self) -> tuple[str, ...]:
        """What stands beside the rows: abbreviated where whole names leave no room for the cells."""
        names, n = self.shown_names, len(self._names)
        cells = self.width() - self._names_width(names) - self._theme.metrics.px(16)
        return names if cells >= n * self._theme.metrics.px(LEAST_CELL) else abbreviated(self._short)

    def _names_width(self, names: Sequence[str]) -> float:
        metrics, px = QFontMetricsF(self._theme.font("caption")), self._theme.metrics.px
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        return px(16) + metrics.height() + px(4) + min(widest, px(96)) + px(6)

    def _places(self) -> _Places:
        n, px = max(1, len(self._names)), self._theme.metrics.px
        left = self._names_width(self.row_names)
        height = (self.height() - self._head() - px(8)) / n
        width = min((self.width() - left - px(16)) / n, height * WIDEST_CELL)
        if n > 5:  # whole pixels keep many cells equal
            width, height = float(int(width)), float(int(height))
        return _Places(left, self._head(), max(1.0, width), max(1.0, height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), getattr(self._theme.tokens, self._ground))
        if len(self._names):
            places = self._places()
            self._paint_names(painter, places)
            self._paint_cells(painter, places)
        painter.end()

    def _paint_names(self, painter: QPainter, places: _Places) -> None:
        tokens, px, n = self._theme.tokens, self._theme.metrics.px, len(self._names)
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        line = metrics.height()
        painter.setFont(font)
        painter.setPen(tokens.text3)
        word = metrics.horizontalAdvance("predicted") + 1
        painter.drawText(QRectF(min(places.left, self.width() - word), 0, word, line), Qt.AlignmentFlag.AlignLeft, "predicted")
        painter.save()
        painter.translate(QPointF(px(16), places.top + n * places.cell_height))
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, n * places.cell_height, line), Qt.AlignmentFlag.AlignRight, "true")
        painter.restore()
        painter.setPen(tokens.text2)
        every_row, every_column = max(1, round(line / places.cell_height + 0.3)), max(1, round(px(14) / places.cell_width + 0.3))
        columns = self.column_names(places.cell_width * every_column)
        for k, name in enumerate(self.row_names):
            if k % every_row == 0:
                place = QRectF(px(16) + line, places.top + (k + 0.5) * places.cell_height - line / 2, places.left - px(22) - line, line)
                painter.drawText(place, Qt.AlignmentFlag.AlignRight, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, place.width()))
            if k % every_column == 0:
                room = places.cell_width * every_column
                place = QRectF(places.left + (k + 0.5) * places.cell_width - room / 2, line + px(1), room, line)
                text = metrics.elidedText(columns[k], Qt.TextElideMode.ElideMiddle, room)
                if len(text) > 1 or columns[k] == text:  # a row of dots says nothing; the rows have the names in the same order
                    painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_cells(self, painter: QPainter, places: _Places) -> None:
        n = len(self._names)
        totals = self._table.sum(axis=1, keepdims=True)
        pixels = magnitude_pixels(self._table / np.maximum(totals, 1), 0.0, 1.0, self._theme.is_dark)
        gap = 1.0 if min(places.cell_width, places.cell_height) >= 6 else 0.0
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        widest = metrics.horizontalAdvance(str(int(self._table.max(initial=0))))
        has_numbers = places.cell_height >= metrics.height() - 3 and places.cell_width >= widest + 1
        painter.setFont(font)
        for row in range(n):
            for column in range(n):
                cell = places.cell(row, column).adjusted(0, 0, -gap, -gap)
                pixel, count = int(pixels[row, column]), int(self._table[row, column])
                painter.fillRect(cell, QColor.fromRgb(pixel))
                if has_numbers and (count or n <= 4):
                    painter.setPen(ink(pixel))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, numbers.count(count))
        if self.asked is not None:
            outline_rounded(painter, places.cell(*self.asked).adjusted(-1, -1, 0, 0), 2, self._theme.tokens.text, 2)
        if self._current is not None and self.hasFocus():
            outline_rounded(painter, places.cell(*self._current).adjusted(-1, -1, 0, 0), 2, self._theme.tokens.accent, 2)

    # Reading

    def sentence(self, row: int, column: int) -> str:
        """One cell in words."""
        count, total = int(self._table[row, column]), int(self._table[row].sum())
        share = numbers.percent(count / total) if total else numbers.NOTHING
        return f"True {self._names[row]}, predicted {self._names[column]}: {numbers.count(count)} of {numbers.count(total)}, {share}"

    def _describe(self) -> None:
        right, total = int(np.trace(self._table)), int(self._table.sum())
        self.setAccessibleDescription(f"{numbers.count(right)} of {numbers.count(total)} samples right")

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        places, n = self._places(), len(self._names)
        row, column = int((position.y() - places.top) // places.cell_height), int((position.x() - places.left) // places.cell_width)
        return (row, column) if 0 <= row < n and 0 <= column < n else None

    def name_at(self, position: QPointF) -> str:
        """The whole name of the class whose row or column is named there; "" elsewhere."""
        places, n = self._places(), len(self._names)
        row, column = int((position.y() - places.top) // places.cell_height), int((position.x() - places.left) // places.cell_width)
        if column < 0 <= row < n:
            return self._names[row]
        return self._names[column] if row < 0 <= column < n else ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.sentence(*cell) if cell else self.name_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def ask(self, cell: tuple[int, int] | None) -> None:
        """For the samples of a cell; for the same one again, for none."""
        self.asked = None if cell == self.asked else cell
        self.update()
        self.chosen.emit(self.asked)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.ask(self.cell_at(event.position()))
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        step = steps.get(Qt.Key(event.key()))
        n = len(self._names)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.ask(self._current)
            return
        if step is None or not n:
            super().keyPressEvent(event)
            return
        row, column = self._current or (-step[0] if step[0] > 0 else 0, -step[1] if step[1] > 0 else 0)
        self._current = (min(max(row + step[0], 0), n - 1), min(max(column + step[1], 0), n - 1))
        self.setAccessibleDescription(self.sentence(*self._current))
        QToolTip.showText(
            self.mapToGlobal(self._places().cell(*self._current).bottomRight().toPoint()), self.sentence(*self._current), self
        )
        self.update()
