"""Matrices as cells in the colours of sign, with numbers where they fit, and the explained row and column outlined.

Paints a `Form`: matrices side by side with signs between them, tensors as rows under one another, or images with the window that looks
at them. A click on a cell, or the arrow keys, choose another element.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.core.tensor import Index
from nnlab.ui.look.colormaps import magnitude_pixels, sign_pixels, symmetric_limit, to_image, wants_white
from nnlab.ui.look.formula import draw_formula, formula_size, typeset
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.arrangement import MOST_NUMBERS, Arrangement, Placed, arrange, cell_texts, gutter, head_width, sign_latex, symbol_size
from nnlab.ui.stepper.cell_field import CellField
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.morph import Morph, Origins
from nnlab.ui.widgets.painting import draw_focus


class MatrixView(QWidget):
    """Shows a form. `chosen(argument, index)` when the person picks an element of a tensor."""

    chosen = Signal(str, tuple)
    entered = Signal(str, tuple, str)  # tensor, index, what was typed
    menu_asked = Signal(str, tuple, QPoint)  # tensor, index, where on the screen

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._form: Form | None = None
        self._arrangement = Arrangement()
        self._limits: dict[str, float] = {}
        self._editable: frozenset[str] = frozenset()  # tensors whose cells a double click opens
        self._field: CellField | None = None
        self.morph = Morph(theme, self.update, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    @property
    def form(self) -> Form | None:
        return self._form

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Where every matrix stands."""
        return self._arrangement.placed

    @property
    def digits(self) -> tuple[int, ...]:
        """How many significant digits the cells of every matrix show of its largest number; 0 for none."""
        return self._arrangement.digits

    def show_form(self, form: Form, origins: Origins | None = None) -> None:
        """With `origins` the numbers travel from where they stood (see `Morph`), in this widget's coordinates."""
        self._form = form
        groups: dict[str, list[np.ndarray]] = {}
        for place, matrix in enumerate(form.matrices):
            groups.setdefault(matrix.scale or str(place), []).append(np.ravel(matrix.values))
        self._limits = {name: symmetric_limit(np.concatenate(parts), 100.0) for name, parts in groups.items()}
        self.setAccessibleName(form.description)
        self._arrange()
        if origins is not None:
            self.morph.begin(origins)
        self.update()

    @property
    def cells(self) -> dict[tuple[str, Index], QRectF]:
        """Where every number stands, those among them that are not there yet."""
        found: dict[tuple[str, Index], QRectF] = {}
        for placed in self.placed:
            rows, columns = placed.matrix.values.shape
            if placed.matrix.values.size <= MOST_NUMBERS:
                cells = ((r, c) for r in range(rows) for c in range(columns))
                found |= {(placed.matrix.argument, placed.matrix.index(r, c)): placed.cell(r, c) for r, c in cells}
        return found

    def apply_metrics(self) -> None:
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(320), self._theme.metrics.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(100))

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _arrange(self) -> None:
        form = self._form
        self._arrangement = arrange(form, self.width(), self.height(), self._theme) if form is not None else Arrangement()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._form is None or not self.placed:
            return
        painter = QPainter(self)
        if self.morph.is_running:
            self._paint_morph(painter)
        else:
            self._paint_form(painter)
        if self.hasFocus() and self.focusPolicy() != Qt.FocusPolicy.NoFocus and self._keyboard:
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _paint_form(self, painter: QPainter) -> None:
        assert self._form is not None
        for k, (placed, digits) in enumerate(zip(self.placed, self.digits, strict=True)):
            self._paint_matrix(painter, placed, self._limits[placed.matrix.scale or str(k)], digits)
            self._paint_symbol(painter, placed)
            self._paint_names(painter, placed)
            if k and self._form.signs[k] and not self._form.corner:
                names = gutter(placed.matrix, self._theme) if self._form.lines else 0.0
                self._paint_sign(painter, self._form.signs[k], self.placed[k - 1].rect, placed.rect.adjusted(-names, 0, 0, 0))
        for placed in self.placed:
            self._paint_outline(painter, placed)
        if self._form.corner:
            self._paint_meeting(painter)

    _keyboard = False

    def _paint_morph(self, painter: QPainter) -> None:
        """Every number between where it stood and where it belongs; symbols and signs come once all have arrived."""
        painter.setFont(self._theme.font("caption"))
        for k, (placed, digits) in enumerate(zip(self.placed, self.digits, strict=True)):
            matrix = placed.matrix
            pixels = sign_pixels(matrix.values, self._limits[matrix.scale or str(k)], self._theme.is_dark)
            white, texts = wants_white(pixels), cell_texts(matrix.values, digits or 3)
            for row in range(matrix.values.shape[0] - matrix.ghost[0]):
                for column in range(matrix.values.shape[1] - matrix.ghost[1]):
                    rect, opacity = self.morph.cell(placed, row, column)
                    painter.setOpacity(opacity)
                    painter.fillRect(rect.adjusted(0, 0, -1, -1), QColor.fromRgb(int(pixels[row, column])))
                    painter.setPen(Qt.GlobalColor.white if white[row, column] else Qt.GlobalColor.black)
                    if digits:
                        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, texts[row][column])
        painter.setOpacity(1.0)

    def _paint_matrix(self, painter: QPainter, placed: Placed, limit: float, digits: int) -> None:
        values = placed.matrix.values
        dark = self._theme.is_dark
        pixels = magnitude_pixels(values, 0.0, limit, dark) if placed.matrix.is_magnitude else sign_pixels(values, limit, dark)
        rows, columns = values.shape
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, rows > placed.rect.height() or columns > placed.rect.width())
        painter.drawImage(placed.rect, to_image(pixels))
        cell = placed.cell(0, 0)
        if min(cell.width(), cell.height()) >= 7:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self._theme.tokens.panel, 1.0))
            for row in range(1, rows):
                painter.drawLine(placed.cell(row, 0).topLeft(), placed.cell(row, columns - 1).topRight())
            for column in range(1, columns):
                painter.drawLine(placed.cell(0, column).topLeft(), placed.cell(rows - 1, column).bottomLeft())
        self._paint_ghosts(painter, placed)
        if not digits:
            return
        painter.setFont(self._theme.font("caption"))
        white, texts = wants_white(pixels), cell_texts(values, digits)
        for row in range(rows - placed.matrix.ghost[0]):
            for column in range(columns - placed.matrix.ghost[1]):
                painter.setPen(Qt.GlobalColor.white if white[row, column] else Qt.GlobalColor.black)
                painter.drawText(placed.cell(row, column), Qt.AlignmentFlag.AlignCenter, texts[row][column])

    def _paint_ghosts(self, painter: QPainter, placed: Placed) -> None:
        """Cells that are not there yet."""
        rows, columns = placed.matrix.values.shape
        ghost_rows, ghost_columns = placed.matrix.ghost
        pen = QPen(self._theme.tokens.stroke, 1.0)
        pen.setDashPattern([3, 3])
        for row in range(rows):
            for column in range(columns):
                if row < rows - ghost_rows and column < columns - ghost_columns:
                    continue
                cell = placed.cell(row, column)
                painter.fillRect(cell.adjusted(0, 0, 1, 1), self._theme.tokens.panel)
                painter.setPen(pen)
                painter.drawRect(cell.adjusted(1.5, 1.5, -1.5, -1.5))

    def _paint_meeting(self, painter: QPainter) -> None:
        """The outlined row of the left factor and the column of the right one go on as lines into the cell where they meet."""
        result, left, above = self.placed[:3]
        row, column = result.matrix.row, result.matrix.column
        if row is None or column is None:
            return
        cell = result.cell(row, column)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._theme.tokens.accent, 1.0))
        for y in (cell.top(), cell.bottom()):
            painter.drawLine(QPointF(left.rect.right() + 3, y), QPointF(cell.left(), y))
        for x in (cell.left(), cell.right()):
            painter.drawLine(QPointF(x, above.rect.bottom() + 3), QPointF(x, cell.top()))

    def _paint_symbol(self, painter: QPainter, placed: Placed) -> None:
        tokens, px, matrix = self._theme.tokens, self._theme.metrics.px, placed.matrix
        painter.setFont(self._theme.font("caption"))
        assert self._form is not None
        if self._form.stacked:
            painter.setPen(tokens.text2)
            room = QRectF(0, placed.rect.top(), placed.rect.left() - px(8), placed.rect.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, matrix.symbol)
            return
        if self._form.corner and placed.rect.left() > self.placed[1].rect.left():  # above the left factor; the others at their right
            place = QPointF(placed.rect.right() + px(8), placed.rect.top() + px(14))
            draw_formula(painter, place, matrix.symbol, symbol_size(self._theme), tokens.text2)
            painter.setPen(tokens.text2)
            width = formula_size(matrix.symbol, symbol_size(self._theme)).width()
            painter.drawText(place + QPointF(width + px(6), 0), matrix.note)
            return
        top = placed.rect.top() - px(9 if not self._form.lines else 6)
        if matrix.column_names:
            top -= QFontMetricsF(painter.font()).height()
        x = placed.rect.center().x() - head_width(matrix, self._theme) / 2
        if matrix.symbol:
            draw_formula(painter, QPointF(x, top), matrix.symbol, symbol_size(self._theme), tokens.text2)
            x += formula_size(matrix.symbol, symbol_size(self._theme)).width() + px(6)
        if matrix.note:
            painter.setPen(tokens.text2)
            painter.drawText(QPointF(x, top), matrix.note)

    def _paint_names(self, painter: QPainter, placed: Placed) -> None:
        """What rows and columns stand for, where a cell has room for it; that of the explained one in the colour of numbers."""
        tokens, px, matrix = self._theme.tokens, self._theme.metrics.px, placed.matrix
        painter.setFont(self._theme.font("caption"))
        size, cell = QFontMetricsF(painter.font()), placed.cell(0, 0)
        all_rows = cell.height() >= size.height() - 3
        for row, name in enumerate(matrix.row_names):
            if all_rows or row == matrix.row:
                painter.setPen(tokens.text if row == matrix.row else tokens.text2)
                place = placed.cell(row, 0)
                room = QRectF(place.left() - px(206), place.center().y() - px(9), px(200), px(18))
                painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        all_columns = cell.width() >= max((size.horizontalAdvance(name) for name in matrix.column_names), default=0.0) + 2
        for column, name in enumerate(matrix.column_names):
            if all_columns or column == matrix.column:
                painter.setPen(tokens.text if column == matrix.column else tokens.text2)
                place = placed.cell(0, column)
                room = QRectF(place.center().x() - px(60), place.top() - px(18), px(120), px(16))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_sign(self, painter: QPainter, sign: str, before: QRectF, after: QRectF) -> None:
        latex = sign_latex(sign)
        formula = typeset(latex)
        size = symbol_size(self._theme)
        baseline = after.center().y() - formula.height * size / 2 + formula.ascent * size
        begins_line = before.right() > after.left() or before.bottom() < after.top()
        left = after.left() - self._theme.metrics.px(40) if begins_line else before.right()
        x = (left + after.left() - formula.width * size) / 2
        draw_formula(painter, QPointF(x, baseline), latex, size, self._theme.tokens.text2)

    def _paint_outline(self, painter: QPainter, placed: Placed) -> None:
        matrix, tokens = placed.matrix, self._theme.tokens
        if matrix.mark is not None:
            cell = placed.cell(*matrix.mark)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((tokens.panel, 4.0), (tokens.accent, 2.0)):  # a gap between the colours of the cells and the mark
                painter.setPen(QPen(color, width))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
        if matrix.row is None and matrix.column is None and matrix.window is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rect = placed.outline.adjusted(-1, -1, 1, 1)
        if min(rect.width(), rect.height()) < 6:  # a hair-thin row of a large matrix
            rect = rect.adjusted(-1.5, -1.5, 1.5, 1.5)
        painter.setPen(QPen(tokens.panel, 4.0))  # a gap between the colours of the cells and the outline
        painter.drawRoundedRect(rect, 2, 2)
        painter.setPen(QPen(tokens.accent if matrix.written else tokens.text, 2.0))
        painter.drawRoundedRect(rect, 2, 2)

    # Choosing

    def _element(self, place: QPointF) -> tuple[Matrix, int, int] | None:
        for placed in self.placed:
            found = placed.at(place)
            if found is not None:
                return placed.matrix, *found
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._element(event.position())
        self._keyboard = False
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            matrix, row, column = found
            self.chosen.emit(matrix.argument, matrix.index(row, column))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        found = self._element(QPointF(event.pos()))
        if found is not None:
            matrix, row, column = found
            self.menu_asked.emit(matrix.argument, matrix.index(row, column), event.globalPos())

    # Typing

    def set_editable(self, arguments: Iterable[str]) -> None:
        """A double click on a cell of these tensors, or Enter on the chosen one, opens a field for its number."""
        self._editable = frozenset(arguments)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._element(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.open_field(*found)

    def open_field(self, matrix: Matrix, row: int, column: int) -> bool:
        """A field over a cell; False for one that cannot be set."""
        rows, columns = matrix.values.shape
        is_there = row < rows - matrix.ghost[0] and column < columns - matrix.ghost[1]
        placed = next((p for p in self.placed if p.matrix is matrix), None)
        if matrix.argument not in self._editable or not is_there or placed is None:
            return False
        if self._field is None:
            self._field = CellField(self)
            self._field.typed.connect(self.entered)
        said = matrix.place_words(row, column) or matrix.words
        self._field.open(placed.cell(row, column), matrix.argument, matrix.index(row, column), float(matrix.values[row, column]), said)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys move the written cell; Enter types into the first chosen cell that can be set."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            chosen = ((p.matrix, p.matrix.row or 0, p.matrix.column or 0) for p in self.placed if p.matrix.argument in self._editable)
            if any(self.open_field(*place) for place in chosen):
                return
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        written = next((p.matrix for p in self.placed if p.matrix.written and p.matrix.row is not None), None)
        if step is None or written is None or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
            return
        self._keyboard = True
        rows, columns = written.values.shape
        row = min(max((written.row or 0) + step[0], 0), rows - 1)
        column = min(max((written.column or 0) + step[1], 0), columns - 1)
        self.chosen.emit(written.argument, written.index(row, column))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._element(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
                return True
            matrix, row, column = found
            place = matrix.place_words(row, column) or f"[{', '.join(str(i + 1) for i in matrix.index(row, column))}]"
            QToolTip.showText(event.globalPos(), f"{matrix.words}\n{place}  {number(float(matrix.values[row, column]), 6)}", self)
            return True
        return super().event(event)
