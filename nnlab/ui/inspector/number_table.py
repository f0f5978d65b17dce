"""A small table of numbers: one word at the left of each row, and two columns whose decimal points stand below one another.

Made for numbers that change many times a second: nothing moves but the digits, and only changed tables are painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.ui.look.numbers import NOTHING, number, split_at_point
from nnlab.ui.look.theme import Theme, follow


@dataclass(frozen=True)
class NumberRow:
    """What the two numbers of a row are, and the numbers as written."""

    label: str
    first: str
    second: str
    tip: str = ""


def written(value: float | None) -> str:
    return NOTHING if value is None else number(value, 4)


class NumberTable(QWidget):
    """Rows of two numbers under the headings of their columns."""

    def __init__(self, theme: Theme, name: str, headings: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name, self._headings = theme, name, headings
        self._rows: tuple[NumberRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def rows(self) -> tuple[NumberRow, ...]:
        return self._rows

    @property
    def headings(self) -> tuple[str, str]:
        return self._headings

    def show_rows(self, rows: Sequence[NumberRow], headings: tuple[str, str] | None = None) -> None:
        rows, headings = tuple(rows), headings or self._headings
        if (rows, headings) == (self._rows, self._headings):
            return
        is_other_height = len(rows) != len(self._rows)
        self._rows, self._headings = rows, headings
        said = (f"{row.label} {row.first} and {row.second}" for row in rows)
        self.setAccessibleName(f"{self._name}, {headings[0]} and {headings[1]}: {'; '.join(said)}")
        if is_other_height:
            self.apply_metrics()
        self.update()

    @property
    def column_width(self) -> int:
        """Of each of the two columns of numbers, pixels."""
        return self._theme.metrics.fraction + QFontMetrics(self._theme.font("body")).horizontalAdvance("−00")

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """The (row, column) of the number at a point; None beside them."""
        row = int(point.y() // self._theme.metrics.value_row) - 1
        column = self.column_width
        if not 0 <= row < len(self._rows) or point.x() < self.width() - 2 * column:
            return None
        return row, int(point.x() >= self.width() - column)

    def apply_metrics(self) -> None:
        self.setFixedHeight((len(self._rows) + 1) * self._theme.metrics.value_row if self._rows else 0)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self.height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = event.pos().y() // self._theme.metrics.value_row - 1
            row = self._rows[place] if 0 <= place < len(self._rows) else None
            QToolTip.showText(event.globalPos(), f"{row.label}: {row.tip}" if row is not None and row.tip else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics, font = self._theme.tokens, self._theme.metrics, self._theme.font("body")
        height, widths = metrics.value_row, QFontMetrics(self._theme.font("body"))
        # The second column's points stand below those of a ValueRow; what is left of the two columns is for the words.
        fraction = metrics.fraction
        column = self.column_width
        right = (self.width() - column, self.width())
        middle, to_right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        for text, end in zip(self._headings, right, strict=True):
            width = QFontMetrics(painter.font()).horizontalAdvance(text)
            left = min(end - fraction - widths.horizontalAdvance("0"), end - width)
            painter.drawText(QRect(left, 0, width + 2, height), middle, text)
        painter.setFont(font)
        for k, row in enumerate(self._rows, 1):
            painter.setPen(tokens.text2)
            room = right[0] - column - metrics.grid // 2
            label = widths.elidedText(row.label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(0, k * height, room, height), middle, label)
            for text, end in ((row.first, right[0]), (row.second, right[1])):
                if text.isalpha():  # a word in a number's place stands below its heading
                    painter.setPen(tokens.text2)
                    painter.drawText(QRect(end - fraction - widths.horizontalAdvance("0"), k * height, column, height), middle, text)
                    continue
                whole, rest = split_at_point(text)
                point = end - max(fraction, widths.horizontalAdvance(rest))
                painter.setPen(tokens.text3 if text == NOTHING else tokens.text)
                painter.drawText(QRect(end - column - height, k * height, point - end + column + height, height), to_right, whole)
                painter.drawText(QRect(point, k * height, end - point, height), middle, rest)
        painter.end()
