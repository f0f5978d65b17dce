"""The tensors of a moment: name, shape, the explained element, and smallest, mean and largest of all their numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.core.optimizer import LEARNING_RATE, optimizers
from nnlab.core.penalty import PENALTIES
from nnlab.core.schedule import schedules
from nnlab.core.setting import Setting
from nnlab.core.tensor import Index
from nnlab.engine.program import Instruction
from nnlab.graph.letters import tensor_in_words
from nnlab.ui.look.numbers import number, short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.cell_field import CellField
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded


@dataclass(frozen=True)
class TensorRow:
    """One tensor as the table says it."""

    name: str
    shape: str
    written: bool
    element: str  # "[4, 1]", or "" for a scalar
    value: float
    lowest: float
    mean: float
    highest: float
    is_switch: bool = False  # a setting that is on or off
    is_hidden: bool = False  # it is to be predicted
    is_single: bool = False  # it holds this number alone
    is_whole: bool = False  # it holds whole numbers: counts, classes, places
    argument: str = ""  # of the kernel; "" for a setting
    index: Index = ()
    place: tuple[str, Index] | None = None  # (argument, index) of the element, where its number can be set

    @property
    def text(self) -> str:
        """The value as it is written: a setting as it was chosen, an element of a tensor with its digits."""
        if self.is_hidden:
            return "?"
        if self.is_switch:
            return "on" if self.value else "off"
        return number(self.value) if self.shape and not self.is_whole else short(self.value)

    @property
    def span(self) -> tuple[str, str]:
        """Smallest and largest, and the mean; of a single number nothing."""
        if self.is_single:
            return "", ""
        write = short if self.is_whole else number
        return f"{write(self.lowest, 3)} … {write(self.highest, 3)}", f", mean {number(self.mean, 3)}"


def tensor_rows(model: StepModel, editable: Collection[str] = ()) -> tuple[TensorRow, ...]:
    """Every tensor and setting of the moment, the written ones first; `editable`: whose numbers can be set."""
    trace = model.trace
    if trace is None or model.graph is None:
        return ()
    rows = []
    for operand in trace.instruction.operands:
        name = operand.argument.name
        if name not in trace.after or (model.program is not None and operand.tensor in model.program.scratch):
            continue
        values = np.asarray(trace.after[name], dtype=np.float64)
        if not values.size:  # room that this shape does not need
            continue
        if operand.tensor is None:
            setting, value = _setting(model, trace.instruction, name), float(values)
            label = setting.label if setting is not None else name.replace("_", " ").capitalize()
            is_switch = setting is not None and isinstance(setting.default, bool)
            rows.append(TensorRow(label, "", False, "", value, value, value, value, is_switch))
            continue
        index = model.index(name)
        shape = " × ".join(str(length) for length in values.shape)
        element = ", ".join(str(i + 1) for i in index)
        rows.append(
            TensorRow(
                tensor_in_words(model.graph, operand.tensor),
                shape,
                operand.written,
                f"[{element}]",
                float(values[index]),
                float(values.min()),
                float(values.mean()),
                float(values.max()),
                is_single=values.size == 1,
                is_whole=bool((values == np.round(values)).all()),
                argument=name,
                index=index,
                place=(name, index) if name in editable else None,
            )  # fmt: skip
        )
    return tuple(sorted(rows, key=lambda row: (not row.written, not row.shape)))


def _setting(model: StepModel, instruction: Instruction, name: str) -> Setting | None:
    """The setting of this name where it is chosen; None for a value of the run."""
    graph = model.graph
    declared = [LEARNING_RATE, *(setting for part in (*optimizers, *schedules) for setting in part.settings)]
    if instruction.parameter is None and graph is not None and instruction.node_id in graph:
        declared = [*graph[instruction.node_id].kind.settings, *PENALTIES]
    return next((setting for setting in declared if setting.name == name), None)


class TensorTable(QWidget):
    """Paints the rows, two lines for a tensor, one for a setting. A double click on a number that can be set opens a field for it."""

    entered = Signal(str, tuple, str)  # tensor, index, what was typed
    menu_asked = Signal(str, tuple, QPoint)  # tensor, index, where on the screen

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[TensorRow, ...] = ()
        self._field: CellField | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def rows(self) -> tuple[TensorRow, ...]:
        return self._rows

    def show_rows(self, rows: tuple[TensorRow, ...]) -> None:
        if rows != self._rows:
            self._rows = rows
            said = (f"{'written' if row.written else 'read'} {row.name} {row.element} {row.text}" for row in rows)
            self.setAccessibleName("Tensors of this operation: " + "; ".join(said))
            self._fit()

    def apply_metrics(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(round(sum(self._row_height(row) for row in self._rows)))
        self.update()

    def _row_height(self, row: TensorRow) -> float:
        return self._theme.metrics.px(44 if row.shape else 24)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(300), self.height())

    def event(self, event: QEvent) -> bool:
        """A row's tooltip is its whole name and shape, which large type may have to shorten."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._row_at(event.pos().y())
            under = found[0] if found is not None else None
            hint = "\nA double click sets this number" if under is not None and under.place is not None else ""
            QToolTip.showText(event.globalPos(), f"{under.name} {under.shape}".strip() + hint if under is not None else "", self)
            return True
        return super().event(event)

    def _row_at(self, y: float) -> tuple[TensorRow, float] | None:
        """The row at a height, and where it begins."""
        tops = list(accumulate((self._row_height(row) for row in self._rows), initial=0.0))
        return next(((row, top) for row, top, end in zip(self._rows, tops, tops[1:], strict=False) if y < end), None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._row_at(event.position().y())
        if found is None or found[0].place is None or event.button() != Qt.MouseButton.LeftButton:
            return
        row, top = found
        assert row.place is not None
        if self._field is None:
            self._field = CellField(self)
            self._field.typed.connect(self.entered)
        px = self._theme.metrics.px
        self._field.open(QRectF(self.width() - px(16 + 96), top, px(96), px(26)), *row.place, row.value, f"{row.name} {row.element}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        found = self._row_at(event.pos().y())
        if found is not None and found[0].argument:
            self.menu_asked.emit(found[0].argument, found[0].index, event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        y = 0.0
        for row in self._rows:
            self._paint_row(painter, row, y)
            y += self._row_height(row)
        painter.end()

    def _paint_row(self, painter: QPainter, row: TensorRow, top: float) -> None:
        tokens, px, theme = self._theme.tokens, self._theme.metrics.px, self._theme
        middle = Qt.AlignmentFlag.AlignVCenter
        line = QRectF(px(16), top + px(3), self.width() - 2 * px(16), px(20))
        dot = QRectF(px(16), line.center().y() - px(4), px(8), px(8))
        if row.written:
            fill_rounded(painter, dot, px(4), tokens.accent)
        elif row.shape:
            outline_rounded(painter, dot, px(4), tokens.accent, 1.5)
        value = row.text
        painter.setFont(theme.font("name"))
        has_sign = bool(row.shape) and not row.is_hidden
        painter.setPen(tokens.pos if row.value > 0 and has_sign else tokens.neg if row.value < 0 and has_sign else tokens.text)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, value)
        right = line.right() - QFontMetricsF(painter.font()).horizontalAdvance(value) - px(8)
        painter.setFont(theme.font("caption"))
        painter.setPen(tokens.text2)
        painter.drawText(
            QRectF(line.left(), line.top(), right - line.left(), line.height()), middle | Qt.AlignmentFlag.AlignRight, row.element
        )
        right -= QFontMetricsF(painter.font()).horizontalAdvance(row.element) + px(8)
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.text if row.shape else tokens.text2)
        size = QFontMetricsF(painter.font())
        left = line.left() + px(16)
        name = size.elidedText(row.name, Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QRectF(left, line.top(), right - left, line.height()), middle, name)
        if row.shape and not row.is_hidden:
            self._paint_range(painter, row, QRectF(left, line.bottom() - px(2), line.right() - left, px(18)))

    def _paint_range(self, painter: QPainter, row: TensorRow, line: QRectF) -> None:
        """Shape, then smallest, largest and mean."""
        tokens = self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        span, mean = row.span
        size = QFontMetricsF(painter.font())
        if size.horizontalAdvance(row.shape + span + mean) + self._theme.metrics.px(8) <= line.width():  # beside a long shape without it
            span += mean
        room = line.width() - size.horizontalAdvance(span) - self._theme.metrics.px(8)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, size.elidedText(row.shape, Qt.TextElideMode.ElideRight, room))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, span)
