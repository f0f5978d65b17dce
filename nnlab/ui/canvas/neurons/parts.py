"""The parts of a neuron's inside: the table of products, the activation's curve, a histogram, pictures of weights and pixels.

Each part is given a rectangle in pixels of text (the painter's unit) and keeps within it. What is written is measured before it is
placed: a part that would have to cut its text leaves a column out instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from nnlab.ui.canvas.neurons.neuron import Activation, Neuron, Products, Rest, Term
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.colormaps import sign_image, symmetric_limit
from nnlab.ui.look.numbers import LARGEST_PLAIN, decimals, fixed, number, short
from nnlab.ui.look.theme import FontRole

CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
BINS = 24
SIGN = 28.0  # between two pictures, for × or =
TIMES, EQUALS = "×", "="


def say(
    painter: QPainter,
    kit: PaintKit,
    text: str,
    rect: QRectF,
    align: Qt.AlignmentFlag = LEFT,
    role: FontRole = "caption",
    colour: QColor | None = None,
) -> None:
    """One line of text."""
    painter.setFont(kit.font(role))
    painter.setPen(kit.tokens.text if colour is None else colour)
    painter.drawText(rect, int(align), kit.elided(text, role, rect.width() + 1.0))


def first_that_fits(kit: PaintKit, texts: Sequence[str], role: FontRole, width: float) -> str:
    """The first of several wordings, longest first, that takes no more than `width`; the last if none does."""
    return next((text for text in texts if kit.text_width(text, role) <= width), texts[-1])


def plain(value: float, places: int) -> str:
    """A number of a column that shares one decimal point; a huge one with its exponent."""
    return fixed(value, places) if not abs(value) >= 10**LARGEST_PLAIN else number(value)


# The header

ARROW = 4.0


@dataclass(frozen=True)
class Header:
    """Which sample is shown: "sample 217", and what may follow where there is room, ", 3 of 10 in the batch"."""

    sample: str
    place: str = ""


class HeaderLine:
    """Whose inside this is, and which sample it shows, between two arrows that lead to its neighbours."""

    def __init__(self, kit: PaintKit, titles: tuple[str, str], header: Header, room: QRectF) -> None:
        self.kit, self.room = kit, room
        arrow = room.height()
        long, middle, brief = header.sample + header.place, header.sample, header.sample.removeprefix("sample ")
        pairs = [(titles[0], long), (titles[0], middle), (titles[1], middle), (titles[1], brief)]
        free = room.width() - 2 * arrow - ARROW

        def needed(pair: tuple[str, str]) -> float:
            return kit.text_width(pair[0], "name") + kit.text_width(pair[1], "caption")

        self.title, self.sample = next((pair for pair in pairs if needed(pair) <= free), pairs[-1])
        width = kit.text_width(self.sample, "caption")
        self.forward = QRectF(room.right() - arrow, room.top(), arrow, room.height())
        self.sample_at = QRectF(self.forward.left() - width, room.top(), width, room.height())
        self.back = QRectF(self.sample_at.left() - arrow, room.top(), arrow, room.height())

    def paint(self, painter: QPainter) -> None:
        kit = self.kit
        say(painter, kit, self.title, self.room.adjusted(0, 0, self.back.left() - self.room.right(), 0), LEFT, "name")
        say(painter, kit, self.sample, self.sample_at, CENTRED, "caption", kit.tokens.text2)
        painter.setPen(QPen(kit.tokens.text2, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect, way in ((self.back, -1), (self.forward, 1)):
            tip = rect.center() + QPointF(ARROW * way / 2, 0)
            painter.drawPolyline(QPolygonF([tip + QPointF(-ARROW * way, -ARROW), tip, tip + QPointF(-ARROW * way, ARROW)]))


# The table of products


@dataclass(frozen=True)
class ProductRow:
    """One line: label, factors (empty for a line without), the value, and whether a rule is drawn above it."""

    label: str
    value: float
    text: str
    factors: tuple[str, str] | None = None
    index: int | None = None  # of the input
    strong: bool = False
    rule: bool = False


def rows_of(neuron: Neuron, capacity: int) -> list[ProductRow]:
    """The lines for at most `capacity` rows: products, what is left out, their sum, the bias and z."""
    products = neuron.products
    if products is None:
        return _read_rows(neuron)
    assert neuron.z is not None
    has_sum = neuron.bias is not None and len(products.x) > 1 and capacity >= 6
    fixed_rows = 1 + (neuron.bias is not None) + has_sum
    terms, rest = products.listed(capacity - fixed_rows)
    total = products.total
    values = [*(t.product for t in terms), *([rest.total] if rest else []), *([total] if has_sum else []), neuron.bias or 0.0, neuron.z]
    places = decimals(values)
    rows = _term_rows(terms, rest, places)
    if has_sum:
        rows.append(ProductRow("sum", total, plain(total, places), rule=True))
    if neuron.bias is not None:
        rows.append(ProductRow("+ bias b", neuron.bias, plain(neuron.bias, places)))
    rows.append(ProductRow("z", neuron.z, plain(neuron.z, places), strong=True, rule=True))
    return rows


def _term_rows(terms: Sequence[Term], rest: Rest | None, places: int) -> list[ProductRow]:
    x_places, w_places = decimals([t.x for t in terms], 4, 4), decimals([t.w for t in terms], 4, 4)
    rows = [ProductRow(t.label, t.product, plain(t.product, places), (plain(t.x, x_places), plain(t.w, w_places)), t.index) for t in terms]
    if rest is not None:
        rows.append(ProductRow(f"… {rest.count:,} more" if terms else f"sum of {rest.count:,}", rest.total, plain(rest.total, places)))
    return rows


def _read_rows(neuron: Neuron) -> list[ProductRow]:
    places = decimals([value for _, value in neuron.reads])
    return [ProductRow(name, value, plain(value, places)) for name, value in neuron.reads]


class ProductTable:
    """Rows with their columns measured: factors where `width` allows (or in any case), then bars of sign, `bars` wide, in what is left.

    The names of inputs take at most LABEL; they are shortened down to LEAST_LABEL before the factors are left out.
    """

    GAP, BAR = 8.0, 64.0
    LABEL, LEAST_LABEL = 104.0, 48.0

    def __init__(self, kit: PaintKit, rows: Sequence[ProductRow], width: float, with_factors: bool = False) -> None:
        self.kit, self.rows = kit, rows
        self.row_height = row_height(kit)
        measure = kit.text_width
        factored = [row for row in rows if row.factors is not None]
        longest = max((measure(r.label, "caption") for r in factored), default=0.0)
        self._labels = min(longest, self.LABEL * max(1.0, kit.scale))
        self._spans = max((measure(r.label, "caption_strong" if r.strong else "caption") for r in rows if r.factors is None), default=0.0)
        self._x, self._w = (max((measure(r.factors[k], "caption") for r in factored if r.factors), default=0.0) for k in (0, 1))
        self._sign = measure(TIMES, "caption") + self.GAP
        self._value = max((measure(r.text, "caption_strong" if r.strong else "caption") for r in rows), default=0.0)
        self._shorten_labels(width)
        self.shows_factors = bool(factored) and (with_factors or self._least(True) <= width)
        least = self._least(self.shows_factors)
        room = width - least - self.GAP * 1.5
        self.bars = min(self.BAR * max(1.0, kit.scale), room) if factored and room >= 24.0 else 0.0
        self.width = least + (self.bars + self.GAP * 1.5 if self.bars else 0.0)

    def _shorten_labels(self, width: float) -> None:
        """Makes the labels' column narrower if that is what it takes for the factors to fit."""
        wide = self._labels
        self._labels = min(wide, max(self.LEAST_LABEL * max(1.0, self.kit.scale), wide - (self._least(True) - width)))
        if self._least(True) > width:
            self._labels = wide

    def _least(self, with_factors: bool) -> float:
        factors = self._labels + self.GAP + self._x + self._sign + self._w + self._sign if with_factors else self._labels + self.GAP
        return max(factors, self._spans + self.GAP) + self._value

    @property
    def height(self) -> float:
        return self.row_height * len(self.rows)

    def heights(self, top: float) -> tuple[dict[int, float], float]:
        """Middle of the row of every listed input by its index, and of the row for all others (which comes after the last of them)."""
        listed = {row.index: top + (i + 0.5) * self.row_height for i, row in enumerate(self.rows) if row.index is not None}
        return listed, top + (len(listed) + 0.5) * self.row_height

    def part_at(self, point: QPointF, at: QPointF) -> tuple[ProductRow, str] | None:
        """The row at a point of a table that is painted `at`, and which of its numbers: "x", "w" or "value"."""
        row = int((point.y() - at.y()) // self.row_height)
        right = at.x() + self._least(self.shows_factors)
        if not 0 <= row < len(self.rows) or not at.x() <= point.x() <= at.x() + self.width:
            return None
        found, left = self.rows[row], right - self._value
        if found.factors is None or not self.shows_factors or point.x() >= left - self._sign / 2:
            return found, "value"
        return found, "w" if point.x() >= left - self._sign * 1.5 - self._w else "x"

    def paint(self, painter: QPainter, at: QPointF) -> None:
        tokens, height = self.kit.tokens, self.row_height
        right = at.x() + self._least(self.shows_factors)
        longest = max((abs(r.value) for r in self.rows if r.factors is not None and np.isfinite(r.value)), default=0.0)
        for i, row in enumerate(self.rows):
            line = QRectF(at.x(), at.y() + i * height, right - at.x(), height)
            role: FontRole = "caption_strong" if row.strong else "caption"
            if row.rule:
                painter.setPen(QPen(tokens.stroke, 1.0))
                painter.drawLine(line.topLeft(), QPointF(right, line.top()))
            label_colour = tokens.text if row.strong else tokens.text2
            room = self._labels if row.factors is not None else line.width() - self._value
            say(painter, self.kit, row.label, QRectF(line.left(), line.top(), room, height), LEFT, role, label_colour)
            colour = tokens.text
            if row.factors is not None and not self.bars and row.value:
                colour = tokens.pos if row.value > 0 else tokens.neg
            say(painter, self.kit, row.text, QRectF(right - self._value, line.top(), self._value, height), RIGHT, role, colour)
            if row.factors is not None and self.shows_factors:
                self._factors(painter, row.factors, right - self._value, line.top())
            if row.factors is not None and self.bars:
                self._bar(painter, row.value, longest, QRectF(right + self.GAP * 1.5, line.top(), self.bars, height))

    def _factors(self, painter: QPainter, factors: tuple[str, str], right: float, top: float) -> None:
        """x × w =, ending at `right`."""
        tokens = self.kit.tokens
        for text, width, colour in (
            (EQUALS, self._sign, tokens.text3), (factors[1], self._w, tokens.text),
            (TIMES, self._sign, tokens.text3), (factors[0], self._x, tokens.text),
        ):  # fmt: skip
            right -= width
            align = CENTRED if text in (EQUALS, TIMES) else RIGHT
            say(painter, self.kit, text, QRectF(right, top, width, self.row_height), align, "caption", colour)

    def _bar(self, painter: QPainter, value: float, longest: float, rect: QRectF) -> None:
        """From the middle to the right in the colour of plus, or to the left in that of minus."""
        tokens, middle = self.kit.tokens, rect.center().x()
        painter.fillRect(QRectF(middle - 0.5, rect.top(), 1.0, rect.height()), tokens.line)
        if longest > 0 and np.isfinite(value) and value:
            length = max(1.0, abs(value) / longest * rect.width() / 2)
            place = QRectF(middle if value > 0 else middle - length, rect.center().y() - 3.5, length, 7.0)
            painter.fillRect(place, tokens.pos if value > 0 else tokens.neg)


def row_height(kit: PaintKit) -> float:
    return float(round(kit.font("caption").pixelSize() * 1.5))


# The activation


def paint_curve(painter: QPainter, kit: PaintKit, activation: Activation, rect: QRectF) -> None:
    """The curve over z with the point where the sample is, its tangent, and z and a read off at the axes."""
    tokens = kit.tokens
    line = row_height(kit)
    low, high = min(float(np.nanmin(activation.y)), 0.0), max(float(np.nanmax(activation.y)), 0.0)
    margin = 0.1 * max(high - low, 1e-6)
    low, high = low - margin, high + margin
    tops = [short(v, 2) for v in (low + margin, high - margin)]
    side = max(kit.text_width(text, "caption") for text in tops) + 6.0
    plot = rect.adjusted(side, 4.0, -4.0, -line)
    x0, x1 = float(activation.x[0]), float(activation.x[-1])

    def at(x: float, y: float) -> QPointF:
        return QPointF(
            plot.left() + (x - x0) / (x1 - x0) * plot.width(), plot.bottom() - (y - low) / (high - low) * plot.height()
        )  # fmt: skip

    painter.setPen(QPen(tokens.stroke, 1.0))
    painter.drawLine(at(x0, 0.0), at(x1, 0.0))
    painter.drawLine(at(0.0, low), at(0.0, high))
    for value, text in zip((low + margin, high - margin), tops, strict=True):
        height = at(x0, value).y()
        say(painter, kit, text, QRectF(rect.left(), height - line / 2, side - 6.0, line), RIGHT, "caption", tokens.text2)
    ends = QRectF(plot.left(), plot.bottom(), plot.width(), line)
    say(painter, kit, short(x0, 2), ends, LEFT, "caption", tokens.text2)
    say(painter, kit, short(x1, 2), ends, RIGHT, "caption", tokens.text2)
    if plot.height() > 6 * line:
        say(painter, kit, "z", QRectF(plot.right() - 16.0, at(x1, 0.0).y() - line, 14.0, line), RIGHT, "caption", tokens.text2)
        say(painter, kit, "a", QRectF(at(0.0, high).x() - 16.0, plot.top(), 12.0, line), RIGHT, "caption", tokens.text2)
    painter.save()
    painter.setClipRect(plot.adjusted(-1, -1, 1, 1))
    painter.setPen(QPen(tokens.text2, 2.0))
    painter.drawPolyline(QPolygonF([at(float(x), float(y)) for x, y in zip(activation.x, activation.y, strict=True)]))
    z, a, slope = activation.z, activation.a, activation.slope
    known = bool(np.isfinite(z) and np.isfinite(a))
    if known:
        _read_off(painter, kit, at(z, a), at(z, 0.0), at(0.0, a))
    if known and np.isfinite(slope):
        reach = 0.22 * (x1 - x0)
        painter.setPen(QPen(tokens.accent, 2.0))
        painter.drawLine(at(z - reach, a - slope * reach), at(z + reach, a + slope * reach))
    painter.restore()
    if known:
        painter.setPen(QPen(tokens.canvas, 1.5))
        painter.setBrush(tokens.accent)
        painter.drawEllipse(at(z, a), 5.0, 5.0)


def _read_off(painter: QPainter, kit: PaintKit, point: QPointF, on_z: QPointF, on_a: QPointF) -> None:
    pen = QPen(kit.tokens.text2, 1.0)
    pen.setDashPattern([2.0, 3.0])
    painter.setPen(pen)
    painter.drawLine(point, on_z)
    painter.drawLine(point, on_a)


# Inputs


def paint_histogram(painter: QPainter, kit: PaintKit, column: np.ndarray, value: float, rect: QRectF) -> None:
    """How often the training data has which value, and where this sample is."""
    tokens, line = kit.tokens, row_height(kit)
    finite = column[np.isfinite(column)]
    if not finite.size:
        return
    low, high = min(float(finite.min()), value), max(float(finite.max()), value)
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        half = max(0.5, 1e-3 * abs(low))
        low, high = low - half, high + half
    counts, _ = np.histogram(finite, BINS, (low, high))
    plot = rect.adjusted(0, line, 0, -line)
    slot = plot.width() / BINS
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for i, count in enumerate(counts):
        height = plot.height() * float(count) / float(counts.max())
        painter.fillRect(QRectF(plot.left() + i * slot, plot.bottom() - height, max(1.0, slot - 1.0), height), tokens.stroke)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(tokens.stroke, 1.0))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    x = plot.left() + (value - low) / (high - low) * plot.width()
    painter.setPen(QPen(tokens.accent, 2.0))
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    ends = QRectF(plot.left(), plot.bottom(), plot.width(), line)
    say(painter, kit, number(low, 3), ends, LEFT, "caption", tokens.text2)
    say(painter, kit, number(high, 3), ends, RIGHT, "caption", tokens.text2)
    words = first_that_fits(kit, (f"this feature in {len(column):,} samples", f"{len(column):,} samples"), "caption", rect.width())
    say(painter, kit, words, QRectF(rect.left(), rect.top(), rect.width(), line), LEFT, "caption", tokens.text2)


def paint_pictures(painter: QPainter, kit: PaintKit, products: Products, shape: tuple[int, int], rect: QRectF) -> None:
    """Weights × pixels = products, each as an image in the colours of sign."""
    tokens, line = kit.tokens, row_height(kit)
    sign = SIGN
    side = min((rect.width() - 2 * sign) / 3, rect.height() - line)
    left = rect.left() + (rect.width() - 3 * side - 2 * sign) / 2
    for place, (name, values) in enumerate((("weights", products.w), ("pixels", products.x), ("products", products.x * products.w))):
        image = sign_image(values.reshape(shape), symmetric_limit(values), kit.is_dark)
        room = QRectF(left, rect.top(), side, side)
        painter.drawImage(room, image)
        painter.setPen(QPen(tokens.line, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(room)
        if kit.text_width(name, "caption") <= side + sign:
            say(painter, kit, name, QRectF(left - sign / 2, room.bottom(), side + sign, line), CENTRED, "caption", tokens.text2)
        left += side
        if place < 2:
            say(painter, kit, (TIMES, EQUALS)[place], QRectF(left, rect.top(), sign, side), CENTRED, "caption", tokens.text2)
        left += sign


def pictures_height(kit: PaintKit, rect: QRectF) -> float:
    """What three pictures side by side take of a column."""
    return min((rect.width() - 2 * SIGN) / 3, rect.height() * 0.3) + row_height(kit)
