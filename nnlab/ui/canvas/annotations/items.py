"""What people write around the network: frames of groups and comments. They lie under everything else and compute nothing.

Only a frame's title lies above the edges: a skip connection may have to run where it is written, and then passes behind it, as edges
pass behind their own labels.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from nnlab.graph.graph import Comment, Group
from nnlab.ui.canvas.model.stacking import ORDER
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import LEAST_TEXT, LEFT, write
from nnlab.ui.look.theme import mix

Z_FRAME, Z_COMMENT = -3.0, -2.0
Z_TITLE = -0.5  # above the edges that carry tensors, below the cards
FRAME_ROOM, FRAME_RADIUS = 18.0, 14.0
TITLE = 28.0  # height of a frame's title, text pixels
FOLD = 20.0  # side of the arrow that folds it
COMMENT_WIDTH, COMMENT_INSET = 240.0, 8.0  # text pixels


def title_room(kit: PaintKit, text_scale: float) -> float:
    """What a frame takes above its cards."""
    return 8.0 + TITLE * text_scale * kit.scale


class AnnotationItem(QGraphicsItem):
    """What frames and comments share: colours, scale, and how they are shown at the moment."""

    def __init__(self, kit: PaintKit) -> None:
        super().__init__()
        self.kit, self.text_scale = kit, 1.0
        self.selected = self.hovered = self.editing = False

    def set_state(self, **changes: bool) -> None:
        if any(getattr(self, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(self, name, value)
            self.update()


class FrameItem(AnnotationItem):
    """A group that is unfolded: its title with an arrow to fold it, and a quiet surface behind its cards."""

    def __init__(self, group: Group, kit: PaintKit) -> None:
        super().__init__(kit)
        self.shown_group, self.rect = group, QRectF()
        self.title = FrameTitle(self)
        self.setZValue(Z_FRAME)

    def enclose(self, outlines: Iterable[QRectF], text_scale: float) -> None:
        """Lies around these outlines from now on."""
        rect = QRectF()
        for outline in outlines:
            rect = rect.united(outline)
        rect = rect.adjusted(-FRAME_ROOM, -title_room(self.kit, text_scale), FRAME_ROOM, FRAME_ROOM)
        if (rect, text_scale) != (self.rect, self.text_scale):
            self.prepareGeometryChange()
            self.title.prepareGeometryChange()
            self.rect, self.text_scale = rect, text_scale

    def show_group(self, group: Group) -> None:
        if group != self.shown_group:
            self.title.prepareGeometryChange()
            self.shown_group = group
            self.update()

    def set_kit(self, kit: PaintKit) -> None:
        self.title.prepareGeometryChange()
        self.kit = kit
        self.update()

    def set_state(self, **changes: bool) -> None:
        super().set_state(**changes)
        self.title.update()

    @property
    def fill(self) -> QColor:
        return mix(self.kit.tokens.canvas, self.kit.tokens.card, 0.6 if self.hovered else 0.42)

    @property
    def title_rect(self) -> QRectF:
        """What one grips the group by."""
        return QRectF(self.rect.left(), self.rect.top(), self.rect.width(), TITLE * self.text_scale * self.kit.scale)

    @property
    def fold_rect(self) -> QRectF:
        unit = self.text_scale * self.kit.scale
        return QRectF(self.rect.left() + 8.0 * unit, self.title_rect.center().y() - FOLD * unit / 2, FOLD * unit, FOLD * unit)

    @property
    def text_rect(self) -> QRectF:
        """Where the title is written."""
        unit = self.text_scale * self.kit.scale
        return QRectF(self.fold_rect.right() + 4.0 * unit, self.rect.top(), self.rect.width() - 40.0 * unit, TITLE * unit)

    @property
    def written_rect(self) -> QRectF:
        """The arrow and the words of the title."""
        words = self.text_rect
        words.setWidth(min(words.width(), (self.kit.text_width(self.shown_group.title, "name") + 4.0) * self.text_scale))
        return words.united(self.fold_rect)

    def set_order(self, place: int) -> None:
        self.setZValue(Z_FRAME + place * ORDER)
        self.title.setZValue(Z_TITLE + place * ORDER)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self.rect.adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens, scale = self.kit.tokens, self.text_scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self.fill)
        painter.setPen(QPen(tokens.accent, 2.0 * scale) if self.selected else QPen(tokens.line, 1.0 * scale))
        painter.drawRoundedRect(self.rect, FRAME_RADIUS, FRAME_RADIUS)


class FrameTitle(QGraphicsItem):
    """What is written on a frame, on the frame's own ground: an edge that runs there is covered."""

    def __init__(self, frame: FrameItem) -> None:
        super().__init__()
        self._frame = frame
        self.setZValue(Z_TITLE)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._frame.written_rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        frame = self._frame
        tokens, scale = frame.kit.tokens, frame.text_scale
        if painter.worldTransform().m11() * scale < LEAST_TEXT:
            return
        room = frame.written_rect if not frame.editing else frame.fold_rect
        inset = 3.0 * scale * frame.kit.scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(frame.fill)
        painter.drawRoundedRect(room.adjusted(0, inset, 0, -inset), inset, inset)
        frame.kit.icon(painter, "down", tokens.text2, frame.fold_rect)
        if not frame.editing:
            write(painter, frame.kit, frame.shown_group.title, "name", tokens.text2, frame.text_rect, LEFT, scale)


class CommentItem(AnnotationItem):
    """Words on the canvas, wrapped to a readable width."""

    def __init__(self, comment: Comment, kit: PaintKit) -> None:
        super().__init__(kit)
        self.comment = comment
        self.setZValue(Z_COMMENT)

    def show_comment(self, comment: Comment, place: QPointF, text_scale: float) -> None:
        self.prepareGeometryChange()
        self.comment, self.text_scale = comment, text_scale
        self.setPos(place)
        self.update()

    def set_order(self, place: int) -> None:
        self.setZValue(Z_COMMENT + place * ORDER)

    def set_kit(self, kit: PaintKit) -> None:
        self.prepareGeometryChange()
        self.kit = kit
        self.update()

    @property
    def _flags(self) -> int:
        return int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)

    @property
    def rect(self) -> QRectF:
        """The comment with its margin, around its own origin."""
        room = QRectF(0, 0, COMMENT_WIDTH * self.kit.scale, 100_000.0)
        text = self.kit.text_rect(self.comment.text, "body", room, self._flags)
        inset = COMMENT_INSET * self.kit.scale
        return QRectF(0, 0, (text.width() + 2 * inset + 4.0) * self.text_scale, (text.height() + 2 * inset) * self.text_scale)

    @property
    def outline(self) -> QRectF:
        """Its place on the canvas."""
        return self.rect.translated(self.pos())

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self.rect.adjusted(-3, -3, 3, 3)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens, scale = self.kit.tokens, self.text_scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(mix(tokens.canvas, tokens.card, 0.7) if self.hovered or self.selected else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.accent, 2.0 * scale) if self.selected else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self.rect, 6.0, 6.0)
        if self.editing or painter.worldTransform().m11() * scale < LEAST_TEXT:
            return
        painter.save()
        painter.scale(scale, scale)
        inset = COMMENT_INSET * self.kit.scale
        painter.setFont(self.kit.font("body"))
        painter.setPen(tokens.text2)
        room = QRectF(inset, inset, self.rect.width() / scale - 2 * inset + 1.0, self.rect.height() / scale - 2 * inset + 1.0)
        painter.drawText(room, self._flags, self.comment.text)
        painter.restore()
