"""Formulas in the window: LaTeX, typeset by ziamath into SVG and painted by Qt.

Typesetting takes some milliseconds and depends on the text alone: a formula of another size or colour is the same drawing scaled
and tinted. So a `Typesetter` keeps one drawing per text, and the renderers for the colours in use. `prepare` typesets what will be
needed next while the application is idle.

A text that cannot be typeset is shown as it is; the reason stands in `Formula.problem`.
"""

from __future__ import annotations

import logging
import re
import xml.etree.ElementTree as ElementTree
from collections import deque
from dataclasses import asdict, dataclass
from functools import lru_cache

from PySide6.QtCore import QMimeData, QObject, QPointF, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QMenu, QWidget

from nnlab.ui.look import kept_formulas
from nnlab.ui.look.theme import Theme, follow

_log = logging.getLogger(__name__)

_BASE = 24.0  # pixels to the em at which formulas are typeset; scaled from there
_INK = "#010203"  # stands for the colour in a drawing
_TEXTS = 512  # drawings kept
_RENDERERS = 256
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_NUMBER = re.compile(r"\d[.\d]+")  # an index has one digit
_LIMITS = {_MATHML + "msub": _MATHML + "munder", _MATHML + "msup": _MATHML + "mover", _MATHML + "msubsup": _MATHML + "munderover"}


@dataclass(frozen=True)
class Formula:
    """A typeset text. Sizes are in ems, so multiply them by a font size in pixels."""

    text: str
    svg: str = ""  # in `_INK`; empty if the text could not be typeset
    width: float = 0.0
    height: float = 0.0
    ascent: float = 0.0  # above the baseline, to line a formula up with words
    problem: str = ""

    def colored(self, color: QColor) -> str:
        """The drawing as an SVG document in a colour."""
        return self.svg.replace(_INK, color.name())


@lru_cache(maxsize=_TEXTS)
def typeset(text: str) -> Formula:
    """Typesets LaTeX. Never raises: what cannot be parsed comes back with its `problem`.

    Symbols are kept for the next start, since to load the typesetter takes a tenth of a second; what has a number in it is not seen again.
    """
    found = kept_formulas.read(text)
    if found is not None:
        return Formula(**found)
    formula = _typeset(text)
    if formula.svg and not _NUMBER.search(text):
        kept_formulas.keep(asdict(formula))
    return formula


def keep(text: str) -> None:
    """Typesets a text that every start shows, and keeps it for the next, also with numbers in it."""
    formula = typeset(text)
    if formula.svg:
        kept_formulas.keep(asdict(formula))


def _typeset(text: str) -> Formula:
    import ziamath  # loads its font, which a window without formulas need not wait for
    from ziamath.tex import tex2mml

    import nnlab.ui.look.formula_rows  # noqa: F401  # takes the place of ziamath's rows

    ziamath.config.svg2 = False  # Qt's renderer knows SVG Tiny 1.2
    if not text.strip():
        return Formula(text)
    try:
        drawing = ziamath.Math(_tidied(tex2mml(text)), size=_BASE, margin=0)
        root = drawing.svgxml()
    except Exception as error:  # the parsers raise a dozen kinds, some of them KeyError and IndexError
        _log.debug("The formula %r cannot be typeset.", text, exc_info=True)
        reason = str(error) or re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        return Formula(text, problem=f"The formula cannot be typeset: {reason}.")
    box = drawing.node.bbox
    _ink(root)
    svg = ElementTree.tostring(root, encoding="unicode")
    return Formula(text, svg, (box.xmax - box.xmin) / _BASE, (box.ymax - box.ymin) / _BASE, box.ymax / _BASE)


def mathml(text: str) -> str:
    """The formula as a MathML document; of a text that cannot be typeset, the text itself."""
    from ziamath.tex import tex2mml

    if typeset(text).problem:
        return text
    ElementTree.register_namespace("", _MATHML.strip("{}"))
    return ElementTree.tostring(_tidied(tex2mml(text)), encoding="unicode")


def _tidied(mathml: str) -> ElementTree.Element:
    """MathML with two faults corrected that show where a sum stands between \\left and \\right.

    Its limits become subscripts, and its sign, marked as stretching, makes the brackets many times too high.
    """
    root = ElementTree.fromstring(mathml)
    for element in root.iter():
        if element.tag == _MATHML + "mo" and element.text and element.text in "∑∏∫":
            element.set("stretchy", "false")
        if element.tag in _LIMITS and element[0].tag == _MATHML + "mo" and element[0].text and element[0].text in "∑∏":
            element.tag = _LIMITS[element.tag]
    return root


def _ink(root: ElementTree.Element) -> None:
    """Gives the ink to everything that has no colour of its own."""
    for element in root.iter():
        for attribute in ("fill", "stroke"):
            if element.get(attribute) in ("black", "currentColor"):
                element.set(attribute, _INK)
    if root.get("fill") is None:
        root.set("fill", _INK)


@lru_cache(maxsize=_RENDERERS)
def _renderer(text: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(typeset(text).colored(QColor(color)).encode())


def formula_size(text: str, size: float) -> QSizeF:
    """The width and height in pixels at `size` pixels to the em; empty if it cannot be typeset."""
    formula = typeset(text)
    return QSizeF(formula.width * size, formula.height * size)


def draw_formula(painter: QPainter, baseline: QPointF, text: str, size: float, color: QColor) -> float:
    """Draws a formula with its baseline starting at a point; returns its width in pixels.

    A text that cannot be typeset is drawn as it is, in the painter's font.
    """
    formula = typeset(text)
    if formula.problem:
        painter.setPen(color)
        painter.drawText(baseline, text)
        return painter.fontMetrics().horizontalAdvance(text)
    rect = QRectF(baseline.x(), baseline.y() - formula.ascent * size, formula.width * size, formula.height * size)
    if formula.svg:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _renderer(text, color.name()).render(painter, rect)
    return rect.width()


class Typesetter(QObject):
    """Typesets formulas ahead of time, one whenever the event loop has nothing else to do."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[str] = deque(maxlen=_TEXTS // 2)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._next)

    def prepare(self, *texts: str) -> None:
        """Soon needed; returns at once."""
        self._waiting.extend(text for text in texts if text not in self._waiting)
        if self._waiting:
            self._timer.start()

    @property
    def waiting(self) -> int:
        """How many texts are not typeset yet."""
        return len(self._waiting)

    def _next(self) -> None:
        if self._waiting:
            typeset(self._waiting.popleft())
        if not self._waiting:
            self._timer.stop()


class FormulaLabel(QWidget):
    """One formula. Its accessible name is the LaTeX; its menu copies the LaTeX or the drawing.

    `size` names one of the formula sizes of `Metrics`, `color` a token.
    """

    def __init__(self, theme: Theme, text: str = "", size: str = "formula", color: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._text, self._size, self._color = theme, text, size, color
        self.setAccessibleName(text)
        follow(theme, self)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.setToolTip(typeset(text).problem)
            self.apply_metrics()

    def set_color(self, token: str) -> None:
        self._color = token
        self.update()

    @property
    def ascent(self) -> int:
        """Pixels from the top of the widget to the baseline."""
        formula = typeset(self._text)
        return QFontMetrics(self._theme.font("body")).ascent() if formula.problem else round(formula.ascent * self._pixels)

    @property
    def _pixels(self) -> int:
        return int(getattr(self._theme.metrics, self._size))

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if typeset(self._text).problem:
            metrics = QFontMetrics(self._theme.font("body"))
            return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)
        size = formula_size(self._text, self._pixels)
        return QSize(int(size.width()) + 2, int(size.height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("body"))
        draw_formula(painter, QPointF(1, 1 + self.ascent), self._text, self._pixels, getattr(self._theme.tokens, self._color))
        painter.end()

    def copy_latex(self) -> None:
        QGuiApplication.clipboard().setText(self._text)

    def copy_svg(self) -> None:
        """Puts the drawing on the clipboard, as an image and as text."""
        svg = typeset(self._text).colored(getattr(self._theme.tokens, self._color))
        data = QMimeData()
        data.setText(svg)
        data.setData("image/svg+xml", svg.encode())
        QGuiApplication.clipboard().setMimeData(data)

    def copy_mathml(self) -> None:
        QGuiApplication.clipboard().setText(mathml(self._text))

    def menu(self) -> QMenu:
        """The menu of a right click: copy as LaTeX, SVG or MathML."""
        menu = QMenu(self)
        menu.addAction("Copy LaTeX", self.copy_latex)
        for words, copy in (("Copy SVG", self.copy_svg), ("Copy MathML", self.copy_mathml)):
            menu.addAction(words, copy).setEnabled(bool(typeset(self._text).svg))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())
