"""What a card shows at the moment: its contents, geometry, state and live values, as its painters read them.

Painters know this class and nothing of the graphics items that call them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QRectF

from nnlab.ui.canvas.cards.tile_pictures import TilePictures
from nnlab.ui.canvas.model.content import INPUT, CardContent
from nnlab.ui.canvas.model.geometry import CardGeometry
from nnlab.ui.canvas.model.strands import Strand, StrandMoment
from nnlab.ui.canvas.neurons.neuron import Share
from nnlab.ui.canvas.neurons.painting import Inside
from nnlab.ui.canvas.neurons.parts import Header
from nnlab.ui.canvas.painting.matrix import Cells
from nnlab.ui.canvas.painting.paint_kit import PaintKit


@dataclass
class CardState:
    """How a card is shown at the moment, apart from what it shows."""

    hovered: bool = False
    selected: bool = False
    focused: bool = False
    severity: str = ""  # "", "warning" or "error"
    refuses: bool = False  # a connection being drawn cannot end here
    step: str = ""  # "" outside the stepper, else "current", "read", "written" or "dim"
    lit: tuple[str, ...] = ()  # what the stepper reads or writes here, as written on the pills
    finding: str = ""  # what a diagnosis says of it, written above it
    faulty: frozenset[int] = frozenset()  # the units it means
    cost: str = ""  # what it costs in a step, as written on a pill
    strand: StrandMoment | None = None  # what of an adapter the stepper's instruction is about
    hovered_unit: int | None = None
    hovered_port: str = ""
    offered_port: str = ""  # "accepts" or "refuses" at hovered_port while a connection is drawn
    breakpoints: tuple[tuple[int | None, bool], ...] = ()  # by unit, None for the whole card, and whether one is on
    accepting: frozenset[str] = frozenset()  # ports that would accept the connection being drawn


class ShownCard:
    """One card with its geometry, state and live values."""

    def __init__(self, card: CardContent, geometry: CardGeometry, kit: PaintKit) -> None:
        self.card, self.geometry, self.kit = card, geometry, kit
        self.state = CardState()
        self.text_scale = 1.0
        self.shown_ports: frozenset[str] = frozenset()  # "" is the output, "target" the target
        self.labels: tuple[str, ...] = ()  # beside an input's tiles, where they are short
        self.columns: tuple[str, ...] = ()  # of an input: what the data calls its features, but for pixels
        self.names: tuple[str, ...] = ()  # of an input's units in full, as far as they are known
        self.biases: np.ndarray | None = None
        self.bias_limit = 0.0
        self.strand_values: tuple[np.ndarray | None, ...] = (None, None)  # of A and B, and with DoRA of the lengths
        self.preview: Strand | None = None  # of an adapter that is being chosen
        self.loss: float | None = None
        self.samples: np.ndarray | None = None
        self.batch_size = 0
        self.bars = QRectF()  # of the rows' losses, as they were last painted; empty where there are none
        self.image_shape: tuple[int, int] | None = None  # on an input card: one sample is an image
        self.neurons: Insides | None = None
        self.shows_plane = False  # whether the pictures are the units' answers over the plane of the data
        self.pictures = self.new_pictures()
        self.maps = TilePictures(range(len(geometry.maps.places)), bounded=False)  # the feature maps

    @property
    def strand(self) -> Strand | None:
        """The strand that is painted: the stepper's, or the first of those that take part."""
        moment = self.state.strand
        stepped = (strand for strand in self.card.strands if moment is not None and strand.name == moment.strand)
        return next(stepped, next(iter(self.card.strands), None))

    def new_pictures(self) -> TilePictures:
        """Empty pictures for the tiles that there are."""
        bounded = self.card.bounded and self.card.form != INPUT
        return TilePictures([tile.unit for tile in self.geometry.tiles], bounded)


class Insides(Protocol):
    """Who knows the insides of a card's units, and works them out when they are large enough to be seen."""

    @property
    def header(self) -> Header: ...

    def inside(self, item: ShownCard, unit: int, side: float) -> Inside | None: ...

    def share(self, item: ShownCard) -> Share | None: ...

    def filters(self, item: ShownCard) -> tuple[Cells, tuple[int, ...]] | None: ...

    def maps(self, item: ShownCard) -> np.ndarray | None: ...

    def set_buttons(self, item: ShownCard, back: QRectF, forward: QRectF) -> None: ...
