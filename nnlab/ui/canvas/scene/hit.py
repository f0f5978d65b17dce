"""What lies under the cursor: a port, a tile, a card, a weight, an edge, a comment, the title of a group, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF

from nnlab.graph.graph import Edge
from nnlab.ui.canvas.edges.tensor_edge import TensorEdge
from nnlab.ui.canvas.scene.scene import GraphScene

PORT_REACH = 12.0  # half the hit area of a port, pixels
EDGE_REACH = 6.0

CANVAS, PORT, CARD, EDGE, COMMENT, FRAME = "canvas", "port", "card", "edge", "comment", "frame"


@dataclass(frozen=True)
class Hit:
    """`kind` says which of the other fields mean anything."""

    kind: str = CANVAS
    card: str = ""
    port: str | None = None  # an input's name, None for the output
    unit: int | None = None
    edge: Edge | None = None
    weight: tuple[int, int] | None = None  # (unit, input)
    note: str = ""  # a comment's or group's id
    folds: bool = False  # on the arrow that folds a group


def hit(scene: GraphScene, point: QPointF) -> Hit:
    """The uppermost thing at a point of the canvas."""
    return port_at(scene, point) or card_at(scene, point) or note_at(scene, point) or edge_at(scene, point) or Hit()


def port_at(scene: GraphScene, point: QPointF, reach: float = PORT_REACH, inputs_only: bool = False) -> Hit | None:
    """The nearest port within reach (pixels)."""
    nearest, found = reach * scene.detail.text_scale, None
    for name, item in scene.items_by_card.items():
        local = point - item.position
        ports: list[tuple[str | None, QPointF]] = list(item.geometry.inputs.items())
        if item.geometry.output is not None and not inputs_only:
            ports.append((None, item.geometry.output))
        for port, at in ports:
            distance = ((local.x() - at.x()) ** 2 + (local.y() - at.y()) ** 2) ** 0.5
            if distance <= nearest:
                nearest, found = distance, Hit(PORT, name, port)
    return found


def card_at(scene: GraphScene, point: QPointF) -> Hit | None:
    """The card at a point; the one added last lies on top."""
    for name, item in reversed(list(scene.items_by_card.items())):
        if item.outline.contains(point):
            local = point - item.position
            unit = next((tile.unit for tile in item.geometry.tiles if tile.rect.contains(local)), None)
            return Hit(CARD, name, unit=unit)
    return None


def edge_at(scene: GraphScene, point: QPointF) -> Hit | None:
    for edge, item in scene.edges.items.items():
        if isinstance(item, TensorEdge):
            if item.is_near(point, EDGE_REACH * scene.detail.text_scale):
                return Hit(EDGE, edge=edge)
        else:
            weight = item.at(point)
            if weight is not None:
                return Hit(EDGE, edge=edge, weight=weight)
    return None


def note_at(scene: GraphScene, point: QPointF) -> Hit | None:
    """A comment, or what one grips a group by."""
    for name, comment in scene.comments.items():
        if comment.outline.contains(point):
            return Hit(COMMENT, note=name)
    for name, frame in scene.frames.items():
        if frame.title_rect.contains(point):
            return Hit(FRAME, note=name, folds=frame.fold_rect.contains(point))
    return None
