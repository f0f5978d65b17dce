"""How the parts of a card are painted. Every function paints one part; sizes in canvas units, text in its own pixels times `scale`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from nnlab.ui.canvas.cards import compact_text, filter_painting
from nnlab.ui.canvas.cards.shown_card import CardState, ShownCard
from nnlab.ui.canvas.cards.tile_pictures import TilePictures
from nnlab.ui.canvas.model.content import BLOCK, INPUT, LOSS, CardContent
from nnlab.ui.canvas.model.geometry import LABEL_GAP, LABEL_INSET, CardGeometry, Tile
from nnlab.ui.canvas.neurons.painting import Inside, openness
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import CENTRED, LEAST_CAPTION, LEAST_TEXT, LEFT, RIGHT, write
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import mix

RADIUS = 10.0
PORT, LARGE_PORT = 5.0, 6.5
NAME_STEP = 11.0  # pixels of text between two ports from which they are named
LARGEST_PICTURE = 320.0  # pixels a side of a tile's picture; a larger one is scaled
SMALLER = 0.75  # of its size as meant at which a long "… n more" is still written in full
PICTURE = 240.0  # of the unit's picture inside its tile


def paint_outline(painter: QPainter, kit: PaintKit, card: CardContent, geometry: CardGeometry, state: CardState, scale: float) -> None:
    tokens = kit.tokens
    radius = RADIUS * min(1.0, 1.28 * scale)  # at most 16 pixels on the screen
    painter.setPen(Qt.PenStyle.NoPen)
    if card.form == BLOCK:  # a folded group looks like the stack of cards it is
        for depth in (2, 1):
            sheet = geometry.outline.adjusted(5.0 * depth, -4.5 * depth, -5.0 * depth, -20.0)
            painter.setBrush(mix(tokens.canvas, tokens.card, 1.0 - 0.3 * depth))
            painter.drawRoundedRect(sheet, radius, radius)
    painter.setBrush(tokens.raised if state.hovered else tokens.card)
    painter.drawRoundedRect(geometry.outline, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if card.is_frozen or kit.is_outlined:
        painter.setPen(QPen(tokens.stroke, 1.0 * scale * kit.stroke))
        painter.drawRoundedRect(geometry.outline, radius, radius)
    if kit.tokens.raised == kit.tokens.canvas and state.hovered:  # in the light theme a hovered card is as white as the canvas
        painter.setPen(QPen(tokens.line, 1.0 * scale))
        painter.drawRoundedRect(geometry.outline, radius, radius)
    if state.severity == "error":
        painter.setPen(QPen(tokens.error, 2.0 * scale))
        painter.drawRoundedRect(geometry.outline, radius, radius)
    elif state.severity == "warning":
        pen = QPen(tokens.warn, 1.5 * scale)
        pen.setDashPattern([4.0, 2.0])
        painter.setPen(pen)
        painter.drawRoundedRect(geometry.outline, radius, radius)
    if state.step == "current":
        painter.setPen(QPen(tokens.accent, 3.0 * scale))
        painter.drawRoundedRect(geometry.outline, radius, radius)
    if state.selected or state.focused:
        # Beside an error the selection stands outside, so that both are seen; the keyboard's focus always does.
        offset = (3.0 if state.focused or state.severity == "error" else 0.0) * scale
        painter.setPen(QPen(tokens.accent, 2.0 * scale))
        if state.selected and state.severity != "error":
            painter.drawRoundedRect(geometry.outline, radius, radius)
        if offset:
            ring = geometry.outline.adjusted(-offset, -offset, offset, offset)
            painter.drawRoundedRect(ring, radius + offset, radius + offset)


def summary_scale(kit: PaintKit, text: str, width: float, scale: float) -> float:
    """A summary that is long for its card is written smaller, by a quarter at most, before its end is cut."""
    return max(min(scale, width / max(kit.text_width(text, "caption"), 1.0)), SMALLER * scale)


def paint_title(painter: QPainter, item: ShownCard) -> None:
    """Name, summary and state icon."""
    kit, card, geometry, state, scale = item.kit, item.card, item.geometry, item.state, item.text_scale
    tokens, unit = kit.tokens, scale * kit.scale
    icon = {"error": ("error", tokens.error), "warning": ("warning", tokens.warn)}.get(state.severity)
    if icon is None and card.frozen:
        icon = ("frozen", tokens.text2 if card.is_frozen else tokens.text3)
    side = 18.0 * unit
    outline, header = geometry.outline, geometry.header
    # Expanded cards, and those whose name takes the whole width, carry the icon across their corner.
    across = kit.text_width(card.title, "name") * scale + side + 30.0 > outline.width() and card.form != LOSS
    if not geometry.is_expanded:
        _paint_compact_text(painter, item)
        inset = 10.0
    else:
        text = f"batch of {item.batch_size}" if card.form == LOSS and item.batch_size else card.subtitle
        inset = 14.0 * unit if card.form == LOSS else 6.0
        align = LEFT if card.form == LOSS else CENTRED
        room = QRectF(header.left() + inset, header.top() + 8.0 * unit, header.width() - 2 * inset, 20.0 * unit)
        name_room = room.adjusted(0, 0, -side if icon and card.form == LOSS else 0, 0)
        write(painter, kit, card.title, "name", tokens.text, name_room, align, scale)
        fitting = summary_scale(kit, text, room.width(), scale)
        write(painter, kit, text, "caption", tokens.text2, room.translated(0, 17.0 * unit), align, fitting)
    if icon:
        corner = outline.topRight()
        place = QRectF(corner.x() - side - inset, corner.y() + 10.0 * unit, side, side)
        if across:
            place = QRectF(corner.x() - side * 0.62, corner.y() - side * 0.38, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.canvas)
            painter.drawEllipse(place.adjusted(-1.5, -1.5, 1.5, 1.5))
        kit.icon(painter, icon[0], icon[1], place)


def _paint_compact_text(painter: QPainter, item: ShownCard) -> None:
    """Everything but the loss, which lives."""
    kit = item.kit
    for line in compact_text.lines(item, painter.worldTransform().m11()):
        if not line.is_loss:
            colour = kit.tokens.text if line.role == "name" else kit.tokens.text2
            write(painter, kit, line.text, line.role, colour, line.room, LEFT, line.scale)


def paint_compact_loss(painter: QPainter, item: ShownCard) -> None:
    """The loss of the current batch on a compact card."""
    for line in compact_text.lines(item, painter.worldTransform().m11()) if item.loss is not None else ():
        if line.is_loss and item.loss is not None:
            write(painter, item.kit, number(item.loss), "name", item.kit.tokens.text, line.room, LEFT, line.scale)


def paint_tiles(painter: QPainter, item: ShownCard) -> None:
    """The units' pictures or, where they are large, their insides; their biases, "… n more", and the input's labels."""
    geometry, kit, card = item.geometry, item.kit, item.card
    insides = _insides(painter, item)
    if not item.pictures.is_empty:
        _paint_pictures(painter, item, insides)
    waiting = QPen(QColor(kit.tokens.stroke.red(), kit.tokens.stroke.green(), kit.tokens.stroke.blue(), 115), item.text_scale)
    for tile in geometry.tiles:
        if item.pictures.is_empty:
            painter.setPen(waiting)
            painter.setBrush(kit.tokens.canvas)
            painter.drawRect(tile.rect)
        if tile.unit in insides:
            _paint_inside(painter, item, tile, insides[tile.unit])
        elif kit.is_outlined and not item.pictures.is_empty:
            painter.setPen(QPen(kit.tokens.stroke, item.text_scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(tile.rect)
        if item.state.hovered_unit == tile.unit and tile.unit not in insides:
            painter.setPen(QPen(kit.tokens.text, 1.5 * item.text_scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(tile.rect.adjusted(-2, -2, 2, 2))
    if item.biases is not None and len(item.biases) == card.units:
        _paint_biases(painter, item)
    if geometry.more is not None and card.units is not None:
        _paint_more(painter, item, card.units - len(geometry.tiles), geometry.more)
    if card.form == INPUT:
        for tile, label in zip(geometry.tiles, item.labels, strict=False):
            left, right = geometry.outline.left() + LABEL_INSET, tile.rect.left() - LABEL_GAP
            room = QRectF(left, tile.rect.top(), right - left, tile.rect.height())
            write(painter, kit, label, "caption", kit.tokens.text2, room, RIGHT, item.text_scale)


def more_that_fits(kit: PaintKit, count: int, width: float, scale: float, least: float) -> tuple[str, float]:
    """How `count` units without a tile are told within `width` canvas units, and at which scale of text.

    A long number is written smaller before the points before it go; `least` is the smallest scale that can be read.
    """
    texts = (f"… {count:,} more", f"{count:,} more")
    for text in texts:
        fitting = min(scale, width / kit.text_width(text, "caption"))
        if fitting >= min(scale, least):
            return text, fitting
    return texts[-1], min(scale, least)


def _paint_more(painter: QPainter, item: ShownCard, count: int, rect: QRectF) -> None:
    """How many units have no tile, on a ground of its own: their edges end here too."""
    kit, outline = item.kit, item.geometry.outline
    rect = QRectF(outline.left() + 2.0, rect.top(), outline.width() - 4.0, rect.height())
    text, scale = more_that_fits(kit, count, rect.width() - 4.0, item.text_scale, SMALLER / painter.worldTransform().m11())
    if painter.worldTransform().m11() * scale >= LEAST_TEXT:
        width, height = (kit.text_width(text, "caption") + 8.0) * scale, 16.0 * kit.scale * scale
        ground = QColor(kit.tokens.card)
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(rect.center().x() - width / 2, rect.center().y() - height / 2, width, height), 3 * scale, 3 * scale)
    write(painter, kit, text, "caption", kit.tokens.text2, rect, CENTRED, scale)


def _insides(painter: QPainter, item: ShownCard) -> dict[int, Inside]:
    """The insides of the units whose tiles are large and on the screen."""
    world = painter.worldTransform()
    side = item.geometry.tiles[0].rect.width() * world.m11()
    if item.neurons is None or openness(side, item.kit) == 0.0:
        return {}
    found = {tile.unit: item.neurons.inside(item, tile.unit, side) for tile in _on_screen(painter, item)}
    return {unit: inside for unit, inside in found.items() if inside is not None}


def _screen(painter: QPainter) -> QRectF:
    return QRectF(0, 0, painter.device().width(), painter.device().height())


def _on_screen(painter: QPainter, item: ShownCard) -> list[Tile]:
    return [tile for tile in item.geometry.tiles if painter.worldTransform().mapRect(tile.rect).intersects(_screen(painter))]


def _paint_inside(painter: QPainter, item: ShownCard, tile: Tile, inside: Inside) -> None:
    """Over the tile's picture, the more opaque the larger it is."""
    world = painter.worldTransform()
    place = world.mapRect(tile.rect)
    screen = QRectF(-place.left(), -place.top(), painter.device().width(), painter.device().height())
    visible = QRectF(screen.topLeft() / inside.growth, screen.size() / inside.growth)
    picture = None
    if inside.wants_picture and not item.pictures.is_empty:
        pixels = round(PICTURE * painter.device().devicePixelRatio())
        picture = item.pictures.image(pixels, pixels, item.kit.is_dark, (tile.unit,))
    opened = openness(place.width(), item.kit)
    painter.save()
    painter.setWorldTransform(QTransform.fromTranslate(place.left(), place.top()).scale(inside.growth, inside.growth))
    painter.setOpacity(painter.opacity() * opened)
    inside.paint(painter, picture, visible)
    painter.restore()


def _paint_pictures(painter: QPainter, item: ShownCard, insides: Mapping[int, Inside]) -> None:
    """The pictures of the tiles on the screen, made in its pixels, so that nothing is scaled while painting.

    Larger than LARGEST_PICTURE they are scaled after all: there is nothing more to be seen in them.
    """
    world = painter.worldTransform()
    side = item.geometry.tiles[0].rect
    tiles = item.geometry.tiles
    if side.width() * world.m11() > LARGEST_PICTURE / 2:  # a large picture takes its time: only where it is seen
        is_open = openness(side.width() * world.m11(), item.kit) == 1.0
        tiles = tuple(tile for tile in _on_screen(painter, item) if not (is_open and tile.unit in insides))
    if tiles:
        _draw_pictures(painter, item.pictures, {tile.unit: tile.rect for tile in tiles}, item.kit.is_dark)


def _draw_pictures(painter: QPainter, pictures: TilePictures, places: Mapping[int, QRectF], is_dark: bool) -> None:
    """Pictures of one size in their places."""
    world, ratio = painter.worldTransform(), painter.device().devicePixelRatio()
    size = next(iter(places.values())).size()
    width, height = max(1, round(size.width() * world.m11() * ratio)), max(1, round(size.height() * world.m22() * ratio))
    pixels = min(width, round(LARGEST_PICTURE * ratio)), min(height, round(LARGEST_PICTURE * ratio))
    units = None if len(places) == len(pictures.units) else list(places)
    image = pictures.image(*pixels, is_dark, units)
    painter.save()
    painter.setWorldTransform(QTransform())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pixels != (width, height))
    for unit, rect in places.items():
        corner = world.map(rect.topLeft())
        place = QRectF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio, width / ratio, height / ratio)
        painter.drawImage(place, image, QRectF(pictures.source(unit, *pixels)))
    painter.restore()


def _paint_biases(painter: QPainter, item: ShownCard) -> None:
    """Under each tile a bar from its middle: to the right and orange for a positive bias, to the left and blue for a negative one."""
    assert item.biases is not None
    tokens, limit, tiles = item.kit.tokens, item.bias_limit, item.geometry.tiles
    gap = tiles[1].rect.top() - tiles[0].rect.bottom() if len(tiles) > 1 else 6.0
    thickness = min(3.0, gap / 2, 8.0 * item.text_scale)
    track = mix(tokens.card, tokens.text2, 0.12)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for tile in tiles:
        bias = float(item.biases[tile.unit])
        if not np.isfinite(bias):
            continue
        middle, half = tile.rect.center().x(), tile.rect.width() / 2
        y = tile.rect.bottom() + (gap - thickness) / 2
        painter.fillRect(QRectF(tile.rect.left(), y, 2 * half, thickness), track)
        length = min(1.0, abs(bias) / limit) * half if limit > 0 else 0.0
        painter.fillRect(QRectF(middle if bias > 0 else middle - length, y, length, thickness), tokens.pos if bias > 0 else tokens.neg)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_filters_and_maps(painter: QPainter, item: ShownCard) -> None:
    """What a convolution has learned, and what an image becomes in it."""
    geometry, world = item.geometry, painter.worldTransform()
    places = geometry.maps.places
    if not places or item.neurons is None or not world.mapRect(geometry.outline).intersects(_screen(painter)):
        return
    found = item.neurons.filters(item) if geometry.filters is not None else None
    if found is not None and geometry.filters is not None:
        cells, shape = found
        visible = world.inverted()[0].mapRect(_screen(painter))
        rect = filter_painting.room(geometry.filters.place, cells.values.shape)
        filter_painting.paint(painter, item.kit, cells, shape, rect, visible, item.text_scale)
        if geometry.filters.more is not None:
            more = QRectF(rect.right(), rect.top(), geometry.filters.more.right() - rect.right(), rect.height())
            _paint_hidden(painter, item, geometry.filters.hidden, more)
    maps = item.neurons.maps(item)
    if maps is None:
        painter.setPen(QPen(item.kit.tokens.line, item.text_scale))
        painter.setBrush(item.kit.tokens.canvas)
        painter.drawRects(places)
        return
    item.maps.show(maps[: len(places)])
    _draw_pictures(painter, item.maps, dict(enumerate(places)), item.kit.is_dark)
    if geometry.maps.more is not None:
        _paint_hidden(painter, item, geometry.maps.hidden, geometry.maps.more)


def _paint_hidden(painter: QPainter, item: ShownCard, count: int, room: QRectF) -> None:
    """How many filters or feature maps there are besides those that are shown."""
    kit, text = item.kit, f"+{count:,}"
    least = LEAST_CAPTION / kit.scale / painter.worldTransform().m11()
    scale = min(item.text_scale, max(least, 0.94 * room.width() / kit.text_width(text, "caption")))
    beyond = scale * kit.text_width(text, "caption") - room.width()
    if beyond > room.width() / 2:  # into the card's edge, or another map
        text, beyond = "…", 0.0
    reach = max(beyond, 0.0) / 2 + scale
    write(painter, kit, text, "caption", kit.tokens.text2, room.adjusted(-reach, 0, reach, 0), CENTRED, scale)


def paint_ports(painter: QPainter, item: ShownCard) -> None:
    geometry, kit, state, scale = item.geometry, item.kit, item.state, item.text_scale
    if painter.worldTransform().m11() * scale < LEAST_TEXT and not state.accepting:
        return  # a dot of two pixels says nothing, and a large graph has thousands
    heights = [at.y() for at in geometry.inputs.values()][:2]
    named = compact_text.names_ports(item, painter.worldTransform().m11())
    named = named and heights[1] - heights[0] >= NAME_STEP * scale * kit.scale  # else names would lie over each other
    for port, at in geometry.inputs.items():
        offered = port == state.hovered_port and state.offered_port
        if port in item.shown_ports or state.hovered or offered or port in state.accepting:
            _paint_port(painter, kit, at, scale, offered or ("may" if port in state.accepting else ""))
            if named:
                room = QRectF(at.x() + 11.0 * scale, at.y() - 9.0 * scale, 60.0, 18.0 * scale)
                write(painter, kit, port, "caption", kit.tokens.text2, room, LEFT, scale)
    if geometry.output is not None and ("" in item.shown_ports or state.hovered):
        _paint_port(painter, kit, geometry.output, scale, "")
    if geometry.target is not None and "target" in item.shown_ports:
        _paint_port(painter, kit, geometry.target, scale, "")


def _paint_port(painter: QPainter, kit: PaintKit, at: QPointF, scale: float, offer: str) -> None:
    """A port. `offer`: "may" while a connection that it would accept is being drawn, "accepts" or "refuses" under the cursor."""
    tokens = kit.tokens
    painter.setBrush(tokens.canvas)
    if not offer:
        painter.setPen(QPen(tokens.text2, 1.5 * scale))
        painter.drawEllipse(at, PORT * scale, PORT * scale)
        return
    colour = tokens.error if offer == "refuses" else tokens.accent
    radius = LARGE_PORT * scale
    painter.setPen(QPen(colour, 2.5 * scale))
    if offer == "accepts":
        painter.setBrush(colour)
        halo = QColor(colour)
        halo.setAlpha(60)
        painter.save()
        painter.setPen(QPen(halo, 6.0 * scale))
        painter.drawEllipse(at, radius + 3.0 * scale, radius + 3.0 * scale)
        painter.restore()
    painter.drawEllipse(at, radius, radius)
    if offer == "refuses":
        arm = 3.0 * scale
        painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm))
        painter.drawLine(at + QPointF(-arm, arm), at + QPointF(arm, -arm))
