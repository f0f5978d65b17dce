"""Metrics: every size of the window, once for windows up to 2000 pixels wide and once for larger ones.

All sizes are device-independent pixels. A person's interface scale (Ctrl + and Ctrl −) multiplies every one of them, so a
projector is served by the same layout. Nothing is ever set below 12 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

LARGE_FROM = 2000  # width of a window, in pixels, from which the large sizes hold
QWIDGETSIZE_MAX = 16_777_215  # Qt's: no limit
SCALES = (1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0)  # what Ctrl + and Ctrl − walk through


@dataclass(frozen=True)
class Metrics:
    """Sizes in pixels; pairs are (width, height)."""

    # Type
    caption: int = 12  # labels, ticks, captions
    body: int = 13  # text, names, panel titles
    counter: int = 15  # counters, inspector title
    number: int = 20  # numbers in a formula
    loss: int = 22  # the loss on its card
    result: int = 28
    formula: int = 30  # LaTeX: the formula of a moment
    formula_chain: int = 14  # LaTeX: the chain of a weight
    formula_small: int = 14  # LaTeX: table heads, watches

    # Spacing
    grid: int = 8
    padding: int = 16
    canvas_margin: int = 24

    # Rows and fields
    row: int = 28  # palette
    value_row: int = 22
    form_row: int = 32
    field: int = 26
    label: int = 92  # width of a form's labels
    fraction: int = 56  # room right of the decimal point in a column of numbers
    header: int = 36  # of a panel
    icon: int = 18

    # Radii
    radius_card: int = 10
    radius_button: int = 8
    radius_field: int = 6
    radius_cell: int = 3

    # The window's parts
    top_bar: int = 40
    command_field: int = 208
    palette: int = 168
    inspector: int = 264
    findings: int = 308  # an inspector beside which there is a diagnosis
    dock: int = 240
    transport: int = 56
    side_column: int = 336
    formula_panel: int = 288
    scrubber: int = 80
    strip: int = 132  # of the hidden units
    problems: int = 152

    # Transport bar
    button: int = 36
    button_icon: int = 22
    main_button: tuple[int, int] = (48, 40)
    main_icon: int = 26
    counter_padding: int = 14
    speed_slider: int = 128

    # Canvas
    card_width: int = 92
    card_header: int = 48
    card_foot: int = 14
    tile: int = 34
    tile_gap: int = 6
    step_tile: int = 27
    output_tile: int = 72
    loss_card: tuple[int, int] = (136, 196)
    collapsed_card: tuple[int, int] = (120, 80)
    port: float = 5.0  # radius

    stroke: float = 1.0  # how many times as thick edges and curves are; not scaled
    is_outlined: bool = False  # cards and tiles have an outline, because a projector shows no dark greys

    scale: float = 1.0  # already contained in every size above; `px` applies it to sizes that have no name

    def px(self, size: float) -> int:
        """A size that has no name of its own, at the interface scale."""
        return round(size * self.scale)

    def scaled(self, factor: float) -> Metrics:
        """Every size multiplied by `factor`."""
        sizes = {field.name: _times(getattr(self, field.name), factor) for field in fields(self) if field.name not in _UNSCALED}
        return replace(self, **sizes)


_UNSCALED = ("stroke", "is_outlined")


def _times(size: Any, factor: float) -> Any:
    if isinstance(size, tuple):
        return tuple(round(part * factor) for part in size)
    return round(size * factor) if isinstance(size, int) else size * factor


SMALL = Metrics()
LARGE = Metrics(
    caption=13, body=14, counter=17, number=32, loss=32, result=44, formula=48, formula_chain=24, formula_small=20,
    canvas_margin=56, row=34, value_row=24, form_row=38, field=30, label=124, fraction=66,
    top_bar=48, palette=216, inspector=336, findings=392, dock=408, transport=64, side_column=520, formula_panel=584, scrubber=112,
    strip=200, problems=208, button=44, button_icon=26, main_button=(60, 48), main_icon=26, counter_padding=22, speed_slider=240,
    card_width=152, card_header=60, card_foot=18, tile=72, tile_gap=12, step_tile=56, output_tile=136,
    loss_card=(224, 324), collapsed_card=(200, 120), port=6.0,
)  # fmt: skip


PROJECTED, PROJECTED_STROKE = 1.25, 1.7  # how many times as large type, and as thick edges, are in projector mode


def metrics(width: int, scale: float = 1.0, is_projected: bool = False) -> Metrics:
    """The sizes of a window `width` pixels wide at a person's interface scale, on a screen or on a projector."""
    sizes = LARGE if width >= LARGE_FROM else SMALL
    if not is_projected:
        return sizes.scaled(scale)
    return replace(sizes.scaled(min(SCALES[-1], scale * PROJECTED)), stroke=PROJECTED_STROKE, is_outlined=True)
