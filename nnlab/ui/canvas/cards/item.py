"""A card on the canvas: two graphics items that move together.

`CardBody` lies under the weights and carries what seldom changes (outline, title, state, ports), so Qt keeps it as a picture; `CardFace`
lies above them and carries what lives (tiles, biases, loss). `CardItem` holds both; what they show is in `shown_card`.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from nnlab.ui.canvas.cards import breakpoint_painting, finding_painting, loss_painting, painting, pills, strand_painting
from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.cards.tile_pictures import TilePictures, sorted_batch
from nnlab.ui.canvas.model.content import LOSS, CardContent
from nnlab.ui.canvas.model.geometry import STRAND_GAP, CardGeometry
from nnlab.ui.canvas.model.lookup import Lookup
from nnlab.ui.canvas.model.stacking import ORDER
from nnlab.ui.canvas.model.strands import Strand
from nnlab.ui.canvas.painting.paint_kit import PaintKit

Z_BODY, Z_WEIGHTS, Z_FACE = 0.0, 1.0, 2.0
LEAST_BIAS = 0.3  # the largest bias fills its bar from this share of the layer's large weights on
BORDER = 14.0  # room around the outline for rings and ports


class CardBody(QGraphicsItem):
    """Outline, title, state and ports."""

    def __init__(self, owner: CardItem) -> None:
        super().__init__()
        self._owner = owner
        self.setZValue(Z_BODY)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._owner.bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        owner = self._owner
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painting.paint_outline(painter, owner.kit, owner.card, owner.geometry, owner.state, owner.text_scale)
        painter.setOpacity(0.45 if owner.state.refuses else 1.0)
        painting.paint_title(painter, owner)
        painter.setOpacity(1.0)
        painting.paint_ports(painter, owner)


class CardFace(QGraphicsItem):
    """Tiles, biases and loss."""

    def __init__(self, owner: CardItem) -> None:
        super().__init__()
        self._owner = owner
        self.setZValue(Z_FACE)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._owner.bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        owner = self._owner
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dimmed = owner.state.refuses or owner.state.step == "dim"
        painter.setOpacity(0.45 if dimmed else 1.0)
        if owner.geometry.tiles:
            painting.paint_tiles(painter, owner)
        elif owner.card.form == LOSS and owner.geometry.is_expanded:
            loss_painting.paint_loss(painter, owner)
        elif owner.card.form == LOSS:
            painting.paint_compact_loss(painter, owner)
        else:
            painting.paint_filters_and_maps(painter, owner)
        strand_painting.paint(painter, owner)
        painter.setOpacity(1.0)
        strand_painting.paint_preview(painter, owner)
        pills.paint_step(painter, owner.kit, owner.geometry, owner.state, owner.text_scale)
        pills.paint_cost(painter, owner.kit, owner.geometry, owner.state, owner.text_scale)
        breakpoint_painting.paint(painter, owner)
        finding_painting.paint(painter, owner)


class CardItem(ShownCard):
    """A card on a scene."""

    def __init__(self, card: CardContent, geometry: CardGeometry, kit: PaintKit, scene: QGraphicsScene) -> None:
        super().__init__(card, geometry, kit)
        self._bias_request = 0.0
        self._meaning = ""
        self.bounds = _bounds(geometry, BORDER, False)
        self.body, self.face = CardBody(self), CardFace(self)
        for item in (self.body, self.face):
            scene.addItem(item)

    @property
    def position(self) -> QPointF:
        return self.body.pos()

    @property
    def outline(self) -> QRectF:
        """The card's outline on the canvas."""
        return self.geometry.outline.translated(self.body.pos())

    @property
    def footprint(self) -> QRectF:
        """The outline and what is painted below it, on the canvas."""
        return self.geometry.footprint.translated(self.body.pos())

    @property
    def title_rect(self) -> QRectF:
        """Where the card's name is written, on the canvas."""
        unit = self.text_scale * self.kit.scale
        header = self.geometry.header if self.geometry.is_expanded else self.geometry.outline
        top = header.top() + (8.0 if self.geometry.is_expanded else 10.0) * unit
        return QRectF(header.left() + 8.0, top, header.width() - 16.0, 22.0 * unit).translated(self.position)

    def set_order(self, place: int) -> None:
        self.body.setZValue(Z_BODY + place * ORDER)
        self.face.setZValue(Z_FACE + place * ORDER)

    def remove(self) -> None:
        for item in (self.body, self.face):
            item.scene().removeItem(item)

    def move(self, position: QPointF) -> None:
        self.body.setPos(position)
        self.face.setPos(position)

    def set_card(self, card: CardContent) -> None:
        """Shows other contents; what was computed for the old ones is forgotten if the units differ."""
        before, self.card = self.card, card
        if (before.units, before.bounded, before.values) != (card.units, card.bounded, card.values):
            self.biases = self.samples = self.loss = None
            self.pictures = self.new_pictures()
            self.shows_plane = False

    def set_geometry(self, geometry: CardGeometry, text_scale: float) -> None:
        if geometry == self.geometry and text_scale == self.text_scale:
            return
        units = [tile.unit for tile in geometry.tiles]
        changed = units != [tile.unit for tile in self.geometry.tiles]
        if len(geometry.maps.places) != len(self.geometry.maps.places):
            self.maps = TilePictures(range(len(geometry.maps.places)), bounded=False)
        self.geometry, self.text_scale = geometry, text_scale
        self._measure()
        if changed and geometry.tiles:
            self.pictures = self.new_pictures()
            self.shows_plane = False
        self.update()

    def _measure(self) -> None:
        """The room that is painted in."""
        for item in (self.body, self.face):
            item.prepareGeometryChange()
        self.bounds = _bounds(self.geometry, BORDER * max(1.0, self.text_scale), self.preview is not None)
        if self.state.finding:
            self.bounds = self.bounds.united(finding_painting.words_place(self).adjusted(-2, -2, 2, 2))

    def set_kit(self, kit: PaintKit) -> None:
        self.kit = kit
        self.update()

    def set_state(self, **changes: object) -> None:
        """Changes parts of the state; repaints only what shows it."""
        changes = {name: value for name, value in changes.items() if getattr(self.state, name) != value}
        for name, value in changes.items():
            setattr(self.state, name, value)
        if changes.keys() - {"hovered_unit", "lit", "strand", "breakpoints", "cost"}:
            self.body.update()
        if changes.keys() & {"hovered_unit", "lit", "strand", "step", "refuses", "breakpoints", "cost"}:
            self.face.update()

    def set_finding(self, words: str, units: frozenset[int]) -> None:
        """What a diagnosis says of the card and of these units; nothing ends it."""
        if (words, units) != (self.state.finding, self.state.faulty):
            self.state.finding, self.state.faulty = words, units
            self._measure()
            self.update()

    def update(self) -> None:
        self.body.update()
        self.face.update()

    # Live values

    @property
    def picture_meaning(self) -> str:
        """What the pictures on the tiles are, in words."""
        return "" if self.pictures.is_empty else self._meaning

    def set_pictures(self, pictures: np.ndarray | None) -> None:
        """What a probe painted for each unit: (units, rows, columns), lowest second feature in row 0. None when there is nothing."""
        self.shows_plane = pictures is not None and self.card.units == len(pictures)
        self._meaning = "The picture: its output at every point of the data plane." if self.shows_plane else self._meaning
        if pictures is not None and self.shows_plane and self.pictures.show(pictures[list(self.pictures.units), ::-1]):
            self.face.update()

    def set_values(self, values: Lookup, weights: np.ndarray | None, prefix: str, limit: float) -> None:
        """Takes the newest values.

        `weights` (units, rows, columns) when the units' weights are images; `prefix` "d_" to show the biases' gradients; `limit` the
        magnitude of the layer's large weights, beside which small biases stay small.
        """
        if self.card.form == LOSS:
            self._set_loss(values(f"{self.card.id}.loss"), values(f"{self.card.id}.sample_loss"))
            return
        bias = self.card.bias
        changed = self._set_biases(values(f"{self.card.id}.{prefix}{bias}") if bias else None, limit)
        if not self.shows_plane and self.geometry.tiles:
            changed |= self._show_batch(values(self.card.values), weights)
        if changed:
            self.face.update()

    def set_strand(self, *values: np.ndarray | None) -> None:
        """What stands in the places of an adapter's A (rank, inputs), B (units, rank) and, with DoRA, of the lengths (units,)."""
        found = tuple(None if m is None else np.array(m, np.float32) for m in values)
        if len(found) == len(self.strand_values) and all(map(_same, self.strand_values, found)):
            return
        self.strand_values = found
        self.face.update()

    def set_preview(self, strand: Strand | None) -> None:
        """The strand of an adapter that is being chosen, None when no more; one that takes part already is seen anyway."""
        strand = None if self.card.strands else strand
        if strand != self.preview:
            self.preview = strand
            self._measure()
            self.update()

    def _show_batch(self, batch: np.ndarray | None, weights: np.ndarray | None) -> bool:
        units = list(self.pictures.units)
        if weights is not None:
            self._meaning = "The picture: its weights, one for each input pixel."
            return self.pictures.show(weights[units])
        # Just after an edit the newest frame may still be of the network before it, with other widths.
        if batch is None or batch.ndim != 2 or not len(batch) or max(units, default=-1) >= batch.shape[1]:
            return self.pictures.clear()
        if self.image_shape is not None and batch.shape[1] == self.image_shape[0] * self.image_shape[1]:
            self._meaning = "The picture: the first sample of this batch."
            return self.pictures.show(batch[:1].reshape(1, *self.image_shape))
        self._meaning = "The picture: its values over the batch, from lowest to highest."
        return self.pictures.show(sorted_batch(batch, units))

    def _set_biases(self, biases: np.ndarray | None, limit: float) -> bool:
        same = biases is self.biases if biases is None or self.biases is None else np.array_equal(biases, self.biases, equal_nan=True)
        if same and (limit == self._bias_request or biases is None):
            return False
        self._bias_request = limit
        self.biases = None if biases is None else np.array(biases, np.float32)
        finite = np.zeros(0) if self.biases is None else np.abs(self.biases[np.isfinite(self.biases)])
        self.bias_limit = max(float(finite.max(initial=0.0)), LEAST_BIAS * limit)
        return True

    def _set_loss(self, loss: np.ndarray | None, samples: np.ndarray | None) -> None:
        value = None if loss is None or not loss.size else float(loss.reshape(-1)[0])
        same = self.samples is not None and samples is not None and np.array_equal(samples, self.samples, equal_nan=True)
        if value == self.loss and (same or samples is self.samples):
            return
        self.loss, self.samples = value, None if samples is None else np.array(samples, np.float32).reshape(-1)
        size = 0 if self.samples is None else len(self.samples)
        if size != self.batch_size:
            self.batch_size = size
            self.body.update()
        self.face.update()


def _bounds(geometry: CardGeometry, border: float, has_preview: bool) -> QRectF:
    """The card with room for rings and ports, and for the loop of a strand beside it."""
    around = geometry.footprint
    if has_preview:
        around = around.united(strand_painting.preview_rect(geometry).adjusted(0, 0, 0, STRAND_GAP))
    around = around.adjusted(-border, -border, border, border)
    has_loop = has_preview or geometry.strand is not None
    return around.adjusted(-strand_painting.LOOP, 0, strand_painting.LOOP, 0) if has_loop else around


def _same(old: np.ndarray | None, new: np.ndarray | None) -> bool:
    return old is new if old is None or new is None else np.array_equal(old, new, equal_nan=True)
