"""Icons by what they stand for: `icon(theme, "play")`, not by the name a font gives to a symbol.

An icon reads the theme's colours when it is painted. A menu, an action or a button therefore keeps its icon for life and only needs
to repaint when the theme changes. Disabled icons take the `stroke` token.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap

from nnlab.ui.look.glyphs import DRAWINGS, Glyph, drawing, symbol
from nnlab.ui.look.theme import Theme

_SYMBOLS = {  # role: symbol of the Material Design icons
    "start": "skip-backward", "back": "step-backward", "play": "play", "pause": "pause", "step": "step-forward",
    "epoch": "skip-forward", "over": "debug-step-over", "into": "debug-step-into", "out": "debug-step-out", "next_phase": "skip-next",
    "dice": "dice-multiple-outline",
    "search": "magnify", "menu": "menu", "theme": "theme-light-dark", "fit": "fit-to-screen-outline", "minimap": "map-outline",
    "plus": "plus", "minus": "minus", "error": "alert-circle-outline", "warning": "alert-outline", "info": "information-outline",
    "refused": "link-variant-off", "accept": "keyboard-return", "pick": "crosshairs", "predict": "eye-outline", "copy": "content-copy",
    "check": "check", "frozen": "snowflake", "undo": "undo", "restore": "restore", "redo": "redo", "delete": "delete-outline",
    "export": "export-variant",
    "close": "close", "down": "chevron-down", "right": "chevron-right", "up": "chevron-up", "stepper": "unfold-more-horizontal",
    "left": "chevron-left",
    "open": "folder-open-outline", "save": "content-save-outline", "new": "file-outline", "data": "database-outline",
    "settings": "tune-variant", "history": "history", "move": "cursor-move", "connect": "link-variant", "rename": "form-textbox",
    "template": "shape-plus-outline", "branch": "source-branch", "more": "dots-horizontal",
    "keyboard": "keyboard-outline", "record": "circle-medium", "fix": "auto-fix", "comment": "comment-text-outline", "group": "group",
    "projector": "projector-screen-outline", "language": "translate",
    "pin": "pin-outline", "hidden": "eye-off-outline", "library": "bookshelf", "gauge": "gauge", "draw": "draw", "table": "table",
    "promise_linear": "vector-line", "promise_polynomial": "exponent", "promise_extrapolation": "sine-wave", "promise_stuck": "chart-line",
    "promise_jump": "square-wave",
}  # fmt: skip
ROLES = (*_SYMBOLS, *DRAWINGS)


def glyph(role: str) -> Glyph:
    """The drawing of a role, for painting it oneself. Raises ValueError for a role that does not exist."""
    if role in _SYMBOLS:
        return symbol(_SYMBOLS[role])
    if role in DRAWINGS:
        return drawing(role)
    raise ValueError(f"There is no icon {role!r}.")


def icon(theme: Theme, role: str, on: str | None = None, color: str = "text") -> QIcon:
    """The icon of a role, in the colour of a token; `on` is the role shown while the action or button is checked."""
    return glyph_icon(theme, glyph(role), glyph(on) if on else None, color)


def glyph_icon(theme: Theme, off: Glyph, on: Glyph | None = None, color: str = "text") -> QIcon:
    """An icon that draws a glyph, and `on` while checked."""
    return QIcon(_GlyphEngine(theme, off, on or off, color))


# Qt clones an engine when a copied icon is changed, which is rare. PySide hands the clone to C++ without keeping its Python half
# alive, and the next paint would crash; so clones live on.
_clones: list[QIconEngine] = []


class _GlyphEngine(QIconEngine):
    """Paints glyphs in the theme's present colours."""

    def __init__(self, theme: Theme, off: Glyph, on: Glyph, color: str) -> None:
        super().__init__()
        self._theme, self._off, self._on, self._color = theme, off, on, color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        name = "stroke" if mode == QIcon.Mode.Disabled else self._color
        shown = self._on if state == QIcon.State.On else self._off
        shown.draw(painter, QRectF(rect), getattr(self._theme.tokens, name))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        copy = _GlyphEngine(self._theme, self._off, self._on, self._color)
        _clones.append(copy)
        return copy


def tinted(source: QIcon, size: int, ratio: float, color: QColor, state: QIcon.State = QIcon.State.Off) -> QPixmap:
    """Any icon's shape in one colour, `size` pixels wide at a device pixel ratio: for icons on an accent ground."""
    pixmap = source.pixmap(QSize(size, size), ratio, QIcon.Mode.Normal, state)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), color)
    painter.end()
    return pixmap
