"""Where a long chain of layers is broken into rows, read like lines of text.

A network of seventeen layers in one row is seven times as wide as a window is high: seen whole, nothing on it can be read. Rows are
judged by how large a window shows them, both as compact cards and with their neurons: names that can be read come first, then neurons
that can be seen, then few rows. The pages are those of a window of 1280 × 800 pixels, whatever
window is open: the same network always looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ROW_GAP = 64.0  # between rows, canvas units: room for the edges that lead from one to the next
MOST_ROWS = 12
PAGE = (800.0, 480.0)  # the canvas while one builds, pixels
OPEN_PAGES = (800.0, 380.0), (890.0, 270.0)  # and while one watches neurons, or steps through them
READABLE, SEEN, ENOUGH = 0.55, 0.54, 0.75  # zooms from which names are read and neurons seen, and above which more is no gain
CUT = 0.97  # what every further edge that leads from one row to the next takes off the zoom
SLACK = (1.0, 1.06, 1.15, 1.3, 1.5)  # a row may be so much wider than its share, to break where few edges are cut


@dataclass(frozen=True)
class Size:
    """Width with the room to the next, and height: of the compact card, and with its neurons."""

    width: float
    height: float
    open_width: float
    open_height: float


def break_into_rows(layers: Sequence[Size], cuts: Sequence[int]) -> list[list[int]]:
    """The layers of every row. `cuts[i]` is how many outputs are read across the border between layer i and the next."""
    return max(_candidates(layers, cuts), key=lambda rows: tuple(round(worth, 6) for worth in _worth(layers, cuts, rows)))


def _candidates(layers: Sequence[Size], cuts: Sequence[int]) -> Iterator[list[list[int]]]:
    """Ways to break, those of few rows first."""
    yield [list(range(len(layers)))]
    total = sum(layer.width for layer in layers)
    for count in range(2, min(MOST_ROWS, len(layers)) + 1):
        for slack in SLACK:
            yield _filled(layers, cuts, slack * total / count)


def _filled(layers: Sequence[Size], cuts: Sequence[int], width: float) -> list[list[int]]:
    """Rows filled up to a width; each breaks where fewest edges are cut within its last third."""
    rows, first = [], 0
    while first < len(layers):
        end, taken = first, 0.0
        ends = []
        while end < len(layers) and (end == first or taken + layers[end].width <= width + 1e-6):
            taken += layers[end].width
            end += 1
            if taken > width * 2 / 3 or end == len(layers):
                ends.append(end)
        if end < len(layers) and ends:
            end = min(reversed(ends), key=lambda e: cuts[e - 1])
        rows.append(list(range(first, end)))
        first = end
    return rows


def _worth(layers: Sequence[Size], cuts: Sequence[int], rows: Sequence[Sequence[int]]) -> tuple[float, ...]:
    """What is compared, the most important first."""
    width = max(sum(layers[i].width for i in row) for row in rows)
    height = sum(max(layers[i].height for i in row) for row in rows) + (len(rows) - 1) * ROW_GAP
    open_width = max(sum(layers[i].open_width for i in row) for row in rows)
    open_height = sum(max(layers[i].open_height for i in row) for row in rows) + (len(rows) - 1) * ROW_GAP
    compact = min(PAGE[0] / width, PAGE[1] / height)
    opened = [min(page[0] / open_width, page[1] / open_height) for page in OPEN_PAGES]
    crossing = CUT ** sum(cuts[row[-1]] - 1 for row in rows[:-1])
    seen = sum(min(zoom, ENOUGH) for zoom in opened if zoom >= SEEN)
    return min(compact, READABLE), seen, min(compact, ENOUGH) * crossing, -float(len(rows)), compact * crossing
