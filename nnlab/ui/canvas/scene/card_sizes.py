"""How large every card is drawn: what its text and its neurons take, at a zoom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nnlab.core.short_names import told_apart
from nnlab.ui.canvas.cards.compact_text import READABLE, broken
from nnlab.ui.canvas.model import geometry
from nnlab.ui.canvas.model.content import INPUT, LOSS, CardContent
from nnlab.ui.canvas.neurons.neuron import subscript
from nnlab.ui.canvas.painting.paint_kit import PaintKit

LARGEST_NAME = 2.4  # of its size as meant, that a card or a frame seen from afar grows for its name
SUMMARY = 150.0  # pixels of a summary that a compact card grows for
LONGEST_LABEL = 84.0  # pixels of a feature's name before its tile; more of it stands in the tooltip
LONGEST_TITLE = 136.0  # pixels of a file's name on a card that stays where it was put: a network is laid out before its data have a name
PORT_NAME = 18.0  # pixels of text beside the name
KNOWN = 3000  # sizes that are kept, of which a fit of a large network needs some hundred


@dataclass
class CardSizes:
    """What sizes follow from besides the cards: `image_shape` and `features` (names) of the data, and `guests`, units gone to, by card.

    `pictures` is how many times as high as in the layout filters and feature maps are drawn, 0 for not at all; None without any.
    """

    kit: PaintKit
    image_shape: tuple[int, int] | None = None
    features: tuple[str, ...] = ()
    guests: Mapping[str, int] = field(default_factory=dict)
    pictures: float | None = None
    _known: dict[tuple[object, ...], tuple[CardContent, geometry.CardGeometry]] = field(default_factory=dict, repr=False)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name not in ("_known", "pictures"):
            self._known = {}

    def of(self, card: CardContent, scale: float, expanded: bool, close: float | None, may_grow: bool) -> geometry.CardGeometry:
        """A card where a pixel of text takes `scale` canvas units: with its neurons where it is `expanded` and has any, else compact.

        Compact, it is as wide as its name needs to be read at the zoom `close`, or grows with its text if it may. Fit asks for the same
        sizes again and again, at a dozen zooms, whenever the canvas gets another size; they are worked out once.
        """
        key = (id(card), scale, expanded, close, may_grow, self.pictures)
        known = self._known.get(key)
        if known is None:
            if len(self._known) > KNOWN:
                self._known.clear()
            known = self._known[key] = card, self._worked_out(card, scale, expanded, close, may_grow)  # with the card, or others get its id
        return known[1]

    def _worked_out(self, card: CardContent, scale: float, expanded: bool, close: float | None, may_grow: bool) -> geometry.CardGeometry:
        unit = self.kit.scale
        if self.pictures == 0.0 and card.maps is not None:
            card = replace(card, maps=None, filters=None)
        if not expanded or (card.units is None and card.form != LOSS):
            if close is not None and close < READABLE:
                name = max(self._text(part) for part in broken(self.kit, card.title))
                return geometry.collapsed(card, name, name_scale(1.0, close) * unit, unit, self.pictures or 1.0)
            name, summary = self._text(card.title), self._text(card.subtitle, is_summary=True)
            if card.form == INPUT and not may_grow and close is None:
                name = min(name, LONGEST_TITLE)
            width = max(name + (PORT_NAME if card.names_ports else 0.0), min(summary - 8.0, SUMMARY))
            pictures = (self.pictures or 1.0) if may_grow else 1.0
            return geometry.collapsed(card, width, (scale if may_grow and close is None else min(scale, 1.0)) * unit, unit, pictures)
        summary = self._text(card.subtitle, is_summary=True)
        if card.form == LOSS:
            summary = max(summary, self.kit.text_width("0.0000", "loss") / unit)
        tiles = 1 if card.form == INPUT and self.is_image(card) else None
        label = 0.0 if tiles else min(max(map(self._label, self.labels(card)), default=0.0), LONGEST_LABEL)
        first = geometry.FIRST if self.pictures is None else geometry.FIRST_BESIDE_PICTURES
        return geometry.expanded(card, max(self._text(card.title), summary), scale * unit, tiles, self.guests.get(card.id), label, first)

    def labels(self, card: CardContent) -> tuple[str, ...]:
        """What stands before the tiles of an input: the names of its features, x₁ and so on where they are not known; () for others."""
        count = card.units or 0
        if card.form != INPUT or count > geometry.ALL_UNITS:
            return ()
        is_named = len(self.features) == count and not self.is_image(card)  # pixels go by their numbers
        if is_named:
            return told_apart(self.features, lambda name: self._label(name) <= LONGEST_LABEL)
        return tuple(f"x{subscript(i + 1)}" for i in range(count))

    def is_image(self, card: CardContent) -> bool:
        return self.image_shape is not None and card.units == self.image_shape[0] * self.image_shape[1]

    def _label(self, text: str) -> float:
        return self._text(text, is_summary=True)

    def _text(self, text: str, is_summary: bool = False) -> float:
        """Its width in pixels before the person's interface scale, which the geometry gets as part of its own scale."""
        return self.kit.text_width(text, "caption" if is_summary else "name") / self.kit.scale


def name_scale(scale: float, close: float | None) -> float:
    """Canvas units for a pixel of a name, which from afar, at the zoom `close`, is to be read when other text is not."""
    return scale if close is None else max(scale, min(READABLE / close, LARGEST_NAME))
