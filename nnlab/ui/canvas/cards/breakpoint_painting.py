"""Breakpoints as a debugger's margin shows them: a dot across the card's upper left corner, and one beside the tile of a neuron.

Filled where one is on, a ring where all are off.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from nnlab.ui.canvas.cards.shown_card import ShownCard

DOT, TILE_DOT = 6.5, 4.0  # radii, pixels


def paint(painter: QPainter, item: ShownCard) -> None:
    places = dict(item.state.breakpoints)
    unit_size = item.text_scale * item.kit.scale
    if places:
        corner = item.geometry.outline.topLeft() + QPointF(1.0, 4.0) * unit_size
        _dot(painter, item, corner, DOT * unit_size, places.get(None, any(places.values())))
    for tile in item.geometry.tiles:
        if tile.unit in places:
            radius = min(TILE_DOT * unit_size, tile.rect.height() / 2)
            _dot(painter, item, QPointF(tile.rect.left() - radius - 3.0 * unit_size, tile.rect.center().y()), radius, places[tile.unit])


def _dot(painter: QPainter, item: ShownCard, centre: QPointF, radius: float, is_on: bool) -> None:
    tokens = item.kit.tokens
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tokens.canvas)  # clear of the outline and of ports
    painter.drawEllipse(centre, radius * 1.3, radius * 1.3)
    if is_on:
        painter.setBrush(tokens.error)
    else:
        painter.setPen(QPen(tokens.error, radius * 0.35))
    painter.drawEllipse(centre, radius * (1.0 if is_on else 0.8), radius * (1.0 if is_on else 0.8))
