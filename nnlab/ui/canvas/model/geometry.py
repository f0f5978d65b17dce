"""Where everything on a card lies, in canvas units around the card's position (0, 0).

Three forms: *collapsed* (title, summary, parameter count; where the output is images, filters and feature maps), *expanded* (one tile for
each unit) and the loss card. The position of a card is the middle of its tiles, not of its outline, so that straight edges between cards
on one row are level. Text keeps its size on the screen from 70 % to 100 % and stops growing at 125 %: `text_scale` canvas units make one
text pixel, and the header follows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF

from nnlab.graph import card_size
from nnlab.ui.canvas.model import pictures as pictures_on
from nnlab.ui.canvas.model.content import INPUT, LOSS, CardContent
from nnlab.ui.canvas.model.pictures import FilterPlaces, MapPlaces

COLLAPSED_WIDTH, COLLAPSED_HEIGHT = 120.0, 80.0
WIDTH, HEADER, FOOT = 92.0, 48.0, 14.0
TILE, GAP, LARGE_TILE = 34.0, 6.0, 72.0
LOSS_WIDTH, LOSS_HEIGHT = 136.0, 196.0
ALL_UNITS = 16  # above, the first and the last are shown
FIRST, LAST = 6, 2
FIRST_BESIDE_PICTURES = 4  # of a network of images, whose feature maps have the room
MORE = 44.0  # height of "… n more"
TILES_HEIGHT = 8 * TILE + 7 * GAP  # more than eight tiles share the height of eight
PORT_STEP = 30.0
STRAND, STRAND_WORDS, STRAND_GAP = 72.0, 18.0, 12.0  # of an adapter below its card, and around it; merged, only words are left
INSET = 8.0  # of pictures from the card's edge
LABEL_GAP, LABEL_INSET = 6.0, 8.0  # between an input's label and its tile, and from the card's edge
TEXT_SHRINKS, TEXT_GROWS = 0.7, 1.25  # zooms between which text keeps its size as it is meant; below it shrinks, above it does not grow


def text_scale(zoom: float) -> float:
    """Canvas units for one pixel of text at this zoom."""
    return 1.0 / TEXT_SHRINKS if zoom < TEXT_SHRINKS else max(1.0, min(zoom, TEXT_GROWS)) / zoom


@dataclass(frozen=True)
class Tile:
    """The picture of one unit."""

    unit: int
    rect: QRectF


@dataclass(frozen=True)
class CardGeometry:
    """Rectangles and points of one card."""

    outline: QRectF
    header: QRectF
    tiles: tuple[Tile, ...] = ()
    more: QRectF | None = None  # where "… n more" stands
    inputs: dict[str, QPointF] = field(default_factory=dict)
    output: QPointF | None = None
    target: QPointF | None = None  # where the data's target enters or leaves, at the lower border
    is_expanded: bool = False
    filters: FilterPlaces | None = None  # of a convolution
    strand: QRectF | None = None  # below the outline: where the matrices of an adapter lie
    maps: MapPlaces = field(default_factory=MapPlaces)  # feature maps, those of the first channels

    @cached_property
    def body(self) -> QRectF:
        """What lies below the header."""
        return QRectF(self.outline.left(), self.header.bottom(), self.outline.width(), self.outline.bottom() - self.header.bottom())

    @cached_property
    def footprint(self) -> QRectF:
        """The outline with all that is painted below it."""
        return self.outline if self.strand is None else self.outline.united(self.strand.adjusted(0, 0, 0, STRAND_GAP))

    @cached_property
    def tile_area(self) -> QRectF:
        area = QRectF()
        for tile in self.tiles:
            area = area.united(tile.rect)
        return area

    def unit_heights(self, units: int) -> list[float]:
        """Height of every unit's tile; units without one share the room of "… n more"."""
        heights = {tile.unit: tile.rect.center().y() for tile in self.tiles}
        if self.more is not None:
            hidden = [unit for unit in range(units) if unit not in heights]
            step = self.more.height() / len(hidden)
            heights |= {unit: self.more.top() + (i + 0.5) * step for i, unit in enumerate(hidden)}
        return [heights[unit] for unit in range(units)]


def collapsed(card: CardContent, title_width: float, scale: float = 1.0, unit: float = 1.0, pictures: float = 1.0) -> CardGeometry:
    """A card that shows text alone, or images; `title_width` in text pixels, `unit` is the interface's scale.

    `pictures` is how many times as high as the layout knows them filters and feature maps are.
    """
    width = max(COLLAPSED_WIDTH * unit, 28.0 * unit + title_width * scale)
    height = card_size.height_of(card.maps is not None, card.filters is not None) * unit
    filters, picture = card_size.FILTERS * unit * pictures, card_size.MAPS * unit * pictures
    if card.maps is not None:
        height += picture - card_size.MAPS * unit + (filters - card_size.FILTERS * unit if card.filters is not None else 0.0)
    outline = QRectF(-width / 2, -height / 2, width, height)
    if card.maps is None:
        return _with_ports(card, outline, outline, (), None, False)
    header = QRectF(outline.left(), outline.top(), width, card_size.TEXT * unit)
    room = QRectF(outline.left() + INSET * unit, header.bottom(), width - 2 * INSET * unit, filters)
    found = _with_ports(card, outline, header, (), None, False)
    below = QRectF(room.left(), outline.bottom() - card_size.FOOT * unit - picture, room.width(), picture)
    shown = None if card.filters is None else pictures_on.filters(card.filters, room, scale)
    return replace(found, filters=shown, maps=pictures_on.maps(card.maps, below, scale))


def expanded(
    card: CardContent, title_width: float, scale: float = 1.0, tile_count: int | None = None, guest: int | None = None,
    label_width: float = 0.0, first: int = FIRST,
) -> CardGeometry:  # fmt: skip
    """A card with a tile for each unit; `tile_count` = 1 when one picture stands for all of them. Of many units the `first` are shown.

    Where there is no room for all tiles, `guest` is a unit that is shown nevertheless, in place of the last before "… n more".
    `label_width` in text pixels is of what stands before the tiles: where that is long, the card is wider at its left.
    """
    if card.form == LOSS:
        width = max(LOSS_WIDTH, (title_width + 28.0) * scale)
        outline = QRectF(-width / 2, -LOSS_HEIGHT / 2, width, LOSS_HEIGHT)
        header = QRectF(outline.left(), outline.top(), width, HEADER * scale)
        return _with_ports(card, outline, header, (), None, True)
    assert card.units is not None, "a card without units is shown collapsed"
    count = card.units if tile_count is None else tile_count
    large = count == 1 and (card.is_output or tile_count == 1)
    tiles, more, height = _tiles(count, LARGE_TILE if large else TILE, guest, first)
    least = WIDTH + 20.0 if large else WIDTH
    width = max(least, 20.0 * min(scale, 1.0) + title_width * scale)
    header_height = HEADER * scale
    foot = FOOT * min(1.0, scale)
    left = max(width / 2, tiles[0].rect.width() / 2 + label_width * scale + LABEL_GAP + LABEL_INSET) if label_width else width / 2
    outline = QRectF(-left, -height / 2 - header_height, left + width / 2, header_height + height + foot)
    header = QRectF(outline.left(), outline.top(), outline.width(), header_height)
    return _with_ports(card, outline, header, tiles, more, True)


def _tiles(count: int, size: float, guest: int | None, first: int) -> tuple[tuple[Tile, ...], QRectF | None, float]:
    """Tiles around height 0, the room for "… n more", and the height of all."""
    if count > ALL_UNITS:
        last = first - 1 if guest is None or not first <= guest < count - LAST else guest
        shown = [*range(first - 1), last, *range(count - LAST, count)]
        height = len(shown) * size + (len(shown) - 2) * GAP + MORE
        tiles, more, top = [], None, -height / 2
        for unit in shown:
            if unit == count - LAST:
                more = QRectF(-WIDTH / 2, top - GAP, WIDTH, MORE)
                top += MORE - GAP
            tiles.append(Tile(unit, QRectF(-size / 2, top, size, size)))
            top += size + GAP
        return tuple(tiles), more, height
    gap = GAP
    most = TILES_HEIGHT - (FIRST - first) * (TILE + GAP)
    if count * size + (count - 1) * gap > most:
        pitch = (most + GAP) / count
        gap = max(3.0, pitch * GAP / (TILE + GAP))
        size = pitch - gap
    height = count * size + (count - 1) * gap
    return tuple(Tile(i, QRectF(-size / 2, i * (size + gap) - height / 2, size, size)) for i in range(count)), None, height


def _with_ports(
    card: CardContent, outline: QRectF, header: QRectF, tiles: tuple[Tile, ...], more: QRectF | None, is_expanded: bool
) -> CardGeometry:
    count = len(card.ports) - card.spare_port  # the spare one comes below, so that the others stay in the middle
    room = min(outline.height(), COLLAPSED_HEIGHT) - 20.0
    step = min(PORT_STEP, room / (len(card.ports) - 1)) if count > 1 else 0.0
    inputs = {port: QPointF(outline.left(), (i - (count - 1) / 2) * step) for i, port in enumerate(card.ports)}
    output = QPointF(outline.right(), 0.0) if card.has_output else None
    target = QPointF(outline.center().x(), outline.bottom()) if card.form in (INPUT, LOSS) else None
    strand = None
    if card.strands:
        height = STRAND_WORDS if card.strands[0].is_merged else STRAND
        strand = QRectF(outline.left(), outline.bottom() + STRAND_GAP, outline.width(), height)
    return CardGeometry(outline, header, tiles, more, inputs, output, target, is_expanded, strand=strand)
