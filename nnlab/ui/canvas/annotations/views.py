"""Which item shows which group or comment of the graph, and where it lies beside the cards."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from nnlab.graph.graph import Comment, Graph, Position
from nnlab.ui.canvas.annotations.items import COMMENT_WIDTH, FRAME_ROOM, CommentItem, FrameItem, title_room
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.model.geometry import COLLAPSED_HEIGHT, COLLAPSED_WIDTH
from nnlab.ui.canvas.model.spacing import Spacing
from nnlab.ui.canvas.model.stacking import stacked
from nnlab.ui.canvas.painting.paint_kit import PaintKit


class AnnotationViews:
    """Frames of unfolded groups and comments, by their ids."""

    def __init__(self, scene: QGraphicsScene, kit: PaintKit) -> None:
        self._scene, self._kit = scene, kit
        self.frames: dict[str, FrameItem] = {}
        self.comments: dict[str, CommentItem] = {}

    def follow(self, graph: Graph) -> None:
        """A frame for every unfolded group, an item for every comment, the later above the earlier."""
        groups = {group.id: group for group in graph.groups if not group.collapsed}
        comments = {comment.id: comment for comment in graph.comments}
        for name in [name for name in self.frames if name not in groups]:
            frame = self.frames.pop(name)
            self._scene.removeItem(frame.title)
            self._scene.removeItem(frame)
        for name in [name for name in self.comments if name not in comments]:
            self._scene.removeItem(self.comments.pop(name))
        for name, group in groups.items():
            if name not in self.frames:
                self.frames[name] = FrameItem(group, self._kit)
                self._scene.addItem(self.frames[name])
                self._scene.addItem(self.frames[name].title)
            self.frames[name].show_group(group)
        for name, comment in comments.items():
            if name not in self.comments:
                self.comments[name] = CommentItem(comment, self._kit)
                self._scene.addItem(self.comments[name])
            self.comments[name].comment = comment
        self.frames, self.comments = stacked(self.frames, groups), stacked(self.comments, comments)

    def place(
        self, cards: Mapping[str, CardItem], places: Mapping[str, Position], owner: Mapping[str, str], spacing: Spacing, tall: bool,
        text_scale: float,
    ) -> None:  # fmt: skip
        """Puts frames around their cards and comments beside them.

        `places` are the cards' places in the document; cards that show their neurons are `tall`.
        """
        for frame in self.frames.values():
            owners = {owner[node_id] for node_id in frame.shown_group.members}
            frame.enclose((cards[name].outline for name in owners), text_scale)
        for item in self.comments.values():
            place = self._beside(item.comment, cards, places, spacing) if tall else spacing.to_scene(item.comment.position)
            item.show_comment(item.comment, place, text_scale)

    def preview(
        self, positions: Mapping[str, Position], cards: Mapping[str, CardItem], places: Mapping[str, Position], spacing: Spacing, tall: bool
    ) -> None:
        """Shows comments elsewhere while a gesture lasts."""
        for name, position in positions.items():
            if name in self.comments:
                moved = replace(self.comments[name].comment, position=position)
                self.comments[name].setPos(self._beside(moved, cards, places, spacing) if tall else spacing.to_scene(position))

    @staticmethod
    def _beside(comment: Comment, cards: Mapping[str, CardItem], places: Mapping[str, Position], spacing: Spacing) -> QPointF:
        """Above the cards it stands above in the document, and below those it stands below, however tall they are drawn."""
        (x, y), half = comment.position, COLLAPSED_HEIGHT / 2
        place = spacing.to_scene(comment.position)
        above, below = [], []
        for name, item in cards.items():
            card_x, card_y = places[name]
            if abs(card_x - x - COMMENT_WIDTH / 2) < (COMMENT_WIDTH + COLLAPSED_WIDTH) / 2:
                if y <= card_y - half:
                    above.append(item.outline.top() - (card_y - half - y))
                elif y >= card_y + half:
                    below.append(item.outline.bottom() + (y - card_y - half))
        return QPointF(place.x(), min(above) if above else max(below) if below else place.y())

    def show_selection(self, nodes: Container[str], comments: Container[str]) -> None:
        """A frame is selected with all of its nodes."""
        for frame in self.frames.values():
            frame.set_state(selected=all(node_id in nodes for node_id in frame.shown_group.members))
        for name, comment in self.comments.items():
            comment.set_state(selected=name in comments)

    def set_kit(self, kit: PaintKit) -> None:
        self._kit = kit
        items: tuple[FrameItem | CommentItem, ...] = (*self.frames.values(), *self.comments.values())
        for item in items:
            item.set_kit(kit)

    def rooms(self, owner: Mapping[str, str], scale: float) -> dict[str, tuple[str, float, float]]:
        """By card its unfolded group, and the room that the frame takes below and above, where a pixel of text takes `scale` units."""
        above = title_room(self._kit, scale)
        return {owner[i]: (group, FRAME_ROOM, above) for group, frame in self.frames.items() for i in frame.shown_group.members}

    def bounds(self) -> QRectF:
        """What frames and comments cover."""
        rect = QRectF()
        for frame in self.frames.values():
            rect = rect.united(frame.rect)
        for comment in self.comments.values():
            rect = rect.united(comment.outline)
        return rect
