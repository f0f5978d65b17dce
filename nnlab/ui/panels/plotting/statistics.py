"""Statistics beside a picture: headings, values in a column, and a legend of the points, in one painted widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.theme import Theme, follow

LegendMark = Literal["dot", "ring", "batch", "line", "dashes"]


LEGEND_MARK = 19  # pixels before the words of a legend
MOST_WISHED = 130  # of a legend, at the cost of the picture


@dataclass(frozen=True)
class StatisticsHeading:
    text: str


@dataclass(frozen=True)
class StatisticsValue:
    label: str
    text: str
    is_strong: bool = False


@dataclass(frozen=True)
class LegendEntry:
    """What a mark in the picture means; `color` is a token's name or a colour as #rrggbb."""

    mark: LegendMark
    text: str
    color: str = "text"


Line = StatisticsHeading | StatisticsValue | LegendEntry


class Statistics(QWidget):
    """Lines from top to bottom; those that find no room are left out, the last first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def value(self, heading: str, label: str) -> str:
        """The text of a value below a heading. Raises KeyError when there is none."""
        current = ""
        for line in self._lines:
            if isinstance(line, StatisticsHeading):
                current = line.text
            elif isinstance(line, StatisticsValue) and (current, line.label) == (heading, label):
                return line.text
        raise KeyError((heading, label))

    def set_lines(self, lines: Sequence[Line]) -> None:
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            words = [
                line.text if isinstance(line, StatisticsHeading) else f"{line.label} {line.text}"
                for line in lines
                if not isinstance(line, LegendEntry)
            ]
            self.setAccessibleName("Statistics: " + ", ".join(words))
            self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.least_width() + self._theme.metrics.px(16), 100)

    def least_width(self) -> int:
        """Room for "train 17 / 400"; longer counts ask for more, as far as the lines have any."""
        body, strong = QFontMetricsF(self._theme.font("body")), QFontMetricsF(self._theme.font("name"))
        needed = body.horizontalAdvance("train 00 / 000")
        for line in self._lines:
            if isinstance(line, StatisticsHeading):
                needed = max(needed, body.horizontalAdvance(line.text))
            elif isinstance(line, StatisticsValue):
                text = (strong if line.is_strong else body).horizontalAdvance(line.text)
                needed = max(needed, body.horizontalAdvance(line.label) + text + self._theme.metrics.px(8))
        return round(needed + self._theme.metrics.px(16))

    def wished_width(self) -> int:
        """Room for the words of the legend as well, as far as the lines may reach."""
        words = [QFontMetricsF(self._theme.font("body")).horizontalAdvance(e.text) for e in self._lines if isinstance(e, LegendEntry)]
        px = self._theme.metrics.px
        return max(self.least_width(), round(min(max(words, default=0.0) + px(LEGEND_MARK), px(MOST_WISHED)) + px(17)))

    def _placed(self) -> Iterator[tuple[Line, QRectF, str]]:
        """Every line that has room, its place, and the heading it stands below."""
        px = self._theme.metrics.px
        y, row, right, heading = 0.0, float(px(18)), min(self.width() - px(16), px(200)), ""
        for i, line in enumerate(self._lines):
            is_heading = isinstance(line, StatisticsHeading)
            if i and (is_heading or (isinstance(line, LegendEntry) and not isinstance(self._lines[i - 1], LegendEntry))):
                y += px(7)
            if y + row > self.height():
                return
            heading = line.text if isinstance(line, StatisticsHeading) else heading
            yield line, QRectF(0, y, right, row), heading
            y += row

    def value_at(self, point: QPointF | None) -> tuple[str, str] | None:
        """(heading, label) of the value at a point, or of the first for None; None where there is none."""
        return next(
            (
                (heading, line.label)
                for line, place, heading in self._placed()
                if isinstance(line, StatisticsValue) and (point is None or place.contains(point))
            ),
            None,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.panel)
        for line, place, _ in self._placed():
            if isinstance(line, LegendEntry):
                self._paint_legend(painter, line, place)
                continue
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text2)
            if isinstance(line, StatisticsHeading):
                painter.drawText(place, middle, line.text)
                continue
            painter.setPen(tokens.text)
            painter.drawText(place, middle, line.label)
            painter.setFont(self._theme.font("name" if line.is_strong else "body"))
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, line.text)
        painter.end()

    def _paint_legend(self, painter: QPainter, line: LegendEntry, place: QRectF) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        color = QColor(line.color) if line.color.startswith("#") else getattr(tokens, line.color)
        centre = QPointF(px(6), place.center().y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.mark == "dot":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(centre, 3.5, 3.5)
        elif line.mark in ("ring", "batch"):
            painter.setPen(QPen(color, 1.5))
            painter.drawEllipse(centre, *((5.0, 5.0) if line.mark == "batch" else (3.0, 3.0)))
        else:
            pen = QPen(color, 2.0 if line.mark == "line" else 1.5)
            if line.mark == "dashes":
                pen.setDashPattern([2.5, 1.5])
            painter.setPen(pen)
            painter.drawLine(QPointF(0, centre.y()), QPointF(px(13), centre.y()))
        painter.setFont(self._theme.font("body"))
        painter.setPen(tokens.text2)
        text = place.adjusted(px(LEGEND_MARK), 0, 0, 0)
        shown = QFontMetricsF(painter.font()).elidedText(line.text, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
