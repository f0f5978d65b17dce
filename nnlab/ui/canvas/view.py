"""The view: turns mouse and keyboard over the picture of the scene into gestures and commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QInputDevice,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.graph import docking
from nnlab.ui.canvas.annotations.items import CommentItem, FrameItem
from nnlab.ui.canvas.commands.editing import CanvasCommands
from nnlab.ui.canvas.interactions.connect import ConnectGesture
from nnlab.ui.canvas.interactions.drop import OperatorDrop
from nnlab.ui.canvas.interactions.gesture import Gesture, GestureContext, Pointer
from nnlab.ui.canvas.interactions.marquee import MarqueeGesture
from nnlab.ui.canvas.interactions.move import THRESHOLD, MoveGesture
from nnlab.ui.canvas.interactions.pan import PanGesture
from nnlab.ui.canvas.keyboard import KeyboardFocus
from nnlab.ui.canvas.model.content import BLOCK, INPUT
from nnlab.ui.canvas.overlays.reason_popup import ReasonPopup
from nnlab.ui.canvas.overlays.search import Search
from nnlab.ui.canvas.scene.hit import CANVAS, CARD, COMMENT, EDGE, FRAME, PORT, Hit, hit
from nnlab.ui.canvas.scene.live import LiveValues
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.scene.tooltips import tooltip
from nnlab.ui.canvas.scene.unit_zoom import UnitZoom
from nnlab.ui.canvas.scene.viewport import WHEEL_STEP, Viewport
from nnlab.ui.document.selection import Selection

EDGE_ROOM = 24  # pixels from the edge of the view within which a gesture moves the picture along


class GraphView(Viewport):
    """The picture of one scene, and what mouse and keyboard do there.

    `search_wanted(Search)` for the search popup; `edit_wanted(kind, id)` to write a name in place ("node", "group", "comment");
    `fold_wanted(group)`; `menu_wanted(global point)` for the menu of what is under the cursor.
    """

    search_wanted = Signal(object)
    edit_wanted = Signal(str, str)
    fold_wanted = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, scene: GraphScene, selection: Selection, commands: CanvasCommands, live: LiveValues, parent: QWidget) -> None:
        super().__init__(scene, selection, parent)
        self._live = live
        self.units = UnitZoom(self, scene)
        self._gesture: Gesture | None = None
        self._hovered = Hit()
        self._last_seen, self._edge_speed = QPoint(), QPoint()
        self._edge_timer = QTimer(self, interval=16)
        self._edge_timer.timeout.connect(self._move_along)
        self._around = GestureContext(scene, selection, commands, self.viewport(), self.pan, self.search_wanted.emit)
        self._reason_popup = ReasonPopup(scene.theme, parent)
        self.focus = KeyboardFocus(scene, selection, self)
        self._drop = OperatorDrop(self._around)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName("Network graph")
        self.zoomed.connect(self._renew_gesture)
        scene.changing.connect(self.cancel_gesture)  # what it moves or joins may be gone
        # An edit made meanwhile (undo by key, a script) takes the ground from under a gesture.
        scene.document.changed.connect(lambda _: self.cancel_gesture())
        for moved in (self.zoomed, self.scrolled, scene.document.changed):  # a reason stands where it was given
            moved.connect(self._reason_popup.stop_lingering)

    @property
    def is_busy(self) -> bool:
        return self._gesture is not None

    # Mouse

    def _pointer(self, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> Pointer:
        return Pointer(self.mapToScene(at), at, modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        at = event.position().toPoint()
        if self._gesture is not None:
            return
        self._reason_popup.stop_lingering()
        self.units.stop()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.focus.leave()
        pointer = self._pointer(at, event.modifiers())
        if event.button() == Qt.MouseButton.LeftButton and self._live.neurons.press(pointer.scene):
            return
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._begin(PanGesture(self._around, pointer))
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(hit(self._graph_scene, pointer.scene), pointer)

    def _press(self, found: Hit, pointer: Pointer) -> None:
        adds = bool(pointer.modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
        selection = self._around.selection
        if found.kind == PORT:
            self._begin(ConnectGesture(self._around, pointer, found, self._reason_popup))
        elif found.kind == CARD:
            picked = self._graph_scene.picked(found.card)
            if adds:
                others = tuple(n for n in selection.nodes if n not in picked)
                chosen = len(others) < len(selection.nodes)
                selection.set(others if chosen else (*others, *picked), selection.edges, selection.comments)
            elif not self._graph_scene.items_by_card[found.card].state.selected:
                selection.set(picked)
            inside = self.units.is_open(found.card, found.unit)  # there is nothing to be moved there: one looks around
            picks = () if adds else picked
            self._begin(PanGesture(self._around, pointer) if inside else MoveGesture(self._around, pointer, found.card, picks=picks))
        elif found.kind == COMMENT:
            if adds:
                rest = tuple(n for n in selection.comments if n != found.note)
                selection.set(selection.nodes, selection.edges, rest if found.note in selection.comments else (*rest, found.note))
            elif found.note not in selection.comments:
                selection.set((), (), [found.note])
            self._begin(MoveGesture(self._around, pointer, found.note, holds_comment=True))
        elif found.kind == FRAME:
            self._press_frame(found, pointer, adds)
        elif found.kind == EDGE and found.edge is not None:
            kept = selection.edges if adds else ()
            selection.set(selection.nodes if adds else (), (*kept, found.edge))
        else:
            self._begin(MarqueeGesture(self._around, pointer))

    def _press_frame(self, found: Hit, pointer: Pointer, adds: bool) -> None:
        """A group is folded by its arrow, and held by its title with all that is in it."""
        if found.folds:
            self.fold_wanted.emit(found.note)
            return
        selection, members = self._around.selection, self._graph_scene.frames[found.note].shown_group.members
        inside = set(members)
        if adds:
            rest = tuple(node_id for node_id in selection.nodes if node_id not in inside)
            selection.set(rest if inside <= set(selection.nodes) else (*rest, *members), selection.edges, selection.comments)
        elif not inside <= set(selection.nodes):
            selection.set(members)
        self._begin(MoveGesture(self._around, pointer, self._graph_scene.owner[members[0]]))

    def _begin(self, gesture: Gesture) -> None:
        self._gesture = gesture
        QToolTip.hideText()
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        pointer = self._pointer(event.position().toPoint(), event.modifiers())
        self._last_seen = pointer.view
        if self._gesture is not None:
            self._gesture.move(pointer)
            self._follow_edge(pointer.view)
        else:
            self._hover(hit(self._graph_scene, pointer.scene))

    def _follow_edge(self, at: QPoint) -> None:
        """At the edge of what is seen the picture moves along, as long as the cursor stays there."""
        room = self.viewport().rect().adjusted(EDGE_ROOM, EDGE_ROOM, -EDGE_ROOM, -EDGE_ROOM)
        dx = min(at.x() - room.left(), 0) + max(at.x() - room.right(), 0)
        dy = min(at.y() - room.top(), 0) + max(at.y() - room.bottom(), 0)
        self._edge_speed = QPoint(dx, dy)
        moves = self._gesture is not None and self._gesture.follows_edges and (at - self._gesture.start.view).manhattanLength() > EDGE_ROOM
        if not self._edge_speed.isNull() and moves:
            self._edge_timer.start()
        else:
            self._edge_timer.stop()

    def _renew_gesture(self) -> None:
        """Another zoom may lay everything out again; what is held is still under the cursor."""
        if self._gesture is not None:
            self._gesture.move(self._pointer(self._last_seen))

    def _move_along(self) -> None:
        if self._gesture is None:
            self._edge_timer.stop()
            return
        limit = EDGE_ROOM
        by = QPoint(*(max(-limit, min(limit, v)) // 2 for v in (self._edge_speed.x(), self._edge_speed.y())))
        self.pan(-by)
        self._gesture.move(self._pointer(self._last_seen))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._gesture is not None and not event.buttons():
            gesture, self._gesture = self._gesture, None
            self._edge_timer.stop()
            pointer = self._pointer(event.position().toPoint(), event.modifiers())
            gesture.end(pointer)
            self.viewport().unsetCursor()
            is_click = (pointer.view - gesture.start.view).manhattanLength() < THRESHOLD
            if event.button() == Qt.MouseButton.RightButton and is_click:
                self._open_menu(pointer)

    def _open_menu(self, pointer: Pointer) -> None:
        """The right button pans while it is moved; where it only clicks, the menu of what is there opens."""
        found = hit(self._graph_scene, pointer.scene)
        selection, scene = self._around.selection, self._graph_scene
        if found.kind == CARD and not scene.items_by_card[found.card].state.selected:
            selection.set(scene.picked(found.card))
        elif found.kind == EDGE and found.edge not in selection.edges and found.edge is not None:
            selection.set((), [found.edge])
        elif found.kind == COMMENT and found.note not in selection.comments:
            selection.set((), (), [found.note])
        elif found.kind == FRAME:
            selection.set(scene.frames[found.note].shown_group.members)
        elif found.kind == CANVAS:
            selection.set()
        self.menu_wanted.emit(self.viewport().mapToGlobal(pointer.view))

    def zoom_to_unit(self, card: str, unit: int) -> bool:
        """Glides to the inside of a unit; False when its card has no tiles (it is collapsed)."""
        return self.units.to_unit(card, unit)

    def zoom_to_neuron(self) -> None:
        """Glides to the first unit of the focused or selected card; from an open one back to the whole network."""
        chosen = self._chosen_card()
        if self.units.present is not None or chosen is None or not self.units.to_card(chosen):
            self.fit()

    def zoom_step(self, factor: float) -> None:
        """Zooms about the focused or selected card, or the middle of the picture where it lies elsewhere or fills it already."""
        self.units.stop()
        middle, chosen = self.room.center().toPoint(), self._chosen_card()
        at = middle
        if chosen is not None:
            item = self._graph_scene.items_by_card[chosen]
            place = self.mapFromScene(item.position)
            if not item.outline.contains(self.mapToScene(middle)) and self.viewport().rect().contains(place):
                at = place
        self.zoom_at(factor, at)

    def _chosen_card(self) -> str | None:
        scene = self._graph_scene
        cards = {scene.owner[node_id] for node_id in self._around.selection.nodes if node_id in scene.owner}
        if self.focus.card in scene.cards:
            return self.focus.card
        return next(iter(cards)) if len(cards) == 1 else None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        at = event.position().toPoint()
        found = hit(self._graph_scene, self.mapToScene(at))
        if event.button() != Qt.MouseButton.LeftButton or not self._open(found, at):
            self.mousePressEvent(event)

    def _open(self, found: Hit, at: QPoint) -> bool:
        """What a double click means where it is; False when it is two clicks."""
        card = self._graph_scene.cards.get(found.card)
        if found == Hit():
            self.cancel_gesture()
            self.search_wanted.emit(Search(at))
        elif found.kind == COMMENT:
            self.edit_wanted.emit("comment", found.note)
        elif found.kind == FRAME and not found.folds:
            self.edit_wanted.emit("group", found.note)
        elif card is not None and card.form == BLOCK:
            self.fold_wanted.emit(card.id.removeprefix(docking.FOLDED))
        elif card is not None and found.kind == CARD and found.unit is not None:
            self.cancel_gesture()
            if self.units.is_open(card.id, found.unit):
                self.fit()
            else:
                self.zoom_to_unit(card.id, found.unit)
        elif card is not None and found.kind == CARD and card.form != INPUT:
            self.edit_wanted.emit("node", card.id)
        else:
            return False
        return True

    def cancel_gesture(self) -> bool:
        """Takes a gesture back; False when there is none."""
        if self._gesture is None:
            return False
        gesture, self._gesture = self._gesture, None
        self._edge_timer.stop()
        gesture.cancel()
        self.viewport().unsetCursor()
        return True

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        self._hover(Hit())
        super().leaveEvent(event)

    def _hover(self, found: Hit) -> None:
        """Shows what the cursor is on."""
        if found == self._hovered:
            return
        scene = self._graph_scene
        before, self._hovered = self._hovered, found
        for name in {before.card, found.card} & scene.items_by_card.keys():
            on = name == found.card
            scene.items_by_card[name].set_state(hovered=on, hovered_unit=found.unit if on else None)
        for edge in (before.edge, found.edge):
            if edge is not None and edge in scene.edges.items:
                scene.edges.set_hovered(edge, edge == found.edge)
        for name in {before.note, found.note}:
            note: CommentItem | FrameItem | None = scene.comments.get(name) or scene.frames.get(name)
            if note is not None:
                note.set_state(hovered=name == found.note)
        self._live.look_at(found.edge)
        self._live.set_hovered((found.card, found.unit) if found.unit is not None else None)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if found.kind == PORT else Qt.CursorShape.ArrowCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        self.units.stop()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_touchpad = event.device() is not None and event.device().type() == QInputDevice.DeviceType.TouchPad
        if is_touchpad and not zooms:
            delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self.pan(delta)
        else:
            self.zoom_at(WHEEL_STEP ** (event.angleDelta().y() / 120.0), event.position().toPoint())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = "" if self._gesture else tooltip(self._graph_scene, self._live, hit(self._graph_scene, self.mapToScene(event.pos())))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_at(1.0 + event.value(), event.position().toPoint())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        event.accept()  # the right button pans

    # Keyboard

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 (Qt's name)
        # Tab opens the search; Shift+Tab leaves the canvas.
        return False if forward else super().focusNextPrevChild(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        self._reason_popup.stop_lingering()
        if event.key() == Qt.Key.Key_Tab:
            self.search_wanted.emit(self.search_by_key())
        elif event.key() == Qt.Key.Key_Menu:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.viewport().rect().center()))
        elif event.key() == Qt.Key.Key_Escape:
            if not self.cancel_gesture():
                self._around.selection.set()
        elif self._gesture is not None or not (
            self._trigger(event)
            or self.units.key(event.key(), event.modifiers())
            or self.focus.key(event.key(), event.modifiers(), self._around.commands)
        ):
            event.ignore()

    def search_by_key(self) -> Search:
        """A search that follows what is selected, shown beside that or in the middle: where the pointer rests means nothing to a key."""
        scene, around, room = self._graph_scene, self._around, self.viewport().rect()
        card = scene.items_by_card.get(scene.owner.get(around.selection.current or "", ""))
        beside = room.center() if card is None else self.mapFromScene(card.outline.topRight())
        at = beside if room.contains(beside) else room.center()
        return Search(at, by_key=True, anchor=scene.title_of(around.commands.anchor() or ""))

    def _trigger(self, event: QKeyEvent) -> bool:
        """Runs the action a key belongs to: Qt's own shortcuts sleep while the window is not the active one."""
        pressed = QKeySequence(event.keyCombination())
        action = next((action for action in self.actions() if pressed in action.shortcuts()), None)
        if action is not None:
            action.trigger()
        return action is not None

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.focus.enter()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusOutEvent(event)
        self.focus.leave()

    # Dropping from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        self._drop.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 (Qt's name)
        self._drop.move(event, self.mapToScene(event.position().toPoint()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 (Qt's name)
        self._drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        self._drop.drop(event, self.mapToScene(event.position().toPoint()))
