"""The insides of neurons that are large enough on the screen: which sample they show, and when their numbers are read again.

Nothing here runs unless a tile is painted that large: painting asks for the inside of a unit, and only then one sample is sent through the
network. While training runs, the numbers are read again REFRESH times a second and not with every frame, so that they can be read.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QTimer

from nnlab.core.preparation import Data
from nnlab.engine.frame import Frame
from nnlab.graph.graph import Edge
from nnlab.ui.canvas.cards.filter_painting import as_matrix
from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.edges.weight_layer import reference
from nnlab.ui.canvas.model.lookup import Lookup
from nnlab.ui.canvas.model.pictures import FilterPlaces, outputs_across
from nnlab.ui.canvas.neurons.neuron import Neuron, NeuronContext, Share, describe, share
from nnlab.ui.canvas.neurons.painting import Inside, openness
from nnlab.ui.canvas.neurons.parts import Header, ProductRow
from nnlab.ui.canvas.neurons.sample import FrameSample, Sample, SampleChoice, SamplePass
from nnlab.ui.canvas.painting.matrix import CALM, Cells
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.look.numbers import count

REFRESH = 8.0  # times a second


class NeuronInsides:
    """Hands the inside of a unit to whoever paints its tile."""

    def __init__(self, scene: GraphScene) -> None:
        self._scene = scene
        self._values: Lookup = lambda name: None
        self._frame: Frame | None = None
        self._data: Data | None = None
        self._playing = False
        self._pass = SamplePass()
        self.choice = SampleChoice()
        self._sample: Sample | None = None
        self._neurons: dict[tuple[str, int], Neuron | None] = {}
        self._shares: dict[str, Share | None] = {}
        self._filters: dict[str, tuple[FilterPlaces | None, tuple[Cells, tuple[int, ...]] | None]] = {}  # by card, as its geometry was
        self._maps: dict[str, np.ndarray | None] = {}
        self._insides: dict[tuple[str, int], tuple[object, Inside]] = {}
        self._open: set[str] = set()  # cards whose inside was painted since the numbers were last read
        self._buttons: dict[tuple[str, int], tuple[QRectF, QRectF]] = {}  # back and forward, on the card
        self._due = 0.0
        self._timer = QTimer(scene)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)

    # What comes in

    def set_values(self, values: Lookup) -> None:
        """Values to read where there is no run: the first row of its tensors is the sample."""
        self._values = values

    def set_run(self, frame: Frame, data: Data, playing: bool) -> None:
        """The newest frame and the data it was trained on."""
        if data is not self._data:
            self.choice.reset()
        self._frame, self._data, self._playing = frame, data, playing
        self.choice.follow(frame.samples, len(data.x), playing)

    def clear(self) -> None:
        """Another project: nothing is known of it yet."""
        self._values, self._frame, self._data, self._playing = lambda name: None, None, None, False
        self.choice.reset()
        self.forget()

    def refresh(self) -> None:
        """Newer values have come: what is open reads them, at its own pace."""
        if not self._open:
            self.forget()
            return
        wait = self._due - perf_counter()
        if wait > 0:
            if not self._timer.isActive():
                self._timer.start(int(wait * 1000) + 1)
            return
        self.show_anew()

    def show_anew(self) -> None:
        """Reads every number again, now."""
        self._due = perf_counter() + 1.0 / REFRESH
        self.forget()
        shown, self._open = self._open, set()
        for name in shown & self._scene.items_by_card.keys():
            self._scene.items_by_card[name].face.update()

    def forget(self) -> None:
        """What was read is out of date; it is read again when it is painted."""
        self._sample = None
        self._neurons.clear()
        self._shares.clear()
        self._filters.clear()
        self._maps.clear()
        self._insides.clear()
        self._buttons.clear()

    # The sample

    def step_sample(self, by: int) -> None:
        """To the next or the one before in the batch."""
        if self._data is not None and self._frame is not None:
            self.choice.step(by, self._frame.samples, len(self._data.x))
            self.show_anew()

    def show_sample(self, number: int) -> None:
        """A training sample that was chosen elsewhere in the window."""
        if self._data is not None and number < len(self._data.x):
            self.choice.choose(number)
            self.show_anew()

    def press(self, point: QPointF) -> bool:
        """A click at a point of the canvas; whether it was on an arrow of a sample's number."""
        for (name, _), buttons in self._buttons.items():
            item = self._scene.items_by_card.get(name)
            for rect, by in zip(buttons, (-1, 1), strict=True):
                if item is not None and rect.contains(point - item.position):
                    self.step_sample(by)
                    return True
        return False

    def asked(self, item: ShownCard, unit: int, point: QPointF) -> tuple[Neuron, ProductRow | None, str] | None:
        """Whose inside is shown at a point of a card, with the row and the number there; None where no inside is open."""
        kept = self._insides.get((item.card.id, unit))
        tile = next((t.rect for t in item.geometry.tiles if t.unit == unit), None)
        if kept is None or tile is None or not tile.width():
            return None
        inside = kept[1]
        found = (
            None if inside.table is None else inside.table.part_at((point - tile.topLeft()) * (inside.side / tile.width()), inside.table_at)
        )
        return inside.neuron, *(found or (None, "value"))

    @property
    def header(self) -> Header:
        """Which sample is shown, in words."""
        if self._frame is None or self._data is None:
            return Header("sample 1")
        place = self.choice.place(self._frame.samples)
        within = f", {place + 1} of {len(self._frame.samples)} in the batch" if place is not None else f" of {count(len(self._data.x))}"
        return Header(f"sample {count(self.choice.number + 1)}", within)

    def _current(self) -> Sample:
        if self._sample is None:
            if self._frame is not None and self._data is not None:
                self._sample = self._pass.run(self._frame, self._data, self.choice.number)
            else:
                self._sample = FrameSample(self._values)
        return self._sample

    # What goes out

    def neuron(self, name: str, unit: int) -> Neuron | None:
        """The inside of a unit in numbers, None while it is not known."""
        key = (name, unit)
        if key not in self._neurons:
            scene = self._scene
            card = scene.cards[name]
            weights = next((scene.edges.weights[e] for e in scene.edges.weights if scene.owner[e.target] == name), None)
            self._neurons[key] = describe(card, unit, weights, self._surroundings(), self._current())
        return self._neurons[key]

    def inside(self, item: ShownCard, unit: int, side: float) -> Inside | None:
        """The inside of a unit laid out for a tile of `side` screen pixels."""
        name = item.card.id
        neuron = self.neuron(name, unit)
        self._open.add(name)
        if neuron is None:
            return None
        key = (side, item.kit, neuron, item.shows_plane)
        kept = self._insides.get((name, unit))
        if kept is None or kept[0] != key:
            kept = self._insides[(name, unit)] = (key, Inside(item.kit, neuron, self.header, side, item.shows_plane))
            tile = next((t.rect for t in item.geometry.tiles if t.unit == unit), QRectF())
            share_of_tile = tile.width() / kept[1].side
            arrows = (kept[1].header.back, kept[1].header.forward)
            back, forward = (QRectF(tile.topLeft() + r.topLeft() * share_of_tile, r.size() * share_of_tile) for r in arrows)
            self._buttons[(name, unit)] = (back, forward)
        return kept[1]

    def share(self, item: ShownCard) -> Share | None:
        """What the sample adds to the loss of a loss card."""
        name = item.card.id
        self._open.add(name)
        if name not in self._shares:
            self._shares[name] = share(item.card, self._scene.document.graph, self._current())
        return self._shares[name]

    def filters(self, item: ShownCard) -> tuple[Cells, tuple[int, ...]] | None:
        """A convolution's filters side by side, those that its card shows, and the shape (rows, columns) of one; None on other cards."""
        name, place = item.card.id, item.geometry.filters
        if self._filters.get(name, (None,))[0] != place or name not in self._filters:
            found = self._values(f"{name}.weight")
            if found is None or found.ndim != 4 or place is None:
                self._filters[name] = place, None
            else:
                limit = CALM * reference(found)
                shown = found[: place.shown[0], : place.shown[1]]
                matrix = as_matrix(shown, outputs_across(shown.shape, place.place)).copy()  # the frame's memory is not ours
                self._filters[name] = place, (Cells(matrix, limit, item.kit), found.shape[2:])
        if self._filters[name][1] is not None:
            self._open.add(name)
        return self._filters[name][1]

    def maps(self, item: ShownCard) -> np.ndarray | None:
        """The feature maps of the sample that is looked at, (channels, rows, columns); None while they are not known."""
        name = item.card.id
        self._open.add(name)
        if name not in self._maps:
            found = self._current().row(item.card.values)
            self._maps[name] = found if found is not None and found.shape == item.card.maps else None
        return self._maps[name]

    def set_buttons(self, item: ShownCard, back: QRectF, forward: QRectF) -> None:
        """Where the arrows of a loss card's sample are, on the card."""
        self._buttons[(item.card.id, 0)] = (back, forward)

    def fan(self, edge: Edge, zoom: float, visible: QRectF) -> np.ndarray | None:
        """How far below its tile's middle the curve of each weight ends, (units, inputs) canvas units: at the row of its product.

        None while no tile of the card is open on the screen.
        """
        scene = self._scene
        weights, item = scene.edges.weights[edge], scene.items_by_card[scene.owner[edge.target]]
        if weights is None or not item.geometry.tiles:
            return None
        side = item.geometry.tiles[0].rect.width() * zoom
        opened = openness(side, item.kit)
        if opened == 0.0:
            return None
        found = None
        for tile in item.geometry.tiles:
            if not tile.rect.translated(item.position).intersects(visible):
                continue
            inside = self.inside(item, tile.unit, side)
            if inside is None:
                continue
            found = np.zeros((weights.units, weights.inputs), np.float32) if found is None else found
            heights, rest = inside.input_heights()
            row = np.full(weights.inputs, rest, np.float32)
            row[list(heights)] = list(heights.values())
            found[tile.unit] = (row - 0.5) * tile.rect.height() * opened
        return found

    def _surroundings(self) -> NeuronContext:
        scene, data = self._scene, self._data
        inputs = [item for item in scene.items_by_card.values() if item.card.form == "input"]
        real = self._frame.program.real if self._frame is not None else "float32"
        return NeuronContext(
            scene.document.graph, scene.cards, scene.owner, inputs[0].names if inputs else (), scene.image_shape,
            None if data is None else data.x, real,
        )  # fmt: skip
