r"""Numbers in two dimensions: LaTeX with fraction bars, roots, powers and high brackets, set in the window's own typeface.

The numbers of a formula are new with every step, and the typesetter takes 20 ms and more for a fraction within a root: too long between a
key and its formula. What a line with numbers holds is little, and Qt measures it in less than one. Letters and whole formulas in symbols,
which repeat, stay with the typesetter; so does every line with a command that is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from nnlab.ui.look.numbers import MINUS
from nnlab.ui.stepper.inline_text import RAISED_BY, RAISED_SIZE

_WORDS = {
    r"\cdot": "·", r"\dots": "…", r"\sigma": "σ", r"\Phi": "Φ", r"\tanh": "tanh", r"\sin": "sin", r"\max": "max", r"\min": "min",
    r"\log": "log", r"\exp": "exp", r"\,": " ", r"\;": " ", r"\infty": "∞", r"\mid": "|", r"\vert": "|", r"\odot": "⊙",
}  # fmt: skip
_TOKEN = re.compile(r"\\[a-zA-Z]+\s*|\\[,;|]|[{}^]|[^\\{}^]+")
_GROUP = "{"
PART_SIZE = 0.88  # of numerator and denominator
SMALLEST_PART = 9  # pixels below which nothing is set smaller
AXIS = 0.5  # of a capital letter's height: where a fraction bar stands


class _Unknown(Exception):
    """A command that is left to the typesetter."""


@dataclass(frozen=True)
class Stroke:
    """A line or curve of a box."""

    path: QPainterPath
    width: float


@dataclass(frozen=True)
class NumberBox:
    """Something laid out: its size in pixels, and texts and strokes placed from the start of its baseline."""

    width: float
    ascent: float
    descent: float
    texts: tuple[tuple[QPointF, str, QFont], ...] = ()
    strokes: tuple[Stroke, ...] = ()

    def moved(self, by: QPointF) -> NumberBox:
        """The same elsewhere; width, ascent and descent stay those of the box itself."""
        return NumberBox(
            self.width, self.ascent, self.descent, tuple((at + by, text, font) for at, text, font in self.texts),
            tuple(Stroke(each.path.translated(by), each.width) for each in self.strokes),
        )  # fmt: skip

    def draw(self, painter: QPainter, baseline: QPointF, color: QColor) -> None:
        for at, text, font in self.texts:
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(baseline + at, text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self.strokes:
            painter.setPen(QPen(color, stroke.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin))
            painter.drawPath(stroke.path.translated(baseline))


def number_box(latex: str, font: QFont) -> NumberBox | None:
    """`latex` laid out at the size of `font`; None where it holds what only the typesetter knows."""
    try:
        tokens = list(_tokens(latex))
        return _Layout(tokens, font).row()
    except _Unknown:
        return None


def _tokens(latex: str) -> Iterator[str]:
    place = 0
    for found in _TOKEN.finditer(re.sub(r"\\(?:mathrm|text)\{([^{}]*)\}", r"\1", latex)):
        if found.start() != place:
            raise _Unknown
        place = found.end()
        yield found[0].strip() if found[0].startswith("\\") else found[0]


class _Layout:
    """Reads tokens from the first on, and lays them out as it goes."""

    def __init__(self, tokens: list[str], font: QFont) -> None:
        self._tokens, self._place = tokens, 0
        self._font = font

    def row(self, until: str = "") -> NumberBox:
        """Everything up to the token `until`, which is taken too, side by side."""
        parts: list[NumberBox] = []
        text = ""
        while (token := self._next()) != until:
            if not token:
                raise _Unknown  # a bracket that is never closed
            if token in _WORDS:
                text += f" {_WORDS[token]} " if token == r"\cdot" else _WORDS[token]
            elif token[0] not in "\\{}^":
                text += token
            else:
                parts, text = [*parts, *self._text(text, not parts)], ""
                parts.append(self._part(token))
        parts += self._text(text, not parts, True)
        return _beside(parts)

    def _next(self) -> str:
        token = self._tokens[self._place] if self._place < len(self._tokens) else ""
        self._place += 1
        return token

    def _group(self, scale: float) -> NumberBox:
        """What the next braces hold, or the single sign that stands without them."""
        outer, self._font = self._font, _scaled(self._font, scale)
        token = self._next()
        if token == _GROUP:
            found = self.row("}")
        elif token and token[0] not in "\\{}^":
            found = _beside(self._text(token[0], True, True))
            self._place -= 1
            self._tokens[self._place] = token[1:]
            if not token[1:]:
                self._place += 1
        else:
            raise _Unknown
        self._font = outer
        return found

    def _part(self, token: str) -> NumberBox:
        if token == "^":
            return self._raised()
        if token == r"\frac":
            return self._fraction()
        if token == r"\sqrt":
            return self._root()
        if token == r"\left":
            return self._bracketed()
        if token == _GROUP:
            return self.row("}")
        raise _Unknown

    # Parts

    def _text(self, text: str, is_first: bool, is_last: bool = False) -> list[NumberBox]:
        written = re.sub(r"\s+", " ", text.replace("-", MINUS))
        written = re.sub(r" · (?=10$)", "·", written)  # the dot of a power of ten stands closer
        written = re.sub(r"(?<=log) (?=\()", "", written)
        written = written.lstrip() if is_first else written
        written = written.rstrip() if is_last else written
        if not written:
            return []
        metrics = QFontMetricsF(self._font)
        return [
            NumberBox(
                metrics.horizontalAdvance(written), metrics.capHeight() * 1.15, metrics.descent() * 0.8,
                ((QPointF(0, 0), written, self._font),),
            )
        ]  # fmt: skip

    def _raised(self) -> NumberBox:
        by = RAISED_BY * self._font.pixelSize()
        inner = self._group(RAISED_SIZE)
        raised = inner.moved(QPointF(0, -by))
        return NumberBox(inner.width, inner.ascent + by, max(inner.descent - by, 0.0), raised.texts, raised.strokes)

    def _fraction(self) -> NumberBox:
        over, under = self._group(PART_SIZE), self._group(PART_SIZE)
        size, metrics = self._font.pixelSize(), QFontMetricsF(self._font)
        thick, gap, side = max(1.0, size / 14), size * 0.16, size * 0.12
        axis = metrics.capHeight() * AXIS
        width = max(over.width, under.width) + 2 * side
        up, down = axis + gap + over.descent, gap - axis + under.ascent
        bar = QPainterPath(QPointF(0, -axis))
        bar.lineTo(width, -axis)
        top = over.moved(QPointF((width - over.width) / 2, -up))
        bottom = under.moved(QPointF((width - under.width) / 2, down))
        return NumberBox(
            width, up + over.ascent, down + under.descent, (*top.texts, *bottom.texts),
            (Stroke(bar, thick), *top.strokes, *bottom.strokes),
        )  # fmt: skip

    def _root(self) -> NumberBox:
        inner = self._group(1.0)
        size = self._font.pixelSize()
        thick, gap, tick = max(1.0, size / 14), size * 0.14, size * 0.55
        top = inner.ascent + gap
        sign = QPainterPath(QPointF(0, -size * 0.28))
        sign.lineTo(tick * 0.25, -size * 0.36)
        sign.lineTo(tick * 0.55, inner.descent)
        sign.lineTo(tick, -top)
        sign.lineTo(tick + inner.width + size * 0.1, -top)
        moved = inner.moved(QPointF(tick + size * 0.05, 0))
        return NumberBox(
            tick + inner.width + size * 0.1, top + thick, inner.descent + thick, moved.texts, (Stroke(sign, thick), *moved.strokes)
        )  # fmt: skip

    def _bracketed(self) -> NumberBox:
        r"""\left( … \right): drawn as high as what they hold."""
        opening = self._taken_sign()
        inner = self.row(r"\right")
        closing = self._taken_sign()
        metrics = QFontMetricsF(self._font)
        if inner.ascent + inner.descent <= 1.3 * (metrics.capHeight() * 1.15 + metrics.descent()):
            return _beside([*self._text(opening, True, True), inner, *self._text(closing, True, True)])
        if (opening, closing) != ("(", ")"):
            raise _Unknown
        size = self._font.pixelSize()
        thick, wide = max(1.0, size / 12), size * 0.3
        left, right = QPainterPath(QPointF(wide, -inner.ascent)), QPainterPath(QPointF(wide + inner.width, -inner.ascent))
        middle = (inner.descent - inner.ascent) / 2
        left.quadTo(QPointF(-wide * 0.4, middle), QPointF(wide, inner.descent))
        right.quadTo(QPointF(inner.width + wide * 2.4, middle), QPointF(wide + inner.width, inner.descent))
        moved = inner.moved(QPointF(wide, 0))
        return NumberBox(
            inner.width + 2 * wide, inner.ascent, inner.descent, moved.texts, (Stroke(left, thick), *moved.strokes, Stroke(right, thick))
        )  # fmt: skip

    def _taken_sign(self) -> str:
        """The bracket behind \\left or \\right, taken from the text that begins with it."""
        token = self._next()
        if not token or token[0] not in "()[]|":
            raise _Unknown
        if token[1:]:
            self._place -= 1
            self._tokens[self._place] = token[1:]
        return token[0]


def _scaled(font: QFont, scale: float) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(min(font.pixelSize(), SMALLEST_PART), round(font.pixelSize() * scale)))
    return small


def _beside(parts: list[NumberBox]) -> NumberBox:
    texts: list[tuple[QPointF, str, QFont]] = []
    strokes: list[Stroke] = []
    x = 0.0
    for part in parts:
        moved = part.moved(QPointF(x, 0))
        texts += moved.texts
        strokes += moved.strokes
        x += part.width
    ascent, descent = max((part.ascent for part in parts), default=0.0), max((part.descent for part in parts), default=0.0)
    return NumberBox(x, ascent, descent, tuple(texts), tuple(strokes))
