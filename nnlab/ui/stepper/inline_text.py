r"""Numbers in a line: LaTeX that needs no second dimension, as text in the window's own typeface.

"(-0.7965) \cdot (1 - (-0.7065)^2)" is set in the same figures as the result below it. What needs a fraction bar or a root is left to
the typesetter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from nnlab.ui.look.numbers import MINUS

_WORDS = {
    r"\cdot": " · ", r"\dots": "… ", r"\sigma": "σ", r"\tanh": "tanh", r"\max": "max", r"\log": "log ", r"\left": "", r"\right": "",
    r"\,": " ", r"\infty": "∞",
}  # fmt: skip
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|,)\s*")
_POWER = re.compile(r"\^(?:\{([^{}]*)\}|(\d))")
RAISED_SIZE = 0.68
RAISED_BY = 0.36  # of the font's size


@dataclass(frozen=True)
class TextRun:
    """A piece of text, raised for an exponent."""

    text: str
    raised: bool = False


def inline_runs(latex: str) -> tuple[TextRun, ...] | None:
    """The pieces of a line, or None when it takes more than a line."""
    flat = re.sub(r"\\mathrm\{([^{}]*)\}", r"\1", latex)
    runs, place = [], 0
    for power in _POWER.finditer(flat):
        runs += [TextRun(flat[place : power.start()]), TextRun(power[1] if power[1] is not None else power[2], True)]
        place = power.end()
    runs.append(TextRun(flat[place:]))
    written = [TextRun(text, run.raised) for run in runs if (text := _written(run.text)) is not None]
    if len(written) < len(runs):
        return None
    shown = [run for run in written if run.text]
    if shown:
        shown[0], shown[-1] = TextRun(shown[0].text.lstrip(), shown[0].raised), TextRun(shown[-1].text.rstrip(), shown[-1].raised)
    return tuple(shown)


def _written(text: str) -> str | None:
    """LaTeX without powers as plain text, with even spaces; None if it holds what a line cannot show."""
    commands = {match[0].strip() for match in _COMMAND.finditer(text)}
    if not commands <= set(_WORDS) or "{" in text or "}" in text:
        return None
    words = _COMMAND.sub(lambda match: _WORDS[match[0].strip()], text).replace("-", MINUS)
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r" · (?=10$)", "·", words)  # the dot of a power of ten stands closer
    return re.sub(r"log (?=\()", "log", words)


def plain(runs: tuple[TextRun, ...]) -> str:
    """The pieces as one string, for a screen reader."""
    return "".join(f"^{run.text}" if run.raised else run.text for run in runs)


def raised_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(1, round(font.pixelSize() * RAISED_SIZE)))
    return small


def width_of(runs: tuple[TextRun, ...], font: QFont) -> float:
    normal, small = QFontMetricsF(font), QFontMetricsF(raised_font(font))
    return sum((small if run.raised else normal).horizontalAdvance(run.text) for run in runs)


def draw(painter: QPainter, baseline: QPointF, runs: tuple[TextRun, ...], font: QFont, color: QColor) -> None:
    x, small = baseline.x(), raised_font(font)
    painter.setPen(color)
    for run in runs:
        painter.setFont(small if run.raised else font)
        y = baseline.y() - (RAISED_BY * font.pixelSize() if run.raised else 0.0)
        painter.drawText(QPointF(x, y), run.text)
        x += QFontMetricsF(painter.font()).horizontalAdvance(run.text)


def broken(runs: tuple[TextRun, ...], font: QFont, width: float) -> tuple[tuple[TextRun, ...], ...]:
    """The pieces on as few lines as fit into `width`, broken before a plus or minus that stands outside of brackets."""
    lines: list[list[TextRun]] = [[]]
    for term in _terms(runs):
        if lines[-1] and width_of((*lines[-1], *term), font) > width:
            lines.append([])
        lines[-1].extend(term)
    return tuple(tuple(line) for line in lines)


def _terms(runs: tuple[TextRun, ...]) -> list[list[TextRun]]:
    terms: list[list[TextRun]] = [[]]
    depth = 0
    for run in runs:
        if run.raised:
            terms[-1].append(run)
            continue
        start = 0
        for place, sign in enumerate(run.text):
            depth += (sign in "([") - (sign in ")]")
            if depth == 0 and place and run.text[place - 1 : place + 2] in (" + ", f" {MINUS} "):
                terms[-1].append(TextRun(run.text[start:place]))
                terms.append([])
                start = place
        terms[-1].append(TextRun(run.text[start:]))
    return terms
