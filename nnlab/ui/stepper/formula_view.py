"""The formula of a moment, drawn: symbols, below them the same with numbers, below that the result in large.

The lines of a product share their columns, so that every number stands below the symbol it takes the place of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core import explanation
from nnlab.ui.look.formula import draw_formula, typeset
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper import inline_text
from nnlab.ui.stepper.formula_content import HIDDEN, FormulaColumn, FormulaContent
from nnlab.ui.stepper.number_layout import NumberBox, number_box
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded

SMALLEST = 0.5  # a formula that is too wide is made smaller, down to this
SHRINK = 0.96  # and so much at a time
LONG_LINE = 0.8  # the size of numbers that take several lines
LABELS_UNTIL = 0.8  # words above the columns give way before the formula becomes smaller than this


@dataclass(frozen=True)
class _Piece:
    """Something on a line: its size at scale 1, and how it is drawn with its baseline at a point."""

    width: float
    ascent: float
    descent: float
    latex: str = ""
    size: float = 0.0
    lines: tuple[tuple[inline_text.TextRun, ...], ...] = ()  # text, on more than one line where it is long
    font: QFont | None = None
    box: NumberBox | None = None  # numbers with fraction bars or roots

    def draw(self, painter: QPainter, baseline: QPointF, color: QColor) -> None:
        if self.box is not None:
            self.box.draw(painter, baseline, color)
            return
        if self.font is None:
            draw_formula(painter, baseline, self.latex, self.size, color)
            return
        spacing = QFontMetricsF(self.font).lineSpacing()
        for k, runs in enumerate(self.lines):
            inline_text.draw(painter, baseline + QPointF(0, k * spacing), runs, self.font, color)


NOTHING = _Piece(0.0, 0.0, 0.0)


class FormulaView(QWidget):
    """Draws a `FormulaContent`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._content: FormulaContent | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def content(self) -> FormulaContent | None:
        return self._content

    def show_content(self, content: FormulaContent | None) -> None:
        self._content = content
        self.setAccessibleName(content.title if content is not None else "")
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(560), self._theme.metrics.px(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(240), self._theme.metrics.px(110))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._content is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _FormulaPainter(painter, self._theme, self._content, QRectF(self.rect())).paint()
        painter.end()


class _FormulaPainter:
    """One painting: measures every piece, chooses a scale at which they fit, draws them line by line."""

    def __init__(self, painter: QPainter, theme: Theme, content: FormulaContent, room: QRectF) -> None:
        self.painter, self.theme, self.content, self.room = painter, theme, content, room
        self.labelled = any(column.label for column in content.columns)
        self.is_beside = False  # the result, on the line of the symbols, where there is no height for a line of its own
        self._fit()
        if self._height() > room.height() and len(content.columns) == 1 and not content.shows_values:
            self.is_beside = True
            self._fit()
            if self._width() > room.width():  # beside a line that is too long it would not be seen at all
                self.is_beside = False
                self._fit()

    def _fit(self) -> None:
        self.scale = self.line_scale = 1.0
        self._measure()
        if len(self.content.columns) == 1:
            self._fit_line()
        while not self._fits() and self.scale > SMALLEST:
            if self.scale < LABELS_UNTIL:
                self.labelled = False
            self.scale = self._next_scale()
            self._measure()

    def _next_scale(self) -> float:
        """A scale at which it may fit: labels and the smallest type keep their size, so it is never too small; words give way first."""
        share = min(self.room.width() / max(self._width(), 1.0), self.room.height() / max(self._height(), 1.0))
        steps = max(1, math.floor(math.log(max(share, SMALLEST)) / math.log(SHRINK)))
        if self.labelled:
            steps = min(steps, max(1, math.floor(math.log(LABELS_UNTIL / self.scale) / math.log(SHRINK)) + 1))
        return max(SMALLEST, self.scale * SHRINK**steps)

    def _fit_line(self) -> None:
        """A line with numbers that is too long is made smaller by itself, and only then broken."""
        numbers = self.numbers[0]
        if numbers.font is None:
            self.line_scale = min(1.0, max(SMALLEST, self._room() / max(numbers.width, 1.0)))
            self._measure()
        while len(self.numbers[0].lines) > 1 and self.line_scale > LONG_LINE:
            self.line_scale -= 0.05
            self._measure()

    def _room(self) -> float:
        """What is left for the right-hand side."""
        return self.room.width() - self.left_width - self.sign_width

    def _fits(self) -> bool:
        return self._width() <= self.room.width() and self._height() <= self.room.height()

    # Measuring

    def px(self, size: float) -> float:
        return self.theme.metrics.px(size) * self.scale

    def _font(self, role: str, scale: float = 1.0) -> QFont:
        font = QFont(self.theme.font(role))  # type: ignore[arg-type]
        font.setPixelSize(max(self.theme.metrics.caption, round(font.pixelSize() * self.scale * scale)))
        return font

    def _formula(self, latex: str, size: float) -> _Piece:
        found = typeset(latex)
        if found.problem:
            return self._text(latex, self._font("body"))
        return _Piece(found.width * size, found.ascent * size, (found.height - found.ascent) * size, latex, size)

    def _text(self, text: str, font: QFont) -> _Piece:
        metrics = QFontMetricsF(font)
        lines = ((inline_text.TextRun(text),),)
        return _Piece(metrics.horizontalAdvance(text), metrics.ascent(), metrics.descent(), lines=lines, font=font)

    def _numbers(self, latex: str) -> _Piece:
        font, runs = self._font("number", self.line_scale), inline_text.inline_runs(latex)
        if runs is None:
            box = number_box(latex, font)
            if box is None:
                return self._formula(latex, font.pixelSize() * 1.1)
            return _Piece(box.width, box.ascent, box.descent, box=box)
        metrics = QFontMetricsF(font)
        # The only column may take several lines; in a product every factor keeps its place below its symbols.
        room = self._room() if len(self.content.columns) == 1 else math.inf
        lines = inline_text.broken(runs, font, room)
        descent = metrics.descent() + (len(lines) - 1) * metrics.lineSpacing()
        return _Piece(max(inline_text.width_of(line, font) for line in lines), metrics.ascent(), descent, lines=lines, font=font)

    def _measure(self) -> None:
        content, size = self.content, self.theme.metrics.formula * self.scale
        self.left = self._formula(content.left, size) if content.left else NOTHING
        self.relation = self._formula(content.relation, size * 0.8)
        self.times = self._text("×", self._font("number"))
        self.equals = self._text("=", self._font("number"))
        self.symbols = [self._formula(c.symbols, size) for c in content.columns]
        self.values = [self._value(c) for c in content.columns]
        self.result = self._text(HIDDEN, self._font("result")) if content.is_hidden else self._number(content.result, "result")
        label = QFontMetricsF(self.theme.font("caption"))
        left_label = label.horizontalAdvance(content.left_label)
        self.left_width = max(self.left.width, left_label, self._pill_width("written")) if self.labelled else self.left.width
        self.sign_width = max(self.relation.width, self.equals.width) + 2 * max(self.px(10), size / 4)
        self.numbers = [self._numbers(c.numbers) for c in content.columns]
        labels = [label.horizontalAdvance(c.label) if self.labelled else 0.0 for c in content.columns]
        pills = [self._pill_width("read") if self.labelled else 0.0 for _ in content.columns]
        rows = zip(labels, pills, self.symbols, self.numbers, self.values, strict=True)
        self.widths = [max(label, pill, s.width, n.width, v.width) for label, pill, s, n, v in rows]

    def _value(self, column: FormulaColumn) -> _Piece:
        if column.value is None or not self.content.shows_values:
            return NOTHING
        return self._number(column.value, "number")

    def _number(self, value: float, role: str) -> _Piece:
        """One number in the same figures as the line above it."""
        font = self._font(role)
        runs, metrics = inline_text.inline_runs(explanation.number(value)) or (), QFontMetricsF(font)
        return _Piece(inline_text.width_of(runs, font), metrics.ascent(), metrics.descent(), lines=(runs,), font=font)

    def _pill_width(self, text: str) -> float:
        return QFontMetricsF(self.theme.font("caption_strong")).horizontalAdvance(text) + self.theme.metrics.px(18)

    def _width(self) -> float:
        columns = sum(self.widths) + self.sign_width * max(len(self.widths) - 1, 0)
        after = self.sign_width + self.result.width if self.content.shows_values else 0.0
        total = QFontMetricsF(self.theme.font("body")).horizontalAdvance(self.content.total)
        own_line = self.result.width + self.px(16) + total if not self.content.shows_values else 0.0
        if self.is_beside:
            own_line += self.symbols[0].width + self.sign_width
        return self.left_width + self.sign_width + max(columns + after, own_line)

    def _lines(self) -> list[float]:
        """Heights of the lines: labels, pills, symbols, numbers, result."""
        head = [self.theme.metrics.px(18), self.theme.metrics.px(28)] if self.labelled else [0.0, 0.0]
        symbols = self._first_line()
        tall = max(p.ascent for p in symbols) + max(p.descent for p in symbols)
        numbers = [self.equals, *self.numbers]
        middle = max(p.ascent for p in numbers) + max(p.descent for p in numbers) if self.numbers else 0.0
        if self.is_beside:
            return [*head, tall, middle, 0.0]
        return [*head, tall, middle, self.result.ascent + self.result.descent]

    def _first_line(self) -> list[_Piece]:
        """What stands on the line of the symbols."""
        return [self.left, self.relation, *self.symbols, *([self.result] if self.is_beside else [])]

    def _height(self) -> float:
        return sum(self._lines()) + 2 * self.px(6)

    # Drawing

    def paint(self) -> None:
        content, tokens = self.content, self.theme.tokens
        labels, pills, symbols, numbers, _ = self._lines()
        spare = max(0.0, self.room.height() - self._height())
        gap = self.px(6) + min(self.px(10), spare / 5)
        y = self.room.top() + min(self.px(12), spare / 4)
        x = self.room.left()
        first = x + self.left_width + self.sign_width
        if self.labelled:
            self._head(x, y, labels)
            y += labels + pills
        # symbols
        baseline = top = y + max(p.ascent for p in self._first_line())
        self.left.draw(self.painter, QPointF(x + (self.left_width - self.left.width) / 2, baseline), tokens.text)
        if content.columns:
            self._centred(self.relation, first - self.sign_width, self.sign_width, baseline, tokens.text2)
            self._row(self.symbols, first, baseline, [tokens.text] * len(self.symbols), r"\cdot")
            y += symbols + gap
            baseline = y + max(p.ascent for p in (self.equals, *self.numbers))
            self._centred(self.equals, first - self.sign_width, self.sign_width, baseline, tokens.text2)
            self._row(self.numbers, first, baseline, [self._color(c) for c in content.columns])
            y += numbers + gap
            baseline = top if self.is_beside else y + self.result.ascent
        if self.is_beside:
            first += self.symbols[0].width + self.sign_width
        self._centred(self.equals, first - self.sign_width, self.sign_width, baseline, tokens.text2)
        if content.shows_values:
            end = self._row(self.values, first, baseline, [self._color(c) for c in content.columns])
            self._centred(self.equals, end, self.sign_width, baseline, tokens.text2)
            first = end + self.sign_width
        self.result.draw(self.painter, QPointF(first, baseline), self._sign(content.result))
        if content.total:
            self._total(first, baseline)

    def _head(self, x: float, y: float, height: float) -> None:
        """Labels and pills above the columns: what is written, what is read."""
        self._label(self.content.left_label, x, self.left_width, y, height)
        self._pill("written", x, self.left_width, y + height, True)
        x += self.left_width + self.sign_width
        for column, width in zip(self.content.columns, self.widths, strict=True):
            self._label(column.label, x, width, y, height)
            if column.is_read:
                self._pill("read", x, width, y + height, False)
            x += width + self.sign_width

    def _label(self, text: str, x: float, width: float, y: float, height: float) -> None:
        self.painter.setFont(self.theme.font("caption"))
        self.painter.setPen(self.theme.tokens.text2)
        self.painter.drawText(QRectF(x - 20, y, width + 40, height), Qt.AlignmentFlag.AlignCenter, text)

    def _pill(self, text: str, x: float, width: float, y: float, filled: bool) -> None:
        px, tokens = self.theme.metrics.px, self.theme.tokens
        side = self._pill_width(text)
        rect = QRectF(x + (width - side) / 2, y + px(1), side, px(19))
        if filled:
            fill_rounded(self.painter, rect, rect.height() / 2, tokens.accent)
        else:
            outline_rounded(self.painter, rect, rect.height() / 2, tokens.accent, 2.0)
        self.painter.setFont(self.theme.font("caption_strong"))
        self.painter.setPen(tokens.on_accent if filled else tokens.text)
        self.painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _row(self, pieces: list[_Piece], x: float, baseline: float, colors: list[QColor], sign: str = "") -> float:
        """Pieces in their columns with × between them; returns where the last column ends."""
        single = len(pieces) == 1
        for k, (piece, width, color) in enumerate(zip(pieces, self.widths, colors, strict=True)):
            if k:
                self._centred(self.times, x, self.sign_width, baseline, self.theme.tokens.text2)
                x += self.sign_width
            self._centred(piece, x, piece.width if single else width, baseline, color)
            x += width
        return x

    def _centred(self, piece: _Piece, x: float, width: float, baseline: float, color: QColor) -> None:
        piece.draw(self.painter, QPointF(x + (width - piece.width) / 2, baseline), color)

    def _total(self, x: float, baseline: float) -> None:
        self.painter.setFont(self.theme.font("body"))
        self.painter.setPen(QPen(self.theme.tokens.text2))
        self.painter.drawText(QPointF(x + self.result.width + self.px(16), baseline), self.content.total)

    def _color(self, column: FormulaColumn) -> QColor:
        return self._sign(column.value) if column.is_number and column.value is not None else self.theme.tokens.text

    def _sign(self, value: float) -> QColor:
        tokens = self.theme.tokens
        return tokens.pos if value > 0 else tokens.neg if value < 0 else tokens.text
