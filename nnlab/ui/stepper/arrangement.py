"""Where the matrices of a form stand, and how many digits fit into their cells.

Three arrangements: side by side with cells of one size, as in z = W x + b; rows under one another, each with its name before it; and
lines, in which an image, a small window with numbers and a strip of sums stand together, each with cells of its own size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from nnlab.ui.look.formula import formula_size
from nnlab.ui.look.numbers import fixed, number
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.matrix_forms import Form, Matrix

SMALLEST_SIDE = 10.0  # a vector is at least so many pixels wide, whatever the cells' size
MOST_NUMBERS = 600  # cells with numbers, at most
BEYOND = 4.0  # pixels by which a window that reaches into the padding reaches beyond the image
MOST_OF_A_LINE = 72  # of one matrix among images
SMALLEST_IMAGE = 36.0  # pixels, before numbers are given up for it
LARGEST, SMALLEST = 36.0, 6.0  # pixels of a cell without a number, before others give up their numbers for it


@dataclass(frozen=True, eq=False)
class Placed:
    """A matrix with the rectangle of its cells."""

    matrix: Matrix
    rect: QRectF

    def cell(self, row: int, column: int) -> QRectF:
        """A cell; rows and columns outside the matrix lie beside it."""
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
        """Around the outlined row, column, cell or window."""
        m, rect = self.matrix, QRectF(self.rect)
        if m.window is not None:
            top, left, rows, columns = m.window
            whole = self.cell(top, left).united(self.cell(top + rows - 1, left + columns - 1))
            return whole.intersected(rect.adjusted(-BEYOND, -BEYOND, BEYOND, BEYOND))
        if m.row is not None:
            rect.setTop(self.cell(m.row, 0).top())
            rect.setBottom(self.cell(m.row, 0).bottom())
        if m.column is not None:
            rect.setLeft(self.cell(0, m.column).left())
            rect.setRight(self.cell(0, m.column).right())
        return rect


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The matrices in their places, and for each the significant digits of its largest number; 0 for none."""

    placed: tuple[Placed, ...] = ()
    digits: tuple[int, ...] = ()


def symbol_size(theme: Theme) -> float:
    return theme.metrics.number * 0.8


def sign_latex(sign: str) -> str:
    return r"\cdot" if sign == "·" else sign


def head_width(matrix: Matrix, theme: Theme) -> float:
    """Of a matrix's symbol and the note beside it."""
    symbol = formula_size(matrix.symbol, symbol_size(theme)).width() if matrix.symbol else 0.0
    note = QFontMetricsF(theme.font("caption")).horizontalAdvance(matrix.note) if matrix.note else 0.0
    return symbol + note + (theme.metrics.px(6) if symbol and note else 0.0)


def gutter(matrix: Matrix, theme: Theme) -> float:
    """Room for the names of the rows, left of the cells."""
    size = QFontMetricsF(theme.font("caption"))
    return max((size.horizontalAdvance(name) + theme.metrics.px(6) for name in matrix.row_names), default=0.0)


def arrange(form: Form, width: float, height: float, theme: Theme) -> Arrangement:
    """The form within a rectangle of `width` by `height` pixels."""
    if not form.matrices:
        return Arrangement()
    maker = _Arranger(form, width, height, theme)
    if form.corner:
        return maker.corner()
    return maker.lines() if form.lines else maker.rows() if form.stacked else maker.beside()


class _Arranger:
    def __init__(self, form: Form, width: float, height: float, theme: Theme) -> None:
        self.form, self.width, self.height, self.theme = form, width, height, theme
        self.px = theme.metrics.px
        self.caption = QFontMetricsF(theme.font("caption"))
        # The largest cell: room for a number beside a formula's.
        self.largest = theme.metrics.number * 3.0, theme.metrics.number * 1.4

    def _sign_width(self, sign: str) -> float:
        return self.px(20) if not sign else formula_size(sign_latex(sign), symbol_size(self.theme)).width() + self.px(14)

    # Side by side

    def beside(self) -> Arrangement:
        px, form = self.px, self.form
        signs = [0.0 if k == 0 else self._sign_width(sign) for k, sign in enumerate(form.signs)]
        room = QRectF(0, 0, self.width, self.height).adjusted(px(4), px(28), -px(8), -px(12))
        sides, digits = self._sides(room.width() - sum(signs), room.height())
        total = sum(width for width, _ in sides) + sum(signs)
        x = room.left() + max(0.0, (room.width() - total) / 2)
        placed = []
        for matrix, (width, height), sign in zip(form.matrices, sides, signs, strict=True):
            placed.append(Placed(matrix, QRectF(x + sign, room.center().y() - height / 2, width, height)))
            x += sign + width
        return Arrangement(tuple(placed), digits)

    def _sides(self, room: float, height: float) -> tuple[list[tuple[float, float]], tuple[int, ...]]:
        """Width and height of every matrix within `room` pixels for all of them, and their digits.

        Cells with numbers where they fit. Else the cells of an axis are as small as its length asks for: a batch of 200 does not
        make a layer of 8 units small. Axes of equal length look equally long, so that one sees what is multiplied with what.
        """
        shapes = [m.values.shape for m in self.form.matrices]
        columns, rows = sum(c for _, c in shapes), max(r for r, _ in shapes)
        cell = (min(room / columns, self.largest[0]), min(height / rows, self.largest[1]))
        digits = self._digits(*cell)
        if all(digits):
            return [(c * cell[0], r * cell[1]) for r, c in shapes], digits
        smallest, side = self.px(SMALLEST_SIDE), self.theme.metrics.number * 1.2

        def length(count: int) -> float:
            return max(min(side, height / count, 0.42 * room / count) * count, smallest)

        while sum(length(c) for _, c in shapes) > room and side > smallest:
            side *= 0.95
        squeeze = min(1.0, room / sum(length(c) for _, c in shapes))
        return [(length(c) * squeeze, length(r)) for r, c in shapes], digits

    # A product as a corner

    def corner(self) -> Arrangement:
        """The left factor's rows go on as the result's rows, the right factor's columns as its columns; what is added lies between."""
        px, (result, left, above, *added) = self.px, self.form.matrices
        names = px(18) if left.row_names else 0.0
        heads = self.caption.height() + px(10)
        gap, between = px(14), px(22)
        columns = left.values.shape[1] + result.values.shape[1]
        rows = above.values.shape[0] + result.values.shape[0] + len(added)
        notes = head_width(above, self.theme) + px(12)
        room = QRectF(names + px(4), heads, self.width - names - notes - px(8), self.height - heads - px(6))
        width = min((room.width() - between) / columns, self.largest[0])
        height = min((room.height() - gap * (1 + len(added))) / rows, self.largest[1])
        digits = self._digits(width, height)
        if not all(digits):
            width = height = min(width, height)
        whole = columns * width + between, rows * height + gap * (1 + len(added))
        x = room.left() + max(0.0, (room.width() - whole[0]) / 2)
        y = room.top() + max(0.0, (room.height() - whole[1]) / 2)
        split, y_above = x + left.values.shape[1] * width + between, y
        placed = {id(above): QRectF(split, y_above, above.values.shape[1] * width, above.values.shape[0] * height)}
        y += above.values.shape[0] * height + gap
        for matrix in added:
            placed[id(matrix)] = QRectF(split, y, matrix.values.shape[1] * width, height)
            y += height + gap
        placed[id(left)] = QRectF(x, y, left.values.shape[1] * width, left.values.shape[0] * height)
        placed[id(result)] = QRectF(split, y, result.values.shape[1] * width, result.values.shape[0] * height)
        return Arrangement(tuple(Placed(m, placed[id(m)]) for m in self.form.matrices), digits)

    # Rows under one another

    def rows(self) -> Arrangement:
        px, form = self.px, self.form
        label = max(self.caption.horizontalAdvance(m.symbol) for m in form.matrices) + px(12)
        columns = max(m.values.shape[1] for m in form.matrices)
        width = min((self.width - label - px(12)) / columns, self.largest[0])
        gap = px(6)
        height = min((self.height - px(24)) / len(form.matrices) - gap, self.largest[1])
        y = (self.height - len(form.matrices) * (height + gap)) / 2
        placed = []
        for matrix in form.matrices:
            side = max(matrix.values.shape[1] * width, px(SMALLEST_SIDE))
            placed.append(Placed(matrix, QRectF(label, y, side, height)))
            y += height + gap
        return Arrangement(tuple(placed), self._digits(width, height))

    def _digits(self, width: float, height: float) -> tuple[int, ...]:
        """How many significant digits of each matrix's largest number fit into cells of one size; none where not even two fit somewhere."""
        none = (0,) * len(self.form.matrices)
        if height < self.caption.height() + 1 or sum(m.values.size for m in self.form.matrices) > MOST_NUMBERS:
            return none
        found = tuple(self._digits_within(matrix, width) for matrix in self.form.matrices)
        return found if all(found) else none

    def _digits_within(self, matrix: Matrix, width: float) -> int:
        room = width - self.px(5)
        return next((digits for digits in (4, 3, 2) if self._widest(matrix, digits) <= room), 0)

    def _widest(self, matrix: Matrix, digits: int) -> float:
        return max(self.caption.horizontalAdvance(text) for row in cell_texts(matrix.values, digits) for text in row)

    # Lines

    def lines(self) -> Arrangement:
        px, form = self.px, self.form
        groups, start = [], 0
        for count in form.lines:
            groups.append(range(start, start + count))
            start += count
        heads = [self._head([form.matrices[k] for k in group]) for group in groups]
        gap = px(8)
        room = self.height - sum(heads) - gap * (len(groups) - 1) - px(4)
        heights = self._heights([[form.matrices[k] for k in group] for group in groups], room)
        placed: list[Placed] = []
        digits: list[int] = []
        y = 0.0
        for group, head, height in zip(groups, heads, heights, strict=True):
            line, found = self._line(list(group), y + head, height)
            placed += line
            digits += found
            y = max(p.rect.bottom() for p in line) + gap
        spare = max(0.0, (self.height - y + gap) / 2)
        return Arrangement(tuple(Placed(p.matrix, p.rect.translated(0, spare)) for p in placed), tuple(digits))

    def _heights(self, lines: list[list[Matrix]], room: float) -> list[float]:
        """Strips and the numbers of the first line take what they need, images share the rest."""
        number = self.caption.height() + self.px(5)
        tallest = [max(m.values.shape[0] for m in line) for line in lines]
        strips = [float(self.px(18)) if rows == 1 else 0.0 for rows in tallest]
        has_numbers = len(lines) > 1 and max(m.values.size for m in lines[0]) <= MOST_OF_A_LINE // 2
        needs = [number * tallest[0] if has_numbers else strips[0], *strips[1:]]
        for needed in (needs, strips):
            shared = sum(not need for need in needed)
            rest = max(room - sum(needed), self.px(SMALLEST_SIDE))
            if shared and rest / shared >= self.px(SMALLEST_IMAGE):
                break
        return [need or rest / max(shared, 1) for need in needed]

    def _head(self, matrices: list[Matrix]) -> float:
        """The height of what stands above the cells: symbol and note, the names of columns."""
        names = self.caption.height() if any(m.column_names for m in matrices) else 0.0
        return self.px(22) + names

    def _line(self, group: list[int], top: float, height: float) -> tuple[list[Placed], list[int]]:
        matrices = [self.form.matrices[k] for k in group]
        signs = [self._sign_width(self.form.signs[k]) if place or self.form.signs[k] else 0.0 for place, k in enumerate(group)]
        gutters = [gutter(m, self.theme) for m in matrices]
        room = self.width - sum(signs) - sum(gutters) - self.px(8)
        cells, digits = self._cells(matrices, room, height)
        widths = [
            max(m.values.shape[1] * cell[0], head_width(m, self.theme), self.px(SMALLEST_SIDE))
            for m, cell in zip(matrices, cells, strict=True)
        ]
        if sum(widths) > room:  # the words above give way
            widths = [max(m.values.shape[1] * cell[0], self.px(SMALLEST_SIDE)) for m, cell in zip(matrices, cells, strict=True)]
        tallest = max(m.values.shape[0] * cell[1] for m, cell in zip(matrices, cells, strict=True))
        x = max(self.px(4), (self.width - sum(widths) - sum(signs) - sum(gutters)) / 2)
        placed = []
        for m, cell, sign, names, width in zip(matrices, cells, signs, gutters, widths, strict=True):
            x += sign + names
            side = max(m.values.shape[1] * cell[0], self.px(SMALLEST_SIDE))
            own = m.values.shape[0] * cell[1]
            placed.append(Placed(m, QRectF(x + (width - side) / 2, top + (tallest - own) / 2, side, own)))
            x += width
        return placed, digits

    def _cells(self, matrices: list[Matrix], room: float, height: float) -> tuple[list[tuple[float, float]], list[int]]:
        """The size of every matrix's cells, and its digits: numbers in small ones, until there is no room left for the images."""
        line = self.caption.height() + self.px(5)
        numbers = [m.values.size <= MOST_OF_A_LINE and m.values.shape[0] * line <= height + 1 for m in matrices]
        for digits in (3, 2):
            while True:
                side, found = float(self.px(LARGEST)), [(0.0, 0.0)] * len(matrices)
                while True:
                    found = [
                        (self._widest(m, digits) + self.px(8), line) if numbered else (min(side, height / m.values.shape[0]),) * 2
                        for m, numbered in zip(matrices, numbers, strict=True)
                    ]
                    total = sum(m.values.shape[1] * cell[0] for m, cell in zip(matrices, found, strict=True))
                    if total <= room or side <= self.px(SMALLEST):
                        break
                    side *= 0.94
                if total <= room or not any(numbers):
                    squeeze = min(1.0, room / total)
                    return [(w * squeeze, h) if numbered else (w * squeeze, h * squeeze) for (w, h), numbered in
                            zip(found, numbers, strict=True)], [digits if numbered else 0 for numbered in numbers]  # fmt: skip
                if digits > 2:
                    break  # fewer digits first
                widest = max(m.values.shape[1] for k, m in enumerate(matrices) if numbers[k])
                numbers = [numbered and m.values.shape[1] < widest for m, numbered in zip(matrices, numbers, strict=True)]
        raise AssertionError("without numbers every line fits")


def cell_texts(values: np.ndarray, digits: int) -> list[list[str]]:
    """A matrix as people print one: all numbers with the same decimals, at most `digits` significant ones for the largest."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    if largest == 0 or not 1e-4 <= largest < 1e6:
        return [[number(float(v), digits) for v in row] for row in values]
    exponent = int(f"{largest:.{digits - 1}e}".rpartition("e")[2])
    decimals = max(0, digits - 1 - exponent)
    while decimals and all(f"{v:.{decimals}f}".endswith("0") for v in finite):
        decimals -= 1  # 0.4 and −0.5, where no number has more
    return [[fixed(float(v), decimals) for v in row] for row in values]
