"""Which item shows which edge of the graph, and where it lies.

An edge is a tensor's line, a set of weighted curves, or a matrix; what it is follows from the cards at its ends and the room between them,
and may change when a card is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from nnlab.graph.graph import Edge
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.edges.routing import CLEARANCE, Obstacles, label_start, routes, target_path
from nnlab.ui.canvas.edges.tensor_edge import LABEL_HEIGHT, TARGET, TensorEdge
from nnlab.ui.canvas.edges.tensor_layer import TensorLayer
from nnlab.ui.canvas.edges.weight_layer import MATRIX_FROM, WeightCurves, WeightItem, WeightMatrix
from nnlab.ui.canvas.model.content import Weights
from nnlab.ui.canvas.painting.paint_kit import PaintKit

LEAST_ROOM = 28.0  # between two outlines, for weights to be drawn one by one
EdgeItem = TensorEdge | WeightCurves | WeightMatrix
T = TypeVar("T", TensorEdge, WeightCurves, WeightMatrix)


class EdgeViews:
    """The items of all edges between cards, and the target's line."""

    def __init__(self, scene: QGraphicsScene, kit: PaintKit) -> None:
        self._scene, self.kit = scene, kit
        self.items: dict[Edge, EdgeItem] = {}
        self.weights: dict[Edge, Weights | None] = {}
        self.labels: dict[Edge, str] = {}
        self.owner: Mapping[str, str] = {}
        self._made = False
        self._key: object = None  # of what was placed last
        self._layer = TensorLayer(kit)
        scene.addItem(self._layer)
        self.target = TensorEdge(TARGET)
        self.target_name = "target y"

    def set_edges(self, found: Mapping[Edge, tuple[Weights | None, str]], owner: Mapping[str, str]) -> None:
        """The edges between cards, each with the weights it carries and its label; items of edges that stay are kept."""
        self.owner = owner
        if found != {edge: (self.weights[edge], self.labels[edge]) for edge in self.weights}:
            self._key = None
        for edge in [edge for edge in self.items if edge not in found]:
            self._remove(self.items.pop(edge))
        self.weights = {edge: weights for edge, (weights, _) in found.items()}
        self.labels = {edge: label for edge, (_, label) in found.items()}

    def set_kit(self, kit: PaintKit) -> None:
        self.kit = kit
        self._layer.set_kit(kit)
        for item in self.items.values():
            if isinstance(item, WeightItem):
                item.set_kit(kit)

    def take_made(self) -> bool:
        """Whether items were made since the last call: they know no values yet."""
        made, self._made = self._made, False
        return made

    def place(self, cards: Mapping[str, CardItem], expanded: bool, pixel: float, only: Iterable[str] | None = None) -> None:
        """Puts every edge where its cards are; `only` those edges that touch the given cards."""
        touched = None if only is None else set(only)
        places = [(item, item.position.x(), item.position.y(), item.geometry) for item in cards.values()]
        key = (places, expanded, pixel, self.target_name)
        if touched is None and key == self._key:  # an edit asks several times until everything has followed it
            return
        self._key = key if touched is None else None
        obstacles = Obstacles({name: item.outline for name, item in cards.items()})
        lines: list[tuple[Edge, str, str]] = []
        for edge in self.weights:
            tail, head = self.owner[edge.source], self.owner[edge.target]
            if touched is not None and tail not in touched and head not in touched and edge in self.items:
                continue
            if not self._place_weights(edge, cards[tail], cards[head], obstacles, expanded, pixel):
                lines.append((edge, tail, head))
        self._place_lines(lines, cards, obstacles)
        width = self.kit.text_width(self.target_name, "caption") * pixel
        self._place_target(cards, (width, max(CLEARANCE, (LABEL_HEIGHT * self.kit.scale + 4.0) * pixel)))
        self._show_ports(cards)
        self._layer.show_edges([*(item for item in self.items.values() if isinstance(item, TensorEdge)), self.target], pixel)

    def _place_lines(self, lines: list[tuple[Edge, str, str]], cards: Mapping[str, CardItem], obstacles: Obstacles) -> None:
        """The edges that carry a whole tensor, all at once; each with the names of its two cards."""
        if not lines:
            return
        ends = np.array([[*self._output(cards[tail]).toTuple(), *self._input(cards[head], edge).toTuple()] for edge, tail, head in lines])
        tails, heads = obstacles.index([tail for _, tail, _ in lines]), obstacles.index([head for _, _, head in lines])
        for (edge, _, _), way in zip(lines, routes(ends, tails, heads, obstacles), strict=True):
            self._item(edge, TensorEdge, TensorEdge).set_way(way, self.labels[edge])

    @staticmethod
    def _output(tail: CardItem) -> QPointF:
        return tail.position + (tail.geometry.output or QPointF())

    @staticmethod
    def _input(head: CardItem, edge: Edge) -> QPointF:
        return head.position + head.geometry.inputs.get(head.card.port_of(edge), QPointF(head.geometry.outline.left(), 0.0))

    def _place_weights(
        self, edge: Edge, tail: CardItem, head: CardItem, obstacles: Obstacles, expanded: bool, pixel: float
    ) -> bool:  # fmt: skip
        """Curves or a matrix between two cards; False where there is none, or no room for it."""
        weights = self.weights[edge]
        if weights is None or not expanded or not tail.geometry.tiles or not head.geometry.tiles:
            return False
        if not self._has_room(tail, head, obstacles):
            return False
        source, target = self._output(tail), self._input(head, edge)
        if weights.count > MATRIX_FROM or len(tail.geometry.tiles) == 1 < weights.inputs:
            matrix = self._item(edge, WeightMatrix, lambda: WeightMatrix(weights, self.kit))
            matrix.weights, matrix.pixel = weights, pixel
            matrix.set_ends(source, target, head.geometry.tile_area.height())
        else:
            curves = self._item(edge, WeightCurves, lambda: WeightCurves(weights, self.kit))
            curves.weights, curves.pixel = weights, pixel
            starts = [tail.position.y() + y for y in tail.geometry.unit_heights(weights.inputs)]
            ends = [head.position.y() + y for y in head.geometry.unit_heights(weights.units)]
            left = tail.position.x() + tail.geometry.tile_area.right()
            right = head.position.x() + head.geometry.tile_area.left()
            curves.set_ends(left, right, starts, ends, (source, target))
        return True

    def _item(self, edge: Edge, kind: type[T], make: Callable[[], T]) -> T:
        """The edge's item if it is of the right kind, else a new one in its place."""
        item = self.items.get(edge)
        if isinstance(item, kind):
            return item
        if item is not None:
            self._remove(item)
        made = self.items[edge] = make()
        self._made = True
        if isinstance(made, WeightItem):
            self._scene.addItem(made)
        return made

    def _remove(self, item: EdgeItem) -> None:
        if isinstance(item, WeightItem):
            self._scene.removeItem(item)

    @staticmethod
    def _has_room(tail: CardItem, head: CardItem, obstacles: Obstacles) -> bool:
        """Whether the head lies to the right of the tail with nothing in between."""
        before, behind = tail.outline, head.outline
        if behind.left() - before.right() < LEAST_ROOM:
            return False
        between = QRectF(before.right(), min(before.top(), behind.top()), behind.left() - before.right(), 0.0)
        between.setBottom(max(before.bottom(), behind.bottom()))
        return not obstacles.within(between, tail.card.id, head.card.id)

    def _place_target(self, cards: Mapping[str, CardItem], label: tuple[float, float]) -> None:
        inputs = [item for item in cards.values() if item.card.form == "input"]
        losses = [item for item in cards.values() if item.card.form == "loss"]
        self.target.hidden = not (inputs and losses)
        for item in cards.values():
            item.shown_ports -= {"target"}
        if inputs and losses:
            start, end = (item.position + (item.geometry.target or QPointF()) for item in (inputs[0], losses[0]))
            detours = [i.bounds for i in self.items.values() if isinstance(i, TensorEdge) and not i.is_curve]
            path = target_path(start, end, [*(item.footprint for item in cards.values()), *detours], label)
            self.target.set_path(path, self.target_name)
            line = path.boundingRect()
            hanging = [item.footprint.adjusted(0.0, 0.0, 0.0, label[1]) for item in cards.values()]
            self.target.label_start = label_start(line.left(), line.right(), hanging, line.bottom() - label[1], label[0])
            for item in (inputs[0], losses[0]):
                item.shown_ports |= {"target"}

    def _show_ports(self, cards: Mapping[str, CardItem]) -> None:
        """Ports are shown where a line ends, and on every collapsed card."""
        ports: dict[str, set[str]] = {name: set() for name in cards}
        for name, item in cards.items():
            if not item.geometry.is_expanded:
                ports[name] |= {*item.geometry.inputs, ""}
        for edge, line in self.items.items():
            if isinstance(line, TensorEdge):
                ports[self.owner[edge.source]].add("")
                ports[self.owner[edge.target]].add(cards[self.owner[edge.target]].card.port_of(edge))
        connected = {(name := self.owner[edge.target], cards[name].card.port_of(edge)) for edge in self.items}
        for name, item in cards.items():
            ports[name] |= {port for port in item.geometry.inputs if (name, port) not in connected}
            if item.card.spare_port:
                ports[name].discard(item.card.ports[-1])
            shown = frozenset(ports[name] | (item.shown_ports & {"target"}))
            if shown != item.shown_ports:
                item.shown_ports = shown
                item.body.update()

    def set_hidden(self, edge: Edge, hidden: bool) -> None:
        """Hides an edge that a gesture has taken off its port."""
        item = self.items[edge]
        if isinstance(item, WeightItem):
            item.setVisible(not hidden)
        else:
            item.hidden = hidden
            self._layer.show_edges([*(i for i in self.items.values() if isinstance(i, TensorEdge)), self.target], self._layer.pixel)

    def set_hovered(self, edge: Edge, hovered: bool) -> None:
        item = self.items[edge]
        if isinstance(item, TensorEdge) and item.set_state(item.selected, hovered, item.dimmed):
            self._layer.refresh()

    def set_selected(self, chosen: Container[Edge]) -> None:
        changed = False
        for edge, item in self.items.items():
            if isinstance(item, TensorEdge):
                changed |= item.set_state(edge in chosen, item.hovered, item.dimmed)
            else:
                item.set_selected(edge in chosen)
        if changed:
            self._layer.refresh()

    def set_dimmed(self, dimmed: Container[Edge]) -> None:
        """Tensor edges that stand back behind what the stepper shows."""
        changed = False
        for edge, item in self.items.items():
            if isinstance(item, TensorEdge):
                changed |= item.set_state(item.selected, item.hovered, edge in dimmed)
        if changed:
            self._layer.refresh()

    def bounds(self) -> QRectF:
        """What the lines cover, the target's included."""
        return QRectF(self._layer.extent)
