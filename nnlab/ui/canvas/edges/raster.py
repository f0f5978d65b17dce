"""Draws hundreds of weighted edges at once: S-curves between two columns of neurons, straight into the pixels of an image.

A painter strokes one antialiased curve after the other; four thousand of them take it more than a second. But all edges between two layers
span the same columns of pixels, so one table of the curve's shape serves them all: in column c an edge from y0 to y1 has its centre at
y0 + (y1 - y0) * shape[c]. What remains is a few additions for every pixel that an edge really touches.

Coverage. Within one column the stroke is a box of height `width * sqrt(1 + slope²)` whose centre travels `slope` pixels, seen through a
pixel of height 1. The three boxes' convolution is close to a trapezoid: the longest box gives its width at half height, the middle one
the length of its flanks, and its area is the stroke's height. Thin steep edges are therefore as smooth as flat ones.

Colour. Every edge has a tone in 0…1, how far its colour is from the background. Two planes, one for each sign, keep the *largest* tone
times coverage that any edge gave a pixel, so the picture does not depend on the order of the edges, large weights lie on top, and a
thousand faint edges stay faint. `compose` lays the stronger sign over the weaker and writes premultiplied pixels.
"""

from __future__ import annotations

import math

import numpy as np

from nnlab.core.kernel import compiled

THICKNESS = 3.6  # of the largest weight, on top of THINNEST, device-independent pixels
THINNEST = 0.6
FAINTEST = 0.18  # tone of a weight of zero
TONE_RANGE = 0.72
PADDING = 8  # rows below the picture in each plane, so that pixels can be written eight at a time


def s_curve(columns: int, left: float = 0.0, right: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Height (0…1) of an edge at the centre of every pixel column, and its slope per column: float32 (columns,) each.

    The curve is the cubic with control points at half the distance, x = 1.5 t(1 - t) + t³, y = 3t² - 2t³, from column `left` to `right`;
    outside of these it goes straight on.
    """
    right = float(columns) if right is None else right
    t = np.linspace(0.0, 1.0, 513)
    x = 1.5 * t * (1.0 - t) + t**3
    y = t * t * (3.0 - 2.0 * t)
    position = (np.arange(columns) + 0.5 - left) / max(right - left, 1e-6)
    height = np.interp(position, x, y)
    step = 0.5 / max(right - left, 1e-6)
    slope = np.interp(position + step, x, y) - np.interp(position - step, x, y)
    return height.astype(np.float32), slope.astype(np.float32)


def strengths(values: np.ndarray, reference: float) -> np.ndarray:
    """t = min(1, |value| / reference), the one number that decides width and tone; zero where nothing is known."""
    if not reference > 0.0:
        return np.zeros(values.shape, np.float32)
    strength = np.minimum(np.abs(np.nan_to_num(values, posinf=0.0, neginf=0.0)) / reference, 1.0)
    return strength.astype(np.float32)


def widths(strength: np.ndarray) -> np.ndarray:
    """Stroke width in device-independent pixels."""
    return (THINNEST + THICKNESS * strength**1.25).astype(np.float32)


def tones(strength: np.ndarray) -> np.ndarray:
    """How far the colour of an edge is from the background, 0…1."""
    return (FAINTEST + TONE_RANGE * strength**1.1).astype(np.float32)


@compiled("void(float32[:,::1], float32[:,::1], float32[::1], float32[::1], float32[::1], float32[::1], float32[::1], float32[::1])")
def draw_edges(positive, negative, shape, slope, start, end, width, tone):  # type: ignore[no-untyped-def]
    """Adds edges to the planes `positive` and `negative`, each (columns, rows + PADDING) so that a column is contiguous.

    `shape` and `slope` (columns,) come from `s_curve`; `start`, `end` (edges,) are heights in rows at the left and right end, `width`
    (edges,) stroke widths in rows; the sign of `tone` (edges,) chooses the plane. What lies above or below the planes is cut off.
    """
    columns, stride = positive.shape
    edges = start.size
    lowest = np.float32(stride - PADDING)
    half, zero, one = np.float32(0.5), np.float32(0.0), np.float32(1.0)
    positive_pixels = positive.reshape(positive.size)
    negative_pixels = negative.reshape(negative.size)
    centre, outer = np.empty(edges, np.float32), np.empty(edges, np.float32)
    top, gain = np.empty(edges, np.float32), np.empty(edges, np.float32)
    for c in range(columns):
        # The profile of every edge in this column first, in a loop of its own: its root and quotients are computed eight at a time.
        for e in range(edges):
            rise = end[e] - start[e]
            travel = abs(rise * slope[c])
            height = width[e] * np.float32(math.sqrt(one + travel * travel))
            longest = max(max(height, travel), one)
            middle = max(min(height, travel), min(max(height, travel), one))
            centre[e] = start[e] + rise * shape[c]
            outer[e] = half * (longest + middle)
            top[e] = abs(tone[e]) * height / longest
            gain[e] = top[e] / middle
        for e in range(edges):
            if centre[e] + outer[e] < zero or centre[e] - outer[e] >= lowest:
                continue
            first = np.int32(max(centre[e] - outer[e], zero))
            last = np.int32(min(centre[e] + outer[e], lowest))
            # Whole vectors of eight: what lies outside the stroke comes out negative and changes nothing. Unsigned, so that the
            # compiler need not think of negative indices.
            count = np.uint64((last - first + np.int32(PADDING)) & ~np.int32(7))
            start_pixel = np.uint64(c) * np.uint64(stride) + np.uint64(first)
            distance = centre[e] - np.float32(first) - half
            reach, steepness, most = outer[e], gain[e], top[e]
            pixels = positive_pixels if tone[e] >= zero else negative_pixels
            for r in range(count):
                value = (reach - abs(distance - np.float32(np.int32(r)))) * steepness
                value = value if value < most else most
                pixel = start_pixel + np.uint64(r)
                before = pixels[pixel]
                pixels[pixel] = value if value > before else before


@compiled("void(float32[:,::1], float32[:,::1], float32[::1], float32[::1], float32[:,::1])")
def draw_lines(plane, ends, width, tone, table):  # type: ignore[no-untyped-def]
    """Adds curves that each span columns of their own to a plane (columns, rows + PADDING).

    `ends` (lines, 4) holds left, top, right and bottom end (x0, y0, x1, y1) in pixels, x0 < x1; `table` (2, samples) is the height of the
    curve and its slope, from left to right, both for a curve of width and height 1.
    """
    columns, stride = plane.shape
    lowest = np.float32(stride - PADDING)
    half, zero, one = np.float32(0.5), np.float32(0.0), np.float32(1.0)
    samples = np.float32(table.shape[1])
    pixels = plane.reshape(plane.size)
    for e in range(ends.shape[0]):
        left, y0, right, y1 = ends[e, 0], ends[e, 1], ends[e, 2], ends[e, 3]
        span, rise = right - left, y1 - y0
        if span <= zero or max(y0, y1) < zero or min(y0, y1) > lowest:
            continue
        for c in range(np.int32(max(left, zero)), np.int32(min(right + one, np.float32(columns)))):
            x = np.float32(c)
            share = min(x + one, right) - max(x, left)  # of the column that the line spans
            place = min(max((x + half - left) / span, zero), np.float32(0.9999))
            sample = np.int32(place * samples)
            centre = y0 + rise * table[0, sample]
            travel = abs(rise * table[1, sample] / span)
            height = width[e] * np.float32(math.sqrt(one + travel * travel))
            longest = max(height, travel, one)
            middle = max(min(height, travel), min(max(height, travel), one))
            outer = half * (longest + middle)
            if share <= zero or centre + outer < zero or centre - outer >= lowest:
                continue
            top = tone[e] * share * height / longest
            gain = top / middle
            first = np.int32(max(centre - outer, zero))
            last = np.int32(min(centre + outer, lowest))
            pixel = np.uint64(c) * np.uint64(stride) + np.uint64(first)
            distance = centre - np.float32(first) - half
            for _ in range(last - first + 1):
                value = min((outer - abs(distance)) * gain, top)
                pixels[pixel] = max(pixels[pixel], value)
                distance -= one
                pixel += np.uint64(1)


@compiled("void(float32[:,::1], float32[:,::1], float32[::1], float32[::1], uint32[:,::1])")
def compose(positive, negative, positive_colour, negative_colour, pixels):  # type: ignore[no-untyped-def]
    """Writes the planes into `pixels` (rows, columns), 0xAARRGGBB premultiplied, and clears them. Colours are (3,) in 0…255."""
    columns = positive.shape[0]
    rows = pixels.shape[0]
    block = 32  # columns are contiguous in the planes and rows in the image: small blocks keep both in the cache
    one = np.float32(1.0)
    for left in range(0, columns, block):
        for top in range(0, rows, block):
            for c in range(left, min(left + block, columns)):
                for r in range(top, min(top + block, rows)):
                    p = positive[c, r]
                    n = negative[c, r]
                    if p == 0.0 and n == 0.0:
                        pixels[r, c] = np.uint32(0)
                        continue
                    positive[c, r] = 0.0
                    negative[c, r] = 0.0
                    if p >= n:
                        n = n * (one - p)
                    else:
                        p = p * (one - n)
                    half = np.float32(0.5)
                    alpha = np.uint32(np.float32(255.0) * (p + n) + half)
                    red = np.uint32(p * positive_colour[0] + n * negative_colour[0] + half)
                    green = np.uint32(p * positive_colour[1] + n * negative_colour[1] + half)
                    blue = np.uint32(p * positive_colour[2] + n * negative_colour[2] + half)
                    pixels[r, c] = (alpha << np.uint32(24)) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue


_TABLE = np.stack(s_curve(2048)) * np.array([[1.0], [2048.0]], np.float32)


class EdgePicture:
    """The two planes and the pixels of one picture of edges; reused from frame to frame while its size stays.

    `pixels` (rows, columns) uint32 is what a QImage of format ARGB32_Premultiplied shows.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.pixels = np.zeros((rows, columns), np.uint32)
        self._positive = np.zeros((columns, rows + PADDING), np.float32)
        self._negative = np.zeros_like(self._positive)

    def draw_lines(self, ends: np.ndarray, width: np.ndarray, tone: np.ndarray, colour: np.ndarray) -> None:
        """Draws curves of one colour again; see `draw_lines` for `ends`, `width` and `tone`."""
        draw_lines(self._positive, *(np.ascontiguousarray(a, np.float32) for a in (ends, width, tone)), _TABLE)
        compose(self._positive, self._negative, colour, colour, self.pixels)

    @property
    def size(self) -> tuple[int, int]:
        rows, columns = self.pixels.shape
        return rows, columns

    def draw(
        self,
        curve: tuple[np.ndarray, np.ndarray],
        start: np.ndarray,
        end: np.ndarray,
        width: np.ndarray,
        tone: np.ndarray,
        colours: tuple[np.ndarray, np.ndarray],
    ) -> None:
        """Draws the edges again. `curve` is `s_curve(columns)`, `colours` are those of +1 and -1, (3,) float32 in 0…255 each."""
        shape, slope = curve
        arrays = [np.ascontiguousarray(a, np.float32) for a in (shape, slope, start, end, width, tone)]
        draw_edges(self._positive, self._negative, *arrays)
        compose(self._positive, self._negative, colours[0], colours[1], self.pixels)
