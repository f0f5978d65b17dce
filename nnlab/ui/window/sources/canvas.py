"""Where the numbers on the canvas come from: weights, the loss and its bars, and all that stands inside an open neuron."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF

from nnlab.studies.step_cost import MEASURED
from nnlab.training import provenance, provenance_of_data
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.canvas.canvas import Canvas
from nnlab.ui.canvas.cards import compact_text, loss_painting, pills
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.model.content import LOSS
from nnlab.ui.canvas.model.content import Weights as JoiningWeights
from nnlab.ui.canvas.neurons.neuron import Neuron
from nnlab.ui.canvas.neurons.parts import ProductRow
from nnlab.ui.canvas.scene.hit import CARD, EDGE, Hit, hit
from nnlab.ui.look import numbers
from nnlab.ui.run.live_view import LiveView


class CanvasNumbers:
    """Answers for a place of the canvas' viewport; for None, of the loss."""

    def __init__(self, canvas: Canvas, moment: Callable[[], LiveView | None], replay: Replay) -> None:
        self._canvas, self._moment, self._replay = canvas, moment, replay

    def __call__(self, place: QPointF | None) -> Provenance | None:
        view = self._moment()
        if view is None:
            return None
        if place is None:
            return provenance.batch_loss(view, self._replay)
        scene = self._canvas.scene
        point = self._canvas.view.mapToScene(place.toPoint())
        priced = self._priced(point)
        if priced is not None:
            return self._cost(priced)
        found = hit(scene, point)
        if found.kind == EDGE:
            return self._weight(view, found)
        if found.kind != CARD:
            return None
        item = scene.items_by_card[found.card]
        local = point - item.position
        if item.card.form == LOSS:
            return self._loss(view, item, local)
        asked = None if found.unit is None else self._canvas.neurons.asked(item, found.unit, local)
        if asked is None or not self._canvas.view.units.is_open(found.card, found.unit):
            return None
        return self._inside(view, item, *asked)

    def _priced(self, point: QPointF) -> CardItem | None:
        """The card whose cost is written there."""
        zoom = self._canvas.view.zoom
        for item in self._canvas.scene.items_by_card.values():
            place = pills.cost_place(item, zoom)
            if place is not None and place.contains(point - item.position):
                return item
        return None

    def _cost(self, item: CardItem) -> Provenance:
        seconds, share = self._canvas.cost(item)
        words = f"{MEASURED} It is {numbers.percent(share)} of the step; the panel Cost has every part."
        return provenance.counted(f"Seconds of {item.card.title} in a step", seconds, "clock", None, words)

    def _weight(self, view: LiveView, found: Hit) -> Provenance | None:
        """What is drawn there: the weight, or its gradient."""
        weights = None if found.edge is None else self._canvas.scene.edges.weights[found.edge]
        if weights is None or found.weight is None:
            return None
        tensor = weights.gradient if self._canvas.overlay == "gradients" else weights.parameter
        return provenance.element(view, tensor, found.weight, self._replay)

    def _loss(self, view: LiveView, item: CardItem, local: QPointF) -> Provenance | None:
        if not item.geometry.is_expanded:
            lines = compact_text.lines(item, self._canvas.view.zoom)
            is_said = any(line.is_loss and line.room.contains(local) for line in lines)
            return provenance.batch_loss(view, self._replay) if is_said else None
        if loss_painting.value_place(item).contains(local):
            return provenance.batch_loss(view, self._replay)
        row = loss_painting.row_at(item, local)
        return None if row is None else provenance.row_loss(view, row, self._replay)

    def _inside(self, view: LiveView, item: CardItem, neuron: Neuron, row: ProductRow | None, part: str) -> Provenance | None:
        """A number of an open neuron: those belong to one sample, sent through the network with the weights of the moment."""
        card, unit = item.card, neuron.unit
        if row is None or neuron.products is None or neuron.z is None:
            return self._of_sample(view, card.values, unit, neuron.output) if row is None else None
        scene = self._canvas.scene
        weights = next((w for e, w in scene.edges.weights.items() if w is not None and scene.owner[e.target] == card.id), None)
        if row.index is not None and weights is not None:
            return self._of_term(view, weights, neuron, row.index, part)
        if row.strong:
            return self._of_sample(view, f"{card.id}.y", unit, neuron.z)
        if neuron.bias is not None and row.value == neuron.bias and card.bias:
            return provenance.element(view, f"{card.id}.{card.bias}", (unit,), self._replay)
        return None

    def _of_term(self, view: LiveView, weights: JoiningWeights, neuron: Neuron, index: int, part: str) -> Provenance | None:
        """One factor of a product, or the product."""
        assert neuron.products is not None
        x = self._of_sample(view, weights.source, index, float(neuron.products.x[index]))
        w = provenance.element(view, weights.parameter, (neuron.unit, index), self._replay)
        if part == "x" or w is None:
            return x
        if part == "w":
            return w
        first, second = x.recompute, w.recompute
        again = (lambda: first() * second()) if first is not None and second is not None else None
        return Provenance(
            "Product of an input and its weight", x.value * w.value, f"{x.tensor} × {w.tensor}", x.iteration, x.rows,
            r"x_i \, w_i", x.note or w.note, again,
        )  # fmt: skip

    def _of_sample(self, view: LiveView, tensor: str, index: int, value: float) -> Provenance:
        number = self._canvas.neurons.choice.number
        return provenance_of_data.of_sample(view, tensor, (index,), number, value, self._replay)
