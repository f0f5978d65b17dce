"""The network before an adapter is attached: W of every dense layer to one scale, and dashed what is being chosen for it.

A card that is clicked is selected; while the form that attaches is open, the selected layers are those that get the adapter.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.canvas.model.strands import Strand
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import FontRole, Theme
from nnlab.ui.lora.base_places import LayerPlace, LayerSize, base_places
from nnlab.ui.lora.layer_maps import LayerMaps, block_of
from nnlab.ui.lora.scale_bound import scale_bound
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded

DASHES = (2.5, 1.5)  # in widths of the pen
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@dataclass(frozen=True, eq=False)
class BaseLayer:
    """`weight` (units, inputs) as it is now; `strand` is what would be attached, None for nothing."""

    layer: str
    weight: np.ndarray
    is_frozen: bool
    strand: Strand | None = None


class BaseView(LayerMaps):
    """`chosen(layers)`: these are to be selected. `words` stand below the cards."""

    chosen = Signal(tuple)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Dense layers of the base", parent)
        self.layers: Sequence[BaseLayer] = ()
        self.selected: tuple[str, ...] = ()
        self._head, self._words = "", ""
        self._covered_from: int | None = None
        self._images: dict[str, tuple[np.ndarray, tuple[object, ...], QImage]] = {}

    def show_layers(self, layers: Sequence[BaseLayer], selected: tuple[str, ...], head: str, words: str) -> None:
        """`head` stands above the cards, `words` below them."""
        self.layers, self.selected, self._head, self._words = layers, selected, head, words
        known = {layer.layer for layer in layers}
        self._images = {name: image for name, image in self._images.items() if name in known}
        self.setAccessibleDescription("; ".join([head, *map(_described, layers), words]))
        self.update()

    def cover(self, left: int | None) -> None:
        """A form lies over the window from `left` pixels on: the cards keep clear of it. None when it is gone."""
        if left != self._covered_from:
            self._covered_from = left
            self.update()

    def _room(self) -> QRectF:
        """What is not covered; all of it where hardly anything would be left."""
        px, right = self._theme.metrics.px, float(self.width())
        if self._covered_from is not None:
            free = float(self.mapFrom(self.window(), QPoint(self._covered_from, 0)).x())
            right = min(right, free) if free > px(260) else right
        return QRectF(px(20), px(4), right - px(40), self.height() - px(8))

    def _words_height(self) -> int:
        """Of the lines below the cards at the present width, two of them at least; the cards keep half the height."""
        room = self._room()
        metrics, width = QFontMetrics(self._theme.font("body")), int(room.width())
        lines = metrics.boundingRect(QRect(0, 0, width, 10_000), int(Qt.TextFlag.TextWordWrap), self._words).height()
        return max(self._theme.metrics.px(46), min(lines, int(room.height() / 2)))

    def places(self) -> tuple[LayerPlace, ...]:
        px = self._theme.metrics.px
        room = self._room().adjusted(0, px(24), 0, -self._words_height() - px(4))
        return base_places([_size(layer) for layer in self.layers], room, px)

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        places = zip(self.layers, self.places(), strict=True)
        hit = next((layer.layer for layer, place in places if place.card.contains(event.position())), None)
        if hit is None:
            return
        adds = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        own = tuple(name for name in self.selected if name != hit)
        self.chosen.emit((*own, *((hit,) if hit not in self.selected else ())) if adds else (hit,))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, names = _STEPS.get(event.key()), [layer.layer for layer in self.layers]
        if step is None or not names:
            event.ignore()
            return
        here = [names.index(name) for name in self.selected if name in names]
        at = min(max((max(here) if step > 0 else min(here)) + step, 0), len(names) - 1) if here else 0 if step > 0 else len(names) - 1
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.chosen.emit((*(name for name in self.selected if adds and name != names[at]), names[at]))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), tokens.canvas)
        places = self.places()
        painter.setPen(QPen(tokens.text2, 2))
        for one, other in itertools.pairwise(places):
            if other.card.left() > one.card.right():
                y = one.card.center().y()
                painter.drawLine(QPointF(one.card.right(), y), QPointF(other.card.left(), y))
        for layer, place in zip(self.layers, places, strict=True):
            self._paint_layer(painter, layer, place)
        room = self._room()
        self._write(painter, QRectF(room.left(), room.top(), room.width(), px(20)), self._head, "caption", "text2")
        height = self._words_height()
        below = QRectF(room.left(), room.bottom() - height, room.width(), height)
        painter.setFont(self._theme.font("body"))
        painter.setPen(tokens.text2)
        painter.drawText(below, Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap, self._words)
        self.paint_focus(painter)
        painter.end()

    def _paint_layer(self, painter: QPainter, layer: BaseLayer, place: LayerPlace) -> None:
        tokens, px, metrics = self._theme.tokens, self._theme.metrics.px, self._theme.metrics
        is_chosen = layer.layer in self.selected
        fill_rounded(painter, place.card, metrics.radius_card, tokens.card)
        outline_rounded(painter, place.card, metrics.radius_card, tokens.accent if is_chosen else tokens.stroke, 2.0 if is_chosen else 1.0)
        left, right = place.card.left() + px(12), place.card.right() - px(12)
        end = right
        if layer.is_frozen or layer.strand is not None:
            glyph("frozen").draw(painter, QRectF(right - px(15), place.card.top() + px(9), px(15), px(15)), tokens.text)
            end -= px(20)
        units, inputs = layer.weight.shape
        self._write(painter, QRectF(left, place.card.top() + px(7), end - left, px(18)), layer.layer, "name", "text")
        self._write(painter, QRectF(left, place.card.top() + px(25), right - left, px(16)), f"{units} × {inputs}", "caption", "text2")
        painter.drawImage(place.weight, self._image(layer, place.weight))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.stroke, 1))
        painter.drawRect(place.weight.adjusted(-0.5, -0.5, 0.5, 0.5))
        if layer.strand is not None:
            pen = QPen(tokens.accent, 2.0)
            pen.setDashPattern(DASHES)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            for matrix in (place.a, place.b):
                painter.drawRect(matrix)
            beside = QRectF(place.b.right() + px(4), place.b.top(), px(14), px(16))
            self._write(painter, beside, "B", "caption", "text")
            below = QRectF(left, place.a.bottom() + px(4), right - left, px(18))
            self._write(painter, below, f"A  + {count(layer.strand.size)}", "caption", "text")

    def _write(self, painter: QPainter, room: QRectF, text: str, role: FontRole, token: str) -> None:
        painter.setFont(self._theme.font(role))
        painter.setPen(getattr(self._theme.tokens, token))
        words = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _image(self, layer: BaseLayer, place: QRectF) -> QImage:
        """Each layer on its own scale."""
        block = block_of(layer.weight, place)
        key = (block, self._theme.is_dark)
        known = self._images.get(layer.layer)
        if known is not None and known[1] == key and np.array_equal(known[0], layer.weight, equal_nan=True):
            return known[2]
        image = self.map_image(layer.weight, block, scale_bound(layer.weight))
        self._images[layer.layer] = (layer.weight, key, image)
        return image


def _size(layer: BaseLayer) -> LayerSize:
    units, inputs = layer.weight.shape
    return LayerSize(units, inputs, layer.strand.rank if layer.strand is not None else 0)


def _described(layer: BaseLayer) -> str:
    units, inputs = layer.weight.shape
    what = "" if layer.strand is None else f", {layer.strand.name} of rank {layer.strand.rank} would add {layer.strand.size:,}"
    return f"{layer.layer}, {units} × {inputs}{what}"
