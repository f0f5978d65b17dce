"""Matrices as cells in the colours of sign, with numbers where they fit, and the explained row and column outlined.

Paints a `Form`: matrices side by side with signs between them, or tensors as rows under one another. A click on a cell, or the arrow
keys, choose another element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.ui.look.colormaps import magnitude_pixels, sign_pixels, symmetric_limit, to_image, wants_white
from nnlab.ui.look.formula import draw_formula, formula_size, typeset
from nnlab.ui.look.numbers import fixed, number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.widgets.painting import draw_focus

SMALLEST_SIDE = 10.0  # a vector is at least so many pixels wide, whatever the cells' size
MOST_NUMBERS = 600  # cells with numbers, at most


@dataclass(frozen=True, eq=False)
class Placed:
    """A matrix with the rectangle of its cells."""

    matrix: Matrix
    rect: QRectF

    def cell(self, row: int, column: int) -> QRectF:
        rows, columns = self.matrix.values.shape
        width, height = self.rect.width() / columns, self.rect.height() / rows
        return QRectF(self.rect.left() + column * width, self.rect.top() + row * height, width, height)

    def at(self, place: QPointF) -> tuple[int, int] | None:
        if not self.rect.contains(place):
            return None
        rows, columns = self.matrix.values.shape
        row = int((place.y() - self.rect.top()) / self.rect.height() * rows)
        column = int((place.x() - self.rect.left()) / self.rect.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    @property
    def outline(self) -> QRectF:
        """Around the outlined row, column or cell."""
        m, rect = self.matrix, QRectF(self.rect)
        if m.row is not None:
            rect.setTop(self.cell(m.row, 0).top())
            rect.setBottom(self.cell(m.row, 0).bottom())
        if m.column is not None:
            rect.setLeft(self.cell(0, m.column).left())
            rect.setRight(self.cell(0, m.column).right())
        return rect


class MatrixView(QWidget):
    """Shows a form. `chosen(argument, index)` when the person picks an element of a tensor."""

    chosen = Signal(str, tuple)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._form: Form | None = None
        self._placed: tuple[Placed, ...] = ()
        self._limits: dict[str, float] = {}
        self._shown_digits: tuple[int, ...] | None = None
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
        return self._placed

    def show_form(self, form: Form) -> None:
        self._form = form
        groups: dict[str, list[np.ndarray]] = {}
        for place, matrix in enumerate(form.matrices):
            groups.setdefault(matrix.scale or str(place), []).append(np.ravel(matrix.values))
        self._limits = {name: symmetric_limit(np.concatenate(parts), 100.0) for name, parts in groups.items()}
        self.setAccessibleName(form.description)
        self._arrange()
        self.update()

    def apply_metrics(self) -> None:
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(320), self._theme.metrics.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(100))

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    # Where things stand

    def _arrange(self) -> None:
        if self._form is None or not self._form.matrices:
            self._placed = ()
        elif self._form.stacked:
            self._placed = self._arrange_rows(self._form)
        else:
            self._placed = self._arrange_beside(self._form)

    @property
    def _largest(self) -> tuple[float, float]:
        """The largest cell: room for a number beside a formula's."""
        size = self._theme.metrics.number
        return size * 3.0, size * 1.4

    @property
    def _symbol_size(self) -> float:
        return self._theme.metrics.number * 0.8

    def _sign_width(self, sign: str) -> float:
        px = self._theme.metrics.px
        return px(20) if not sign else formula_size(_latex(sign), self._symbol_size).width() + px(18)

    def _arrange_beside(self, form: Form) -> tuple[Placed, ...]:
        px = self._theme.metrics.px
        head = px(28)
        signs = [0.0 if k == 0 else self._sign_width(sign) for k, sign in enumerate(form.signs)]
        room = QRectF(self.rect()).adjusted(px(4), head, -px(8), -px(12))
        sides = self._sides(form, room.width() - sum(signs), room.height())
        total = sum(width for width, _ in sides) + sum(signs)
        x = room.left() + max(0.0, (room.width() - total) / 2)
        placed = []
        for matrix, (width, height), sign in zip(form.matrices, sides, signs, strict=True):
            placed.append(Placed(matrix, QRectF(x + sign, room.center().y() - height / 2, width, height)))
            x += sign + width
        return tuple(placed)

    def _sides(self, form: Form, room: float, height: float) -> list[tuple[float, float]]:
        """Width and height of every matrix within `room` pixels for all of them.

        Cells with numbers where they fit. Else the cells of an axis are as small as its length asks for: a batch of 200 does not
        make a layer of 8 units small. Axes of equal length look equally long, so that one sees what is multiplied with what.
        """
        shapes = [m.values.shape for m in form.matrices]
        columns, rows = sum(c for _, c in shapes), max(r for r, _ in shapes)
        cell = (min(room / columns, self._largest[0]), min(height / rows, self._largest[1]))
        self._shown_digits = self._digits(form, *cell)
        if self._shown_digits is not None:
            return [(c * cell[0], r * cell[1]) for r, c in shapes]
        smallest, side = self._theme.metrics.px(SMALLEST_SIDE), self._theme.metrics.number * 1.2

        def length(count: int) -> float:
            return max(min(side, height / count, 0.42 * room / count) * count, smallest)

        while sum(length(c) for _, c in shapes) > room and side > smallest:
            side *= 0.95
        squeeze = min(1.0, room / sum(length(c) for _, c in shapes))
        return [(length(c) * squeeze, length(r)) for r, c in shapes]

    def _arrange_rows(self, form: Form) -> tuple[Placed, ...]:
        px, size = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption"))
        label = max(size.horizontalAdvance(m.symbol) for m in form.matrices) + px(12)
        columns = max(m.values.shape[1] for m in form.matrices)
        width = min((self.width() - label - px(12)) / columns, self._largest[0])
        gap = px(6)
        height = min((self.height() - px(24)) / len(form.matrices) - gap, self._largest[1])
        y = (self.height() - len(form.matrices) * (height + gap)) / 2
        placed = []
        for matrix in form.matrices:
            side = max(matrix.values.shape[1] * width, px(SMALLEST_SIDE))
            placed.append(Placed(matrix, QRectF(label, y, side, height)))
            y += height + gap
        self._shown_digits = self._digits(form, width, height)
        return tuple(placed)

    def _digits(self, form: Form, width: float, height: float) -> tuple[int, ...] | None:
        """How many significant digits of each matrix's largest number fit into its cells; None when somewhere not even two do."""
        size = QFontMetricsF(self._theme.font("caption"))
        if height < size.height() + 1 or sum(m.values.size for m in form.matrices) > MOST_NUMBERS:
            return None
        room = width - self._theme.metrics.px(5)

        def fits(matrix: Matrix, digits: int) -> bool:
            return all(size.horizontalAdvance(text) <= room for row in cell_texts(matrix.values, digits) for text in row)

        found = [next((digits for digits in (4, 3, 2) if fits(matrix, digits)), 0) for matrix in form.matrices]
        return tuple(found) if all(found) else None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._form is None or not self._placed:
            return
        painter = QPainter(self)
        digits = self._shown_digits
        for k, placed in enumerate(self._placed):
            self._paint_matrix(painter, placed, self._limits[placed.matrix.scale or str(k)], digits[k] if digits else 0)
            self._paint_symbol(painter, placed)
            if k and self._form.signs[k]:
                self._paint_sign(painter, self._form.signs[k], self._placed[k - 1].rect, placed.rect)
        for placed in self._placed:
            self._paint_outline(painter, placed)
        if self.hasFocus() and self.focusPolicy() != Qt.FocusPolicy.NoFocus and self._keyboard:
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    _keyboard = False

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
        if not digits:
            return
        painter.setFont(self._theme.font("caption"))
        white, texts = wants_white(pixels), cell_texts(values, digits)
        for row in range(rows):
            for column in range(columns):
                painter.setPen(Qt.GlobalColor.white if white[row, column] else Qt.GlobalColor.black)
                painter.drawText(placed.cell(row, column), Qt.AlignmentFlag.AlignCenter, texts[row][column])

    def _paint_symbol(self, painter: QPainter, placed: Placed) -> None:
        tokens, px, matrix = self._theme.tokens, self._theme.metrics.px, placed.matrix
        painter.setFont(self._theme.font("caption"))
        assert self._form is not None
        if self._form.stacked:
            painter.setPen(tokens.text2)
            room = QRectF(0, placed.rect.top(), placed.rect.left() - px(8), placed.rect.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, matrix.symbol)
            return
        size = formula_size(matrix.symbol, self._symbol_size)
        baseline = QPointF(placed.rect.center().x() - size.width() / 2, placed.rect.top() - px(9))
        draw_formula(painter, baseline, matrix.symbol, self._symbol_size, tokens.text2)

    def _paint_sign(self, painter: QPainter, sign: str, before: QRectF, after: QRectF) -> None:
        latex = _latex(sign)
        formula = typeset(latex)
        size = self._symbol_size
        baseline = after.center().y() - formula.height * size / 2 + formula.ascent * size
        x = (before.right() + after.left() - formula.width * size) / 2
        draw_formula(painter, QPointF(x, baseline), latex, size, self._theme.tokens.text2)

    def _paint_outline(self, painter: QPainter, placed: Placed) -> None:
        matrix, tokens = placed.matrix, self._theme.tokens
        if matrix.row is None and matrix.column is None:
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
        for placed in self._placed:
            found = placed.at(place)
            if found is not None:
                return placed.matrix, *found
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._element(event.position())
        self._keyboard = False
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            matrix, row, column = found
            self.chosen.emit(matrix.argument, matrix.index(row, column))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys move the written cell."""
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        written = next((p.matrix for p in self._placed if p.matrix.written and p.matrix.row is not None), None)
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
            place = ", ".join(str(i + 1) for i in matrix.index(row, column))
            QToolTip.showText(event.globalPos(), f"{matrix.words}\n[{place}]  {number(float(matrix.values[row, column]), 6)}", self)
            return True
        return super().event(event)


def cell_texts(values: np.ndarray, digits: int) -> list[list[str]]:
    """A matrix as people print one: all numbers with the same decimals, `digits` significant ones for the largest."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    if largest == 0 or not 1e-4 <= largest < 1e6:
        return [[number(float(v), digits) for v in row] for row in values]
    exponent = int(f"{largest:.{digits - 1}e}".rpartition("e")[2])
    return [[fixed(float(v), max(0, digits - 1 - exponent)) for v in row] for row in values]


def _latex(sign: str) -> str:
    return r"\cdot" if sign == "·" else sign
