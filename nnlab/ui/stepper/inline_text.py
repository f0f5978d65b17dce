r"""Numbers in a line: LaTeX that needs no second dimension, as text in the window's own typeface.

"(-0.7965) \cdot (1 - (-0.7065)^2)" is set in the same figures as the result below it. What needs a fraction bar or a root is left to
the typesetter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from nnlab.ui.numbers import MINUS

_WORDS = {
    r"\cdot": "·", r"\dots": "…", r"\sigma": "σ", r"\tanh": "tanh", r"\max": "max", r"\log": "log ", r"\left": "", r"\right": "",
    r"\,": " ", r"\infty": "∞",
}  # fmt: skip
_TOKEN = re.compile(r"\^\{([^{}]*)\}|\^(\d)|\\mathrm\{([^{}]*)\}|(\\[a-zA-Z]+|\\,)\s*|(\s*[-+>]\s*)|([^\\^{}]+?)(?=[-+>\\^{}]|\s[-+>]|$)")
RAISED_SIZE = 0.68
RAISED_BY = 0.36  # of the font's size


@dataclass(frozen=True)
class Run:
    """A piece of text, raised for an exponent."""

    text: str
    raised: bool = False


def inline_runs(latex: str) -> tuple[Run, ...] | None:
    """The pieces of a line, or None when it takes more than a line."""
    if re.search(r"\\(frac|sqrt|sum|hat|partial)|[{}]", re.sub(r"\^\{[^{}]*\}|\\mathrm\{[^{}]*\}", "", latex)):
        return None
    runs: list[Run] = []
    place = 0
    while place < len(latex):
        match = _TOKEN.match(latex, place)
        if match is None:
            return None
        place = match.end()
        exponent = match[1] if match[1] is not None else match[2]
        if exponent is not None:
            runs.append(Run(_signs(exponent, bool(runs)), True))
        elif match[3] is not None:
            runs.append(Run(match[3]))
        elif match[4] is not None:
            if match[4] not in _WORDS:
                return None
            word = _WORDS[match[4]]
            runs.append(Run(f" {word} " if word == "·" else word))
        elif match[5] is not None:
            runs.append(Run(match[5]))
        else:
            runs.append(Run(match[6]))
    return _joined(runs)


def _signs(text: str, spaced: bool) -> str:
    return text.replace("-", MINUS)


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Neighbours of one kind as one piece, with even spaces around the signs between numbers."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].raised == run.raised:
            joined[-1] = Run(joined[-1].text + run.text, run.raised)
        else:
            joined.append(run)
    result = []
    for run in joined:
        text = re.sub(r"\s+", " ", run.text).replace("-", MINUS)
        text = re.sub(rf"(?<=[(\[]) | (?=[)\],])|^ (?=[(\[])", "", text)
        result.append(Run(text, run.raised))
    if result:
        result[0] = Run(result[0].text.lstrip(), result[0].raised)
        result[-1] = Run(result[-1].text.rstrip(), result[-1].raised)
    return tuple(result)


def plain(runs: tuple[Run, ...]) -> str:
    """The pieces as one string, for a screen reader."""
    return "".join(f"^{run.text}" if run.raised else run.text for run in runs)


def raised_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(max(1, round(font.pixelSize() * RAISED_SIZE)))
    return small


def width_of(runs: tuple[Run, ...], font: QFont) -> float:
    normal, small = QFontMetricsF(font), QFontMetricsF(raised_font(font))
    return sum((small if run.raised else normal).horizontalAdvance(run.text) for run in runs)


def draw(painter: QPainter, baseline: QPointF, runs: tuple[Run, ...], font: QFont, color: QColor) -> None:
    x, small = baseline.x(), raised_font(font)
    painter.setPen(color)
    for run in runs:
        painter.setFont(small if run.raised else font)
        y = baseline.y() - (RAISED_BY * font.pixelSize() if run.raised else 0.0)
        painter.drawText(QPointF(x, y), run.text)
        x += QFontMetricsF(painter.font()).horizontalAdvance(run.text)
