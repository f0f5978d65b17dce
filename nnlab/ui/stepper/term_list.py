"""The sum of an element forming: one term a line, the one that was added last lit, those to come pale, and below them the sum so far."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.formula import Formula, draw_formula, typeset
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.term_content import TermTable
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

LINE = 22  # pixels of a term at 100 %
HEAD = 26


class TermList(QWidget):
    """Shows a `TermTable`. `chosen(term)` when the person picks a term: the sum is then shown as it is behind that."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table: TermTable | None = None
        self._turned = 0.0  # parts of a line the wheel has turned
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Terms of the sum")
        theme.changed.connect(self.update)
        follow(theme, self)

    @property
    def table(self) -> TermTable | None:
        return self._table

    def show_table(self, table: TermTable | None) -> None:
        self._table = table
        self.setAccessibleDescription(table.words if table is not None else "")
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(420), self._theme.metrics.px(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(240), self._theme.metrics.px(96))

    # Where the lines stand

    @property
    def _line(self) -> float:
        return float(self._theme.metrics.px(LINE))

    @property
    def _sum_height(self) -> float:
        size = QFontMetricsF(self._theme.font("number"))
        return max(size.height(), self._left.height * self._left_size) + self._theme.metrics.px(8)

    @property
    def _left(self) -> Formula:
        """What the terms add up to, in symbols; a sum of which something else is made is itself only behind the last."""
        table = self._table
        if table is None:
            return typeset("")
        return typeset(r"\Sigma" if table.then and not table.is_complete else table.left)

    @property
    def _left_size(self) -> float:
        """Of its letters; smaller for a fraction, which is twice as high."""
        size = self._theme.font("number").pixelSize() * 0.9
        return size * 0.8 if self._left.height > 2 else size

    @property
    def visible_terms(self) -> range:
        """Those that have room, the last that was added among them."""
        if self._table is None:
            return range(0)
        count = len(self._table.products)
        room = max(1, int((self.height() - self._theme.metrics.px(HEAD) - self._sum_height) / self._line))
        first = min(max(self._table.done - 1 - room // 2, 0), max(count - room, 0))
        return range(first, min(first + room, count))

    def rect_of(self, term: int) -> QRectF:
        """The line of a term that is visible."""
        place = term - self.visible_terms.start
        return QRectF(0, self._theme.metrics.px(HEAD) + place * self._line, self.width(), self._line)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        table = self._table
        if table is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = self._columns(table)
        self._paint_head(painter, columns)
        for term in self.visible_terms:
            self._paint_term(painter, table, term, columns)
        self._paint_sum(painter, table)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _columns(self, table: TermTable) -> list[tuple[float, float]]:
        """(left, width) of the name, of each factor, of the product and of the sum so far, which gives way first."""
        px, size = self._theme.metrics.px, QFontMetricsF(self._theme.font("name"))
        shown = self.visible_terms

        def widest(texts: list[str]) -> float:
            return max((size.horizontalAdvance(text) for text in texts), default=0.0)

        factors = max(len(table.factors[k]) for k in shown)
        widths = [widest([_title(table, k) for k in shown])]
        widths += [widest([number(table.factors[k][f]) for k in shown if f < len(table.factors[k])]) for f in range(factors)]
        widths += [widest([number(float(table.products[k])) for k in shown]), widest([number(float(table.sums[k])) for k in shown])]
        widths[-1] = max(widths[-1], size.horizontalAdvance("sum so far"))
        for each in (widths, widths[:-1]):
            gap = min(px(30), (self.width() - px(16) - sum(each)) / max(len(each) - 1, 1))
            if gap >= px(18):
                break
        places, x = [], float(px(8))
        for width in each:
            places.append((x, width))
            x += width + max(gap, px(12))
        return places

    def _has_sums(self, table: TermTable, columns: list[tuple[float, float]]) -> bool:
        return len(columns) == max(len(table.factors[k]) for k in self.visible_terms) + 3

    def _paint_head(self, painter: QPainter, columns: list[tuple[float, float]]) -> None:
        assert self._table is not None
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        heads = ["term", *("" for _ in columns[1:])]
        place = len(columns) - 1
        if self._has_sums(self._table, columns):
            heads[place] = "sum so far"
            place -= 1
        heads[place] = "adds"
        for text, (left, width), side in zip(heads, columns, self._sides(columns), strict=True):
            room = max(0.0, painter.fontMetrics().horizontalAdvance(text) + 1 - width)
            box = QRectF(left - (room if side == Qt.AlignmentFlag.AlignRight else 0.0), 0, width + room, px(HEAD))
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.fillRect(QRectF(px(8), px(HEAD) - 1, columns[-1][0] + columns[-1][1] - px(8), 1), tokens.line)

    def _sides(self, columns: list[tuple[float, float]]) -> list[Qt.AlignmentFlag]:
        return [Qt.AlignmentFlag.AlignLeft, *(Qt.AlignmentFlag.AlignRight for _ in columns[1:])]

    def _paint_term(self, painter: QPainter, table: TermTable, term: int, columns: list[tuple[float, float]]) -> None:
        px, tokens, rect = self._theme.metrics.px, self._theme.tokens, self.rect_of(term)
        is_added, is_last = term < table.done, term == table.done - 1
        if is_last:
            fill_rounded(painter, rect.adjusted(px(2), 1, -px(2), -1), self._theme.metrics.radius_cell, tokens.sel)
            painter.fillRect(QRectF(rect.left() + px(2), rect.top() + 3, px(2), rect.height() - 6), tokens.accent)
        painter.setFont(self._theme.font("name" if is_last else "body"))
        factors = table.factors[term]
        product, so_far = float(table.products[term]), float(table.sums[term])
        texts: list[tuple[str, float | None]] = [(_title(table, term), None), *((number(value), value) for value in factors)]
        has_sums = self._has_sums(table, columns)
        texts += [("", None)] * (len(columns) - len(texts) - 1 - has_sums)
        texts.append((number(product) if is_added else "", product))
        if has_sums:
            texts.append((number(so_far) if is_added else "", None))
        for (text, value), (left, width), side in zip(texts, columns, self._sides(columns), strict=True):
            sign = tokens.text if not value else tokens.pos if value > 0 else tokens.neg
            painter.setPen(sign if is_added else tokens.text3)
            painter.drawText(QRectF(left, rect.top(), width + 1, rect.height()), side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(tokens.text2 if is_added else tokens.text3)
        for place in range(1, len(factors)):
            self._between(painter, columns[place], columns[place + 1], rect, "×")
        if len(factors) > 1 and is_added:
            self._between(painter, columns[len(factors)], columns[len(factors) + 1], rect, "=")

    def _between(self, painter: QPainter, left: tuple[float, float], right: tuple[float, float], rect: QRectF, sign: str) -> None:
        start = left[0] + left[1]
        painter.drawText(QRectF(start, rect.top(), right[0] - start, rect.height()), Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_sum(self, painter: QPainter, table: TermTable) -> None:
        """The sum so far in large; behind the last term what the kernel wrote."""
        px, tokens = self._theme.metrics.px, self._theme.tokens
        top = self.rect_of(self.visible_terms.stop).top()
        font = self._theme.font("number")
        size = QFontMetricsF(font)
        latex_size = self._left_size
        baseline = top + px(4) + max(size.ascent(), self._left.ascent * latex_size)
        value = table.written if table.is_complete else table.so_far
        draw_formula(painter, QPointF(px(8), baseline), self._left.text, latex_size, tokens.text if table.is_complete else tokens.text2)
        x = px(8) + self._left.width * latex_size + px(8)
        painter.setFont(font)
        painter.setPen(tokens.text2)
        painter.drawText(QPointF(x, baseline), "=")
        x += size.horizontalAdvance("=") + px(8)
        painter.setPen(tokens.pos if value > 0 else tokens.neg if value < 0 else tokens.text)
        painter.drawText(QPointF(x, baseline), number(value))
        x += size.horizontalAdvance(number(value)) + px(12)
        note = "as the kernel wrote it" if table.is_complete else f"so far, {len(table.products) - table.done:,} to come"
        if table.then and not table.is_complete:
            note += f", then {table.then}"
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        painter.drawText(QPointF(x, baseline), note)

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = next((k for k in self.visible_terms if self.rect_of(k).contains(event.position())), None)
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(found)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y() / 120
        whole = int(self._turned)
        self._turned -= whole
        if whole and self._table is not None:
            self._choose(self._table.done - 1 - whole)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        table = self._table
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if table is None or event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        elif event.key() in steps:
            self._choose(table.done - 1 + steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(0 if event.key() == Qt.Key.Key_Home else len(table.products) - 1)
        else:
            super().keyPressEvent(event)

    def _choose(self, term: int) -> None:
        assert self._table is not None
        self.chosen.emit(min(max(term, 0), len(self._table.products) - 1))


def _title(table: TermTable, term: int) -> str:
    """w₄₁ x₁, or the name of what is added alone."""
    return " ".join(table.names[term])
