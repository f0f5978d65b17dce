"""Colour tokens: every colour of the window has one name and one place.

Numbers and pictures are bright, chrome is grey, and one thing is mint: what is active. Orange (`pos`) and blue (`neg`) mean the
sign of a number and nothing else; `error` and `warn` always come with an icon, phases with a word, so that hue never carries a
meaning alone. Text has a contrast (WCAG 2) of at least 4.5 on canvas and panel, strokes of at least 3.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme. Shared by everything that paints: use them as they are, never change one in place."""

    canvas: QColor  # graphics view; zero of every colour map is close to it
    panel: QColor  # docks, bars
    card: QColor  # node, hovered row, quiet button
    raised: QColor  # popup, button, hovered card
    well: QColor  # input field
    sel: QColor  # current row of a list
    line: QColor  # decorative separators only
    grid: QColor  # grid lines of plots only
    stroke: QColor  # field outline, axis, waiting edge, disabled icon
    text: QColor  # values, names
    text2: QColor  # labels, ticks, inactive tabs
    text3: QColor  # negligible rows, separators in words
    accent: QColor  # what is active: selected, focus, current moment, main button
    on_accent: QColor  # text and icons on accent
    pos: QColor  # a positive number
    neg: QColor  # a negative number
    error: QColor
    warn: QColor
    phase_forward: QColor
    phase_loss: QColor
    phase_backward: QColor
    phase_update: QColor

    def hex(self, name: str) -> str:
        """A token as #rrggbb, for style sheets and SVG."""
        return str(getattr(self, name).name())


def _tokens(**colors: str) -> Tokens:
    return Tokens(**{name: QColor(color) for name, color in colors.items()})


DARK = _tokens(
    canvas="#141619", panel="#1c1f23", card="#24282e", raised="#2c3138", well="#16181b", sel="#20332f",
    line="#2c3036", grid="#23272c", stroke="#6f7782", text="#e9ebee", text2="#aeb5bd", text3="#959da7",
    accent="#57d8b4", on_accent="#06231b", pos="#f29a55", neg="#66b0f0", error="#ff8fa3", warn="#e3cf6a",
    phase_forward="#a2acb7", phase_loss="#ddcc6b", phase_backward="#d190d4", phase_update="#9ec773",
)  # fmt: skip

LIGHT = _tokens(
    canvas="#ffffff", panel="#f4f5f7", card="#eceef1", raised="#ffffff", well="#ffffff", sel="#c9e9de",
    line="#dfe2e6", grid="#e3e6ea", stroke="#7c8590", text="#1a1d21", text2="#4b535c", text3="#5f6771",
    accent="#00705c", on_accent="#ffffff", pos="#a94c05", neg="#0b62b0", error="#b4183c", warn="#7a6100",
    phase_forward="#606a74", phase_loss="#80690c", phase_backward="#95419a", phase_update="#49782a",
)  # fmt: skip

NAMES = tuple(field.name for field in fields(Tokens))


def mix(start: QColor, end: QColor, share: float) -> QColor:
    """The colour at `share` (0 … 1) of the way from `start` to `end`, linear in sRGB."""
    share = min(1.0, max(0.0, share))
    return QColor.fromRgbF(
        start.redF() + (end.redF() - start.redF()) * share,
        start.greenF() + (end.greenF() - start.greenF()) * share,
        start.blueF() + (end.blueF() - start.blueF()) * share,
    )
