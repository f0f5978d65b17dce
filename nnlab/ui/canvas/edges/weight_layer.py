"""Edges that carry one weight for every pair of units: as curves between the tiles, or as the matrix W when they are too many.

Width and strength of a curve are its magnitude, orange and blue its sign, both relative to the 95th percentile of the layer. The curves
are drawn by `raster` into an image in the pixels of the screen, again only when values, geometry or zoom have changed. More than
MATRIX_FROM curves would be a grey mist; from there on the matrix itself stands between the cards, one row for each unit, as in z = Wx + b.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.edges import raster
from nnlab.ui.canvas.edges.arrowhead import arrowhead
from nnlab.ui.canvas.edges.path_painting import paint_path_cells, paint_paths
from nnlab.ui.canvas.model.content import Weights
from nnlab.ui.canvas.model.geometry import LARGE_TILE
from nnlab.ui.canvas.model.lookup import Lookup
from nnlab.ui.canvas.model.paths import Cell, EdgePaths
from nnlab.ui.canvas.painting import matrix as matrix_painting
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.theme import mix

Fan = Callable[[float, QRectF], np.ndarray | None]  # (zoom, visible part of the canvas) -> (units, inputs) offsets of the curves' ends
MATRIX_FROM = 1000  # edges; above, the matrix
DIMMED = 0.25  # greatest tone beside what is highlighted
BESIDE_PATHS = 0.12  # greatest tone beside the paths of a chain
FAINT = 0.1  # greatest tone where a diagnosis says that nothing passes
HALF_CURVE = 3.0  # how near to a curve the cursor counts as on it
CROWDED = 6.0  # pixels between units, below which their edges grow fainter
WIDEST_BAND = 16.0  # pixels; so wide a curve may be that ends at a row of text
ARROWS = 24  # arrowheads are drawn on at most so many edges
SHARE = 0.12  # of the time that drawing one layer's curves may take
Z_WEIGHTS = 1.0


def overlay_values(weights: Weights, values: Lookup, overlay: str) -> np.ndarray | None:
    """What the edges show, (units, inputs): w, ∂L/∂w, or what each edge carries on average over the batch, w times its input."""
    if overlay == "gradients":
        found = values(weights.gradient)
    else:
        found = values(weights.parameter)
        if overlay == "activations" and found is not None:
            batch = values(weights.source)
            found = None if batch is None or batch.ndim != 2 or not len(batch) else found * batch.mean(axis=0)
    return found if found is not None and found.shape == (weights.units, weights.inputs) else None


def reference(values: np.ndarray) -> float:
    """The 95th percentile of the magnitudes; 0 when there is nothing finite."""
    magnitudes = np.abs(values[np.isfinite(values)])
    if not magnitudes.size:
        return 0.0
    place = int(0.95 * (magnitudes.size - 1))
    found = float(np.partition(magnitudes, place)[place])
    return found if found > 0 else float(magnitudes.max())


def line_width(zoom: float) -> float:
    """Screen pixels for one pixel of a curve's width: curves grow with the picture, but more slowly, up to bands a row of text high."""
    return float(min(max(zoom, 0.75), 6.0) ** 0.8)


class WeightItem(QGraphicsItem):
    """What curves and matrix share: values, highlight, and that they are painted above cards' bodies and below their tiles."""

    def __init__(self, weights: Weights, kit: PaintKit) -> None:
        super().__init__()
        self.weights, self.kit = weights, kit
        self.values: np.ndarray | None = None
        self.reference = 0.0
        self.selected = False
        self.pixel = 1.0  # canvas units of one pixel of a line
        self.paths: EdgePaths | None = None  # of a chain
        self._bounds = QRectF()
        self._stale = True
        self.setZValue(Z_WEIGHTS)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._bounds

    def refresh(self) -> None:
        """Draws again at the next paint."""
        self._stale = True
        self.update()

    def set_kit(self, kit: PaintKit) -> None:
        self.kit = kit
        self.refresh()

    def set_values(self, values: np.ndarray | None) -> bool:
        """Shows (units, inputs) values, None for not yet computed; returns whether they differ from those shown."""
        if values is None:
            changed, self.values, self.reference = self.values is not None, None, 0.0
        else:
            changed = self.values is None or not np.array_equal(values, self.values, equal_nan=True)
            if changed:
                self.values = np.array(values, np.float32)
                self.reference = reference(self.values)
        if changed:
            self.refresh()
        return changed

    def set_paths(self, paths: EdgePaths | None) -> None:
        """Lights what a chain takes of these weights, and takes the others back; None ends it."""
        if paths != self.paths:
            self.paths = paths
            self.refresh()

    def set_selected(self, selected: bool) -> None:
        if selected != self.selected:
            self.selected = selected
            self.update()


class WeightCurves(WeightItem):
    """One curve for each weight."""

    def __init__(self, weights: Weights, kit: PaintKit) -> None:
        super().__init__(weights, kit)
        self._left = self._right = 0.0
        self._source = self._target = np.zeros(0, np.float32)
        self._ports = (QPointF(), QPointF())
        self.fan: Fan | None = None  # where a tile is so large that its curves end at rows of their own
        self._offsets: np.ndarray | None = None
        self._drawn = QRectF()  # what the curves cover that end in the middle of their tiles
        self._highlight: tuple[str, int] | None = None  # ("source" or "target", unit)
        self._dimmed = False
        self._arrows = False
        self._faint: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())  # units and inputs whose edges hardly count
        self._picture: raster.EdgePicture | None = None
        self._image: QImage | None = None
        self._key: object = None
        self._place = QPointF()
        self._due = 0.0  # when new values may be drawn again

    def set_ends(self, left: float, right: float, source: list[float], target: list[float], ports: tuple[QPointF, QPointF]) -> None:
        """From column `left` with the inputs' heights to column `right` with the units' heights; `ports` of the two cards."""
        self.prepareGeometryChange()
        self._left, self._right, self._ports = left, right, ports
        self._source, self._target = np.array(source, np.float32), np.array(target, np.float32)
        heights = [*source, *target]
        self._drawn = QRectF(left, min(heights) - 8.0, right - left, max(heights) - min(heights) + 16.0)
        self._bounds = self._drawn.adjusted(0, -LARGE_TILE / 2, 0, LARGE_TILE / 2)  # ends at the rows of a large tile leave its middle
        self.refresh()

    def set_faint(self, units: frozenset[int], inputs: frozenset[int]) -> None:
        """Draws the edges of these units, and those from these inputs, as thin grey lines: a diagnosis says that nothing passes there."""
        if (units, inputs) != self._faint:
            self._faint = units, inputs
            self.refresh()

    def set_look(self, highlight: tuple[str, int] | None, dimmed: bool, arrows: bool) -> None:
        """Highlights the edges of one unit, dims all, or puts arrowheads on them that point back to the inputs."""
        if (highlight, dimmed, arrows) != (self._highlight, self._dimmed, self._arrows):
            self._highlight, self._dimmed, self._arrows = highlight, dimmed, arrows
            self.refresh()

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """The (unit, input) of the strongest curve at a point of the canvas."""
        if self.values is None or not self._left <= point.x() <= self._right:
            return None
        place = (point.x() - self._left) / (self._right - self._left)
        height = float(raster.s_curve(1, 0.5 - place * 1000, 0.5 + (1 - place) * 1000)[0][0])
        centres = self._source[None, :] + (self._ends() - self._source[None, :]) * height
        strength = raster.strengths(self.values, self.reference)
        reach = (raster.widths(strength) * self.kit.stroke / 2 + HALF_CURVE) * self.pixel
        strength = np.where(np.abs(centres - point.y()) <= reach, strength + 1.0, 0.0)
        if not strength.any():
            return None
        unit, source = np.unravel_index(int(strength.argmax()), strength.shape)
        return int(unit), int(source)

    def _ends(self) -> np.ndarray:
        """Height of the right end of every curve, (units, inputs)."""
        ends = np.repeat(self._target[:, None], len(self._source), axis=1)
        return ends if self._offsets is None or self._offsets.shape != ends.shape else ends + self._offsets

    def _ends_of(self, cell: Cell) -> tuple[QPointF, QPointF]:
        unit, source = cell
        return QPointF(self._left, float(self._source[source])), QPointF(self._right, float(self._ends()[unit, source]))

    def _is_faint(self) -> np.ndarray:
        faint = np.zeros((len(self._target), len(self._source)), dtype=bool)
        for places, axis in zip(self._faint, (0, 1), strict=True):
            known = [place for place in places if place < faint.shape[axis]]
            faint[(known, slice(None)) if axis == 0 else (slice(None), known)] = True
        return faint

    def _emphasis(self) -> np.ndarray:
        """Which edges are shown at full strength, (units, inputs) bool."""
        shown = np.full((len(self._target), len(self._source)), not self._dimmed and self.paths is None)
        if self._highlight is not None:
            end, unit = self._highlight
            shown[...] = False
            shown[(slice(None), unit) if end == "source" else (unit, slice(None))] = True
        return shown

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        world, ratio = painter.worldTransform(), painter.device().devicePixelRatio()
        screen = QRectF(0, 0, painter.device().width(), painter.device().height())
        if self.fan is not None:
            self._offsets = self.fan(world.m11(), world.inverted()[0].mapRect(screen))
        device = world.mapRect(self._drawn if self._offsets is None else self._bounds)
        area = QRectF(device.topLeft() * ratio, device.size() * ratio).intersected(QRectF(QPointF(), screen.size() * ratio)).toAlignedRect()
        if area.isEmpty():
            return
        key = (area, device, ratio, None if self._offsets is None else self._offsets.tobytes())
        if key != self._key or (self._stale and self._may_render()):
            start = perf_counter()
            self._render(area, world, ratio)
            self._key, self._stale = key, False
            self._due = perf_counter() + (perf_counter() - start) / SHARE
        if self._image is not None:
            painter.save()
            painter.setWorldTransform(QTransform())
            painter.drawImage(self._place, self._image)
            painter.restore()
        if self.paths is not None:
            paint_paths(painter, self.kit, self.paths, self._ends_of, self.pixel)
        elif self._arrows and self.values is not None:
            self._paint_arrows(painter)
        if self.selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.kit.tokens.accent, 2.0 * self.pixel))
            painter.drawLine(*self._ports)

    def _may_render(self) -> bool:
        """Whether it is time to draw new values. Large layers wait a frame or two, so that the window stays quick; a timer sees to it."""
        wait = self._due - perf_counter()
        if wait <= 0:
            return True
        QTimer.singleShot(int(wait * 1000) + 1, self.update)
        return False

    def _render(self, area: QRect, world: QTransform, ratio: float) -> None:
        """Draws all curves into an image that covers `area` (physical pixels)."""
        rows, columns = area.height(), area.width()
        if self._picture is None or self._picture.size != (rows, columns):
            self._picture = raster.EdgePicture(rows, columns)
            self._image = QImage(self._picture.pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
        self._place = QPointF(area.left() / ratio, area.top() / ratio)
        zoom = world.m11() * ratio
        origin = QPointF(area.left() - world.dx() * ratio, area.top() - world.dy() * ratio)
        curve = raster.s_curve(columns, self._left * zoom - origin.x(), self._right * zoom - origin.x())
        start = np.tile(self._source * zoom - origin.y(), len(self._target))
        end = (self._ends() * zoom - origin.y()).reshape(-1)
        line = line_width(world.m11()) * ratio
        if self.values is None:
            tone = np.full(len(start), min(0.45, 60.0 / max(len(start), 1)), np.float32)
            width = np.full(len(start), line, np.float32)
            colours = (self.kit.neutral, self.kit.neutral)
        else:
            strength = raster.strengths(self.values, self.reference)
            room = np.minimum(_pitch(self._target)[:, None], _pitch(self._source)[None, :]) * zoom
            if self._offsets is not None:
                line = min(line, WIDEST_BAND * ratio / float(raster.THINNEST + raster.THICKNESS))
            width = np.minimum(raster.widths(strength) * np.float32(line * self.kit.stroke), np.maximum(room, line))
            tone = raster.tones(strength) * np.clip(room / (CROWDED * line), 0.35, 1.0)
            tone = np.where(self._emphasis(), tone, np.minimum(tone * 0.5, DIMMED if self.paths is None else BESIDE_PATHS))
            faint = self._is_faint()
            tone, width = np.where(faint, np.minimum(tone, FAINT), tone), np.where(faint, np.minimum(width, 0.8 * ratio), width)
            tone, width = np.where(self.values < 0, -tone, tone).reshape(-1), width.reshape(-1)
            colours = (self.kit.positive, self.kit.negative)
        self._picture.draw(curve, start, end, width, tone.astype(np.float32), colours)

    def _paint_arrows(self, painter: QPainter) -> None:
        """Arrowheads at 50 % and 72 % of the way back, on the strongest edges."""
        assert self.values is not None
        strength = np.where(self._emphasis(), raster.strengths(self.values, self.reference), 0.0)
        order = np.argsort(strength, axis=None)[::-1][:ARROWS]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self._right - self._left
        for flat in order:
            unit, source = np.unravel_index(int(flat), strength.shape)
            t = float(strength[unit, source])
            if t < 0.12:
                return
            colour = self.kit.tokens.pos if self.values[unit, source] >= 0 else self.kit.tokens.neg
            painter.setBrush(mix(self.kit.tokens.canvas, colour, raster.FAINTEST + raster.TONE_RANGE * t**1.1))
            rise = float(self._target[unit] - self._source[source])
            for s in (0.5, 0.28):
                x = 1.5 * s * (1 - s) + s**3
                point = QPointF(self._left + width * x, float(self._source[source]) + rise * s * s * (3 - 2 * s))
                slope = QPointF(width * (1.5 - 3 * s + 3 * s * s), rise * 6 * s * (1 - s))
                painter.drawPolygon(arrowhead(point, slope, (5.0 + 2.0 * t) * self.pixel))


class WeightMatrix(WeightItem):
    """The matrix W as a picture between two cards, a line into it and a line out of it."""

    def __init__(self, weights: Weights, kit: PaintKit) -> None:
        super().__init__(weights, kit)
        self.picture = QRectF()
        self._from, self._to = QPointF(), QPointF()
        self._cells: matrix_painting.Cells | None = None
        self._hovered: int | None = None

    def set_ends(self, source: QPointF, target: QPointF, height: float) -> None:
        """Between an output port and an input port; `height` is that of the units' tiles."""
        self.prepareGeometryChange()
        gap = target.x() - source.x()
        width = min(gap * 0.62, 128.0)
        tall = min(max(width * self.weights.units / self.weights.inputs, width * 0.75), height)
        middle = (source + target) / 2
        self.picture = QRectF(middle.x() - width / 2, middle.y() - tall / 2, width, tall)
        self._from, self._to = source, target
        room = 44.0 * max(1.0, self.pixel)  # for headings
        self._bounds = self.picture.united(QRectF(source, target).normalized()).adjusted(-room, -room, room, room)
        self.refresh()

    def set_look(self, highlight: tuple[str, int] | None, dimmed: bool, arrows: bool) -> None:
        row = highlight[1] if highlight is not None and highlight[0] == "target" else None
        if row != self._hovered or (0.45 if dimmed else 1.0) != self.opacity():
            self._hovered = row
            self.setOpacity(0.45 if dimmed else 1.0)
            self.update()

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """The (unit, input) of the cell at a point of the canvas."""
        if not self.picture.contains(point):
            return None
        row = int((point.y() - self.picture.top()) / self.picture.height() * self.weights.units)
        column = int((point.x() - self.picture.left()) / self.picture.width() * self.weights.inputs)
        return min(row, self.weights.units - 1), min(column, self.weights.inputs - 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens = self.kit.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.accent if self.selected else tokens.text2, 2.0 * self.pixel))
        painter.drawLine(self._from, QPointF(self.picture.left(), self._from.y()))
        painter.drawLine(QPointF(self.picture.right(), self._to.y()), self._to)
        if self._stale:
            limit = matrix_painting.CALM * self.reference
            self._cells = None if self.values is None else matrix_painting.Cells(self.values, limit, self.kit)
            self._stale = False
        screen = QRectF(0, 0, painter.device().width(), painter.device().height())
        visible = painter.worldTransform().inverted()[0].mapRect(screen)
        matrix_painting.paint(
            painter, self.kit, self._cells, self.picture, visible, self.weights, self._hovered, self.selected, self.pixel, self._from.y()
        )
        if self.paths is not None:
            paint_path_cells(painter, self.kit, self.paths, self._cell, self.pixel)

    def _cell(self, cell: Cell) -> QRectF:
        height, width = self.picture.height() / self.weights.units, self.picture.width() / self.weights.inputs
        return QRectF(self.picture.left() + cell[1] * width, self.picture.top() + cell[0] * height, width, height)


def _pitch(heights: np.ndarray) -> np.ndarray:
    """Distance of every unit to its nearer neighbour: small for units without a tile, which share the room of "… n more"."""
    if len(heights) < 2:
        return np.full(len(heights), np.inf, np.float32)
    steps = np.diff(heights)
    return np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
