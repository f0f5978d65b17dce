"""What an adapter costs at each rank beside full fine-tuning: a row a rank, its numbers as a bar."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.studies.lora.measures import Cost
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import fill_rounded


@dataclass(frozen=True)
class CostTable:
    """`costs` by rank, the last of full fine-tuning; `rank` is the present one, from `break_even` on an adapter has more numbers than W."""

    costs: tuple[Cost, ...]
    rank: int | None
    break_even: int
    seconds: tuple[float, float] | None = None  # of a step with the adapters as they are, and of full fine-tuning


def kilobytes(count: int) -> str:
    return numbers.fixed(count / 1000, 1) if count < 99_950 else numbers.count(round(count / 1000))


class CostRows(QWidget):
    """The present rank has the accent; a rank from the break-even on is marked and says so."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown: CostTable | None = None
        self.setAccessibleName("Cost by rank")
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def show_costs(self, table: CostTable | None) -> None:
        self.shown = table
        self.setAccessibleDescription("; ".join(self._words(cost) for cost in table.costs) if table is not None else "")
        self.updateGeometry()
        self.update()

    def _words(self, cost: Cost) -> str:
        name = "full" if cost.rank is None else f"rank {cost.rank}"
        return f"{name}: {cost.problem or f'{cost.parameters:,} learn'}"

    @property
    def _row(self) -> float:
        rows = 1 + (len(self.shown.costs) if self.shown is not None else 0)
        return min(self._theme.metrics.px(22), max(self._theme.metrics.px(15), self.height() / rows))

    def sizeHint(self) -> QSize:
        rows = 1 + (len(self.shown.costs) if self.shown is not None else 7)
        return QSize(self._theme.metrics.px(300), rows * self._theme.metrics.px(18))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(80))

    def paintEvent(self, event: QPaintEvent) -> None:
        table = self.shown
        if table is None:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        columns = self._columns()
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        row, middle = self._row, Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(px(16), 0, px(60), row), middle, "rank")
        painter.drawText(QRectF(columns[0], 0, px(120), row), middle, "learn")
        for right, word in zip(columns[2:], ("optimiser, kB", "file, kB"), strict=False):
            painter.drawText(QRectF(right - px(120), 0, px(120), row), middle | Qt.AlignmentFlag.AlignRight, word)
        most = max((cost.parameters for cost in table.costs), default=1) or 1
        for k, cost in enumerate(table.costs, 1):
            self._paint_row(painter, QRectF(0, k * row, self.width(), row), cost, columns, most)
        painter.end()

    def _columns(self) -> list[float]:
        """Left of the bars, right of the counts, and right of the bytes for which there is room."""
        px, right = self._theme.metrics.px, float(self.width() - self._theme.metrics.px(16))
        if self.width() >= px(320):
            return [px(72), right - px(140), right - px(58), right]
        if self.width() >= px(250):
            return [px(72), right - px(84), right]
        return [px(72), right]

    def _paint_row(self, painter: QPainter, place: QRectF, cost: Cost, columns: list[float], most: int) -> None:
        assert self.shown is not None
        tokens, px, table = self._theme.tokens, self._theme.metrics.px, self.shown
        is_now = cost.rank is not None and cost.rank == table.rank
        is_dear = cost.rank is not None and table.break_even > 0 and cost.rank >= table.break_even
        if is_now:
            painter.fillRect(place, tokens.sel)
        font = self._theme.font("name" if is_now else "body")
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(tokens.accent if is_now else tokens.warn if is_dear else tokens.text3 if cost.problem else tokens.text)
        name = "full" if cost.rank is None else numbers.count(cost.rank)
        left = QRectF(px(16), place.top(), px(54), place.height())
        painter.drawText(left, middle, f"{name} ≥ W" if is_dear and not cost.problem else name)
        if cost.problem:
            painter.setFont(self._theme.font("caption"))
            room = QRectF(columns[0], place.top(), self.width() - columns[0] - px(8), place.height())
            painter.drawText(room, middle, painter.fontMetrics().elidedText(cost.problem, Qt.TextElideMode.ElideRight, int(room.width())))
            return
        room_of_bar = max(8.0, columns[1] - columns[0] - px(58))
        bar = QRectF(columns[0], place.center().y() - px(4), max(2.0, room_of_bar * cost.parameters / most), px(8))
        fill_rounded(painter, bar, 2, tokens.accent if is_now else tokens.warn if is_dear else tokens.text2)
        painter.setPen(tokens.text)
        texts = (numbers.count(cost.parameters), kilobytes(cost.optimizer_bytes), kilobytes(cost.file_bytes))
        for right, text in zip(columns[1:], texts, strict=False):
            cell = QRectF(right - px(80), place.top(), px(80), place.height())
            painter.drawText(cell, middle | Qt.AlignmentFlag.AlignRight, text)
            painter.setPen(tokens.text2)
            painter.setFont(self._theme.font("body"))

    def cost_at(self, y: float) -> Cost | None:
        """The row at a height."""
        if self.shown is None:
            return None
        k = int(y // self._row) - 1
        return self.shown.costs[k] if 0 <= k < len(self.shown.costs) else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cost = self.cost_at(event.pos().y())
            words = ""
            if cost is not None:
                words = cost.problem or (
                    f"{cost.parameters:,} numbers learn; the optimiser keeps {cost.optimizer_bytes:,} bytes, "
                    f"the file has {cost.file_bytes:,}"
                )
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
