"""Where filters and feature maps lie on a card: as many as are large enough to be recognised, and how many are not shown.

A small picture says nothing: of more than fit at a size that can be recognised the first are shown, and their last place, or the room
beside them, says how many more there are. Zoomed in, there is room for more of them, until all are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf, prod

from PySide6.QtCore import QRectF

from nnlab.core.tensor import Shape

MOST_MAPS, MAP_GAP = 32, 3.0  # feature maps that are shown, and between two of them
# Pixels of text a side that a picture takes at least to be recognised, by its cells, and within these limits.
CELL, SIDES = 5.0, (34.0, 30.0, 26.0, 22.0, 20.0)
FEW = 5  # places below which pictures are made smaller, as far as they can still be recognised
LEAST_KERNEL = 15.0
MORE = 36.0  # pixels of text beside filters for how many more there are


@dataclass(frozen=True)
class MapPlaces:
    """Places of the pictures that are shown, and where how many more of them there are is written."""

    places: tuple[QRectF, ...] = ()
    more: QRectF | None = None
    hidden: int = 0


@dataclass(frozen=True)
class FilterPlaces:
    """Where filters are painted, and the (outputs, inputs) of those that are; `hidden` are not, which stands in `more`."""

    place: QRectF
    shown: tuple[int, int]
    more: QRectF | None = None
    hidden: int = 0


def maps(shape: Shape, room: QRectF, pixel: float) -> MapPlaces:
    """Places for feature maps (channels, rows, columns); `pixel` is the canvas units of a pixel of text."""
    channels, rows, columns = shape
    enough = max(CELL * max(rows, columns), SIDES[-1])
    side = max(rows, columns) * _largest_cell(min(channels, MOST_MAPS), rows, columns, room.width(), room.height())[1]
    if channels == 1 or (channels <= MOST_MAPS and side >= min(enough, SIDES[0]) * pixel):
        return MapPlaces(grid(channels, rows, columns, room))
    fitting = (_fitting(rows, columns, room, min(side, enough) * pixel) for side in SIDES)
    count = min(max(next((n for n in fitting if n >= FEW), _fitting(rows, columns, room, SIDES[-1] * pixel)), 2), channels, MOST_MAPS)
    places = grid(count, rows, columns, room)
    if count == channels:
        return MapPlaces(places)
    return MapPlaces(places[:-1], places[-1], channels - count + 1)


def _fitting(rows: int, columns: int, room: QRectF, side: float) -> int:
    """How many pictures fit that are `side` long where they are longer."""
    width, height = side * columns / max(rows, columns), side * rows / max(rows, columns)
    return int((room.width() + MAP_GAP) / (width + MAP_GAP)) * int((room.height() + MAP_GAP) / (height + MAP_GAP))


def grid(count: int, rows: int, columns: int, room: QRectF) -> tuple[QRectF, ...]:
    """Places for `count` pictures (rows, columns), as large as they can be beside and below each other."""
    across, cell = _largest_cell(count, rows, columns, room.width(), room.height())
    width, height, left, top = cell * columns, cell * rows, room.left(), room.top()
    return tuple(
        QRectF(left + i % across * (width + MAP_GAP), top + i // across * (height + MAP_GAP), width, height) for i in range(count)
    )


@lru_cache(maxsize=4096)
def _largest_cell(count: int, rows: int, columns: int, width: float, height: float) -> tuple[int, float]:
    """How many of `count` pictures stand beside each other where their cells are largest, and the side of a cell.

    Known from before most of the time: Fit tries a dozen zooms for each of several sizes of pictures.
    """
    best, largest = 1, -inf
    for across in range(1, count + 1):
        down = -(-count // across)
        cell = min((width - (across - 1) * MAP_GAP) / (across * columns), (height - (down - 1) * MAP_GAP) / (down * rows))
        if cell > largest:
            best, largest = across, cell
    return best, largest


def filters(shape: Shape, room: QRectF, pixel: float) -> FilterPlaces:
    """Which filters (outputs, inputs, rows, columns) are shown in a room: all, or the first that can be recognised."""
    outputs, inputs, rows, columns = shape
    least = LEAST_KERNEL * pixel
    large = max(rows, columns)
    if large * cell_of(shape, outputs_across(shape, room), room) >= least:
        return FilterPlaces(room, (outputs, inputs))
    place = QRectF(room.left(), room.top(), max(room.width() - MORE * pixel, room.width() / 2), room.height())
    across = max(1, int(place.width() * large / (least * columns)))
    down = max(1, int(place.height() * large / (least * rows)))
    shown_inputs = min(inputs, across)
    shown_outputs = min(outputs, down * (across // shown_inputs))
    if shown_outputs > across // shown_inputs:  # whole rows
        shown_outputs -= shown_outputs % (across // shown_inputs)
    more = QRectF(place.right(), room.top(), room.right() - place.right(), room.height())
    return FilterPlaces(place, (shown_outputs, shown_inputs), more, prod((outputs, inputs)) - shown_outputs * shown_inputs)


def cell_of(shape: Shape, across: int, room: QRectF) -> float:
    """The side of one weight where `across` outputs stand beside each other, each with its inputs in a row."""
    outputs, inputs, rows, columns = shape
    return min(room.width() / (across * inputs * columns), room.height() / (outputs // across * rows))


def outputs_across(shape: Shape, room: QRectF) -> int:
    """How many outputs stand beside each other, so that cells are as large as there is room on a card. A divisor of their number."""
    return max((k for k in range(1, shape[0] + 1) if shape[0] % k == 0), key=lambda across: cell_of(shape, across, room))
