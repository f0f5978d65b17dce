"""The view: shows the scene at a zoom, and turns mouse and keyboard into gestures and commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
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
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip, QWidget

from nnlab.ui.canvas.commands import CanvasCommands
from nnlab.ui.canvas.hit import CARD, EDGE, PORT, Hit, hit
from nnlab.ui.canvas.interactions.connect import ConnectGesture
from nnlab.ui.canvas.interactions.drop import OperatorDrop
from nnlab.ui.canvas.interactions.gesture import Gesture, Pointer, Surroundings
from nnlab.ui.canvas.interactions.marquee import MarqueeGesture
from nnlab.ui.canvas.interactions.move import MoveGesture
from nnlab.ui.canvas.interactions.pan import PanGesture
from nnlab.ui.canvas.keyboard import KeyboardFocus
from nnlab.ui.canvas.live import LiveValues
from nnlab.ui.canvas.reason_popup import ReasonPopup
from nnlab.ui.canvas.scene import GraphScene
from nnlab.ui.canvas.tooltips import tooltip
from nnlab.ui.selection import Selection

SMALLEST, LARGEST = 0.1, 40.0
WHEEL_STEP = 1.2  # zoom of one notch
# By whether tiles are shown. Text alone gains nothing from more.
FIT_LARGEST = {True: 2.0, False: 1.25}
STRETCH = {True: 1.6, False: 1.0}  # of the columns, where there is room to spare
DOTS = 24.0  # grid of the Build workspace, canvas units


class GraphView(QGraphicsView):
    """The picture of one scene. `zoomed(factor)`, and `add_wanted(viewport point)` for the search popup."""

    zoomed = Signal(float)
    add_wanted = Signal(QPoint)

    def __init__(self, scene: GraphScene, selection: Selection, commands: CanvasCommands, live: LiveValues, parent: QWidget) -> None:
        super().__init__(scene, parent)
        self._graph_scene, self._live = scene, live
        self.margins = QMargins(24, 48, 24, 34)
        self._is_fitted = True
        self._gesture: Gesture | None = None
        self._hovered = Hit()
        self._around = Surroundings(scene, selection, commands, self.viewport(), self.pan)
        self._reason_popup = ReasonPopup(scene.theme, parent)
        self.focus = KeyboardFocus(scene, selection, self)
        self._drop = OperatorDrop(self._around)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName("Network graph")
        scene.changing.connect(self.cancel_gesture)  # what it moves or joins may be gone
        scene.rearranged.connect(self._on_rearranged)
        # An edit made meanwhile (undo by key, a script) takes the ground from under a gesture.
        scene.document.changed.connect(lambda _: self.cancel_gesture())

    # Zoom and place

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def zoom_at(self, factor: float, at: QPoint | None = None) -> None:
        """Zooms, keeping the point of the canvas under `at` (viewport pixels, the middle by default) where it is."""
        at = self.viewport().rect().center() if at is None else at
        self._is_fitted = False
        self._show_at(min(max(self.zoom * factor, SMALLEST), LARGEST), self.mapToScene(at), QPointF(at))

    def pan(self, by: QPoint) -> None:
        """Moves the picture by pixels."""
        self._is_fitted = False
        self._scroll(by)

    def fit(self) -> None:
        """Shows the whole graph as large as it makes sense, spread over the width."""
        scene = self._graph_scene
        room = QRectF(self.viewport().rect()).marginsRemoved(self.margins.toMarginsF())
        self._is_fitted = True
        if scene.is_empty or room.width() < 32 or room.height() < 32:
            scene.arrange(stretch=1.0)
            self._show_at(1.0, QPointF(), room.center())
            return
        zoom = 1.0
        for _ in range(8):  # the smaller the zoom, the more room the text takes: a fixed point
            rect = scene.expected_rect(zoom)
            zoom = min(room.width() / rect.width(), room.height() / rect.height(), FIT_LARGEST[scene.expanded])
        for _ in range(2):  # comments and detours show how much room they take when everything is in its place
            zoom = max(zoom, SMALLEST)
            scene.set_zoom(zoom)
            scene.arrange(stretch=1.0)
            rect = scene.content_rect()
            zoom = min(zoom, room.width() / rect.width(), room.height() / rect.height())
        positions = [item.position.x() for item in scene.items_by_card.values()] or [0.0]
        span, spare = max(positions) - min(positions), room.width() / zoom - scene.content_rect().width()
        if span > 0 and spare > 0:
            scene.arrange(stretch=min(STRETCH[scene.expanded], 1.0 + spare / span))
        self._show_at(zoom, scene.content_rect().center(), room.center())

    def _show_at(self, zoom: float, point: QPointF, at: QPointF) -> None:
        """Shows a point of the canvas at a place of the viewport."""
        before = self.zoom
        self._graph_scene.set_zoom(zoom)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self._scroll(at.toPoint() - self.mapFromScene(point))
        if zoom != before:
            self.zoomed.emit(zoom)

    def _scroll(self, by: QPoint) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - by.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - by.y())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def _on_rearranged(self) -> None:
        """Keeps the graph in sight while the person has not chosen a place of their own."""
        if not self._is_fitted or self._gesture is not None:
            return
        room = self.viewport().rect().marginsRemoved(self.margins)
        shown = self.mapFromScene(self._graph_scene.content_rect()).boundingRect()
        if not room.adjusted(-8, -8, 8, 8).contains(shown) or self._graph_scene.is_empty:
            self.fit()

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802 (Qt's name)
        scene = self._graph_scene
        painter.fillRect(rect, scene.kit.tokens.canvas)
        if not scene.expanded and self.zoom >= 0.4:
            colour = QColor(scene.kit.tokens.line)
            points = []
            y = (rect.top() // DOTS) * DOTS
            while y < rect.bottom():
                x = (rect.left() // DOTS) * DOTS
                while x < rect.right():
                    points.append(QPointF(x, y))
                    x += DOTS
                y += DOTS
            painter.setPen(colour)
            painter.drawPoints(points)

    # Mouse

    def _pointer(self, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> Pointer:
        return Pointer(self.mapToScene(at), at, modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        at = event.position().toPoint()
        if self._gesture is not None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.focus.leave()
        pointer = self._pointer(at, event.modifiers())
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
            if adds:
                others = tuple(n for n in selection.nodes if n != found.card)
                selection.set(others if found.card in selection.nodes else (*others, found.card), selection.edges)
            elif not self._graph_scene.items_by_card[found.card].state.selected:
                selection.set([found.card])
            self._begin(MoveGesture(self._around, pointer, found.card))
        elif found.kind == EDGE and found.edge is not None:
            kept = selection.edges if adds else ()
            selection.set(selection.nodes if adds else (), (*kept, found.edge))
        else:
            self._begin(MarqueeGesture(self._around, pointer))

    def _begin(self, gesture: Gesture) -> None:
        self._gesture = gesture
        QToolTip.hideText()
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        pointer = self._pointer(event.position().toPoint(), event.modifiers())
        if self._gesture is not None:
            self._gesture.move(pointer)
        else:
            self._hover(hit(self._graph_scene, pointer.scene))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._gesture is not None and not event.buttons():
            gesture, self._gesture = self._gesture, None
            gesture.end(self._pointer(event.position().toPoint(), event.modifiers()))
            self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and hit(self._graph_scene, self.mapToScene(at)) == Hit():
            self.cancel_gesture()
            self.add_wanted.emit(at)
        else:
            self.mousePressEvent(event)

    def cancel_gesture(self) -> bool:
        """Takes a gesture back; False when there is none."""
        if self._gesture is None:
            return False
        gesture, self._gesture = self._gesture, None
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
        for edge in {before.edge, found.edge} & scene.edges.items.keys():
            scene.edges.set_hovered(edge, edge == found.edge)
        self._live.set_hovered((found.card, found.unit) if found.unit is not None else None)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if found.kind == PORT else Qt.CursorShape.ArrowCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
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
        if event.key() == Qt.Key.Key_Tab:
            under = self.viewport().mapFromGlobal(self.cursor().pos())
            self.add_wanted.emit(under if self.viewport().rect().contains(under) else self.viewport().rect().center())
        elif event.key() == Qt.Key.Key_Escape:
            if not self.cancel_gesture():
                self._around.selection.set()
        elif self._gesture is not None or not (
            self._trigger(event) or self.focus.key(event.key(), event.modifiers(), self._around.commands)
        ):
            event.ignore()

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
