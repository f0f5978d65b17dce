"""The picture of a scene: at which zoom and place it is shown. What mouse and keyboard do with it is in `view`."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from nnlab.ui.canvas.edges.weight_layer import WeightMatrix
from nnlab.ui.canvas.model.geometry import COLLAPSED_HEIGHT, COLLAPSED_WIDTH
from nnlab.ui.canvas.painting.matrix import READABLE
from nnlab.ui.canvas.scene.card_detail import COLLAPSE_BELOW
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.document.selection import Selection

SMALLEST, LARGEST = 0.1, 40.0
LARGEST_COLLAPSED = 4.0  # where cards are text alone there is nothing more to be seen
LARGEST_MATRIX = 4000.0  # over a matrix one may go on until a single cell is twice as large as its number needs
WHEEL_STEP = 1.2  # zoom of one notch
# By whether tiles are shown. Text alone gains nothing from more.
FIT_LARGEST = {True: 2.0, False: 1.25}
LEAST_WITH_TILES = 0.54  # below, a network seen whole is shown as compact cards, whose names can be read
LARGEST_SELECTION = 1.4
PICTURES = (2.1, 1.75, 1.4, 1.2, 1.05, 0.9)  # of the height of feature maps while one builds, where there is room
LEAST_PICTURES = 0.7
LEAST_NAMES = 0.45  # zoom times the interface's scale, below which feature maps give way to names
SAME_ZOOM = 1e-3  # of a zoom: half a pixel in five hundred
PICTURES_COST = 0.85  # of the zoom, that larger feature maps may leave
STRETCH = {True: 1.6, False: 1.0}  # of the columns, where there is room to spare
DOTS = 24.0  # grid of the Build workspace, canvas units


class Viewport(QGraphicsView):
    """Shows one scene. `zoomed(factor)` and `scrolled` as the picture moves."""

    zoomed = Signal(float)
    scrolled = Signal()

    def __init__(self, scene: GraphScene, selection: Selection, parent: QWidget) -> None:
        super().__init__(scene, parent)
        self._graph_scene, self._selection = scene, selection
        self.margins = QMargins(24, 48, 24, 34)
        self._is_fitted, self._holds = True, 0
        self._fitted: tuple[object, ...] = ()  # what was seen when the network was fitted last
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        scene.rearranged.connect(self._on_rearranged)

    @property
    def is_busy(self) -> bool:
        """Whether a gesture lasts, during which the picture keeps still."""
        return False

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def zoom_at(self, factor: float, at: QPoint | None = None) -> None:
        """Zooms, keeping the point of the canvas under `at` (viewport pixels, the middle by default) where it is."""
        at = self.viewport().rect().center() if at is None else at
        point = self.mapToScene(at)
        largest = max(self.largest_zoom(point), min(self.zoom, self.zoom * factor))
        self._is_fitted = False
        self._show_at(min(max(self.zoom * factor, SMALLEST), largest), point, QPointF(at))

    def largest_zoom(self, point: QPointF) -> float:
        """How far one can zoom in at a point of the canvas: to a neuron's inside, or a cell of a matrix."""
        scene = self._graph_scene
        for item in scene.edges.items.values():
            if isinstance(item, WeightMatrix) and item.picture.contains(point):
                width, height = item.picture.width() / item.weights.inputs, item.picture.height() / item.weights.units
                return min(max(LARGEST, 2.0 * READABLE[0] / width, 2.0 * READABLE[1] / height), LARGEST_MATRIX)
        over = next((card for card in scene.items_by_card.values() if card.outline.contains(point)), None)
        if scene.detail.shows_tiles and (over is None or over.geometry.is_expanded):
            return LARGEST
        filters = None if over is None or over.neurons is None else over.neurons.filters(over)
        if filters is None:
            return LARGEST_COLLAPSED
        cells = filters[0].values.shape
        return max(LARGEST_COLLAPSED, READABLE[0] * 2.0 * max(cells[1] / COLLAPSED_WIDTH, cells[0] / COLLAPSED_HEIGHT))

    @property
    def room(self) -> QRectF:
        """The part of the viewport over which nothing lies, pixels."""
        return QRectF(self.viewport().rect()).marginsRemoved(self.margins.toMarginsF())

    def show_at(self, zoom: float, point: QPointF) -> None:
        """Shows a point of the canvas in the middle of the room, at a zoom."""
        self._is_fitted = False
        self._show_at(max(zoom, SMALLEST), point, self.room.center())

    def pan(self, by: QPoint) -> None:
        """Moves the picture by pixels."""
        self._is_fitted = False
        self._scroll(by)

    def hold_fit(self, holds: bool) -> None:
        """While another network comes with all that belongs to it, or the panels around find their places (True), the network is fitted
        once, when everything is there (False). Both may happen within each other."""
        self._holds += 1 if holds else -1
        if not self._holds and self._is_fitted:
            self.fit()

    def fit(self) -> None:
        """Shows the whole graph as large as it makes sense, spread over the width."""
        self._is_fitted = True
        if not self._holds:
            self._fit()
            self._fitted = self._seen

    def fit_again(self) -> None:
        """The same once what settles in later turns of the event loop has settled; nothing where none of it made a difference."""
        if not self._is_fitted or self._fitted != self._seen:
            self.fit()

    @property
    def _seen(self) -> tuple[object, ...]:
        """The room, the network in it, and how it is shown."""
        detail = self._graph_scene.detail
        shown = self.horizontalScrollBar().value(), self.verticalScrollBar().value(), self.zoom
        return self.room, self._graph_scene.content_rect(), shown, detail.expanded, detail.shows_tiles, detail.close

    def _fit(self) -> None:
        scene, room = self._graph_scene, self.room
        if scene.is_empty or room.width() < 32 or room.height() < 32:
            scene.arrange(stretch=1.0)
            self._show_at(1.0, QPointF(), room.center())
            return
        zoom = self._zoom_with_pictures(room, close=False)
        if scene.detail.expanded and zoom < max(LEAST_WITH_TILES / scene.kit.scale, COLLAPSE_BELOW[True]):
            zoom = self._zoom_with_pictures(room, close=True)
            scene.set_close(zoom)
        else:
            scene.set_close(None)
        for _ in range(2):  # comments and detours show how much room they take when everything is in its place
            zoom = max(zoom, SMALLEST)
            scene.set_zoom(zoom)
            scene.arrange(stretch=1.0)
            rect = scene.content_rect()
            if rect.isEmpty():
                break
            seen = min(zoom, room.width() / rect.width(), room.height() / rect.height())
            if seen == zoom:
                break
            zoom = seen
        prefers_tiles = scene.detail.prefers_tiles
        positions = [item.position.x() for item in scene.items_by_card.values()] or [0.0]
        span, spare = max(positions) - min(positions), room.width() / zoom - scene.content_rect().width()
        if span > 0 and spare > 0:
            scene.arrange(stretch=min(STRETCH[prefers_tiles], 1.0 + spare / span))
        self._show_at(zoom, scene.content_rect().center(), room.center())

    def _zoom_with_pictures(self, room: QRectF, close: bool) -> float:
        """At which zoom everything is seen with the largest feature maps for which nothing else is drawn smaller than it may be."""
        scene = self._graph_scene
        scene.set_pictures(LEAST_PICTURES if scene.detail.expanded else 1.0)
        zoom = self._zoom_for(room, close)
        if scene.pictures is None or not scene.detail.expanded:
            return zoom
        least = 0.0 if close else LEAST_WITH_TILES / scene.kit.scale
        low, high, best = 0, len(PICTURES), (LEAST_PICTURES, zoom)
        while low < high:  # the smaller they are, the larger is everything
            middle = (low + high) // 2
            scene.set_pictures(PICTURES[middle])
            found = self._zoom_for(room, close)
            if found >= max(least, PICTURES_COST * zoom):
                best, high = (PICTURES[middle], found), middle
            else:
                low = middle + 1
        if best[1] * scene.kit.scale < LEAST_NAMES:
            scene.set_pictures(0.0)
            best = (0.0, self._zoom_for(room, close))
        scene.set_pictures(best[0])
        return best[1]

    def _zoom_for(self, room: QRectF, close: bool) -> float:
        """At which zoom everything is seen. The smaller it is, the more room the text takes: a fixed point."""
        scene, zoom = self._graph_scene, 1.0
        for _ in range(8 if scene.cards else 0):
            rect, before = scene.expected_rect(zoom, close), zoom
            zoom = min(room.width() / rect.width(), room.height() / rect.height(), FIT_LARGEST[scene.detail.expanded and not close])
            if abs(zoom - before) < SAME_ZOOM * zoom:
                break
        return zoom

    def fit_selection(self) -> None:
        """Shows what is selected, large; everything when nothing is."""
        scene, selection = self._graph_scene, self._selection
        rect = QRectF()
        for name in {scene.owner[node_id] for node_id in selection.nodes if node_id in scene.owner}:
            rect = rect.united(scene.items_by_card[name].outline)
        for edge in selection.edges:
            for node_id in (edge.source, edge.target):
                rect = rect.united(scene.items_by_card[scene.owner[node_id]].outline)
        for comment_id in selection.comments:
            rect = rect.united(scene.comments[comment_id].outline)
        if rect.isNull():
            self.fit()
        else:
            self.show_rect(rect.adjusted(-24, -24, 24, 24), LARGEST_SELECTION)

    def show_rect(self, rect: QRectF, largest: float = 1.0) -> None:
        """Brings a part of the canvas into view, as large as the room allows, up to a zoom."""
        room = self.room
        if room.width() < 32 or room.height() < 32:
            return
        self._is_fitted = False
        zoom = min(room.width() / rect.width(), room.height() / rect.height(), largest)
        self._show_at(max(zoom, SMALLEST), rect.center(), room.center())

    def look_at(self, point: QPointF) -> None:
        """Brings a point of the canvas into the middle, at the same zoom."""
        self._is_fitted = False
        self._scroll(self.viewport().rect().center() - self.mapFromScene(point))

    def ensure_shown(self, card: str) -> None:
        """Scrolls as little as needed for a card to be seen whole."""
        room = self.room
        shown = QRectF(self.mapFromScene(self._graph_scene.items_by_card[card].outline).boundingRect())
        dx = max(room.left() - shown.left(), 0.0) or min(room.right() - shown.right(), 0.0)
        dy = max(room.top() - shown.top(), 0.0) or min(room.bottom() - shown.bottom(), 0.0)
        if dx or dy:
            self.pan(QPoint(round(dx), round(dy)))

    @property
    def shown_rect(self) -> QRectF:
        """The part of the canvas that is seen."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def _show_at(self, zoom: float, point: QPointF, at: QPointF) -> None:
        """Shows a point of the canvas at a place of the viewport."""
        before, scene = self.zoom, self._graph_scene
        nearest = scene.nearest_card(point)
        place = scene.home_of(nearest) if nearest is not None else QPointF()
        scene.set_zoom(zoom)
        if nearest is not None:  # where cards spread to show their neurons, what one looks at stays under the eye
            point = point + scene.home_of(nearest) - place
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self._scroll(at.toPoint() - self.mapFromScene(point))
        if zoom != before:
            self.zoomed.emit(zoom)

    def _scroll(self, by: QPoint) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - by.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - by.y())
        self.scrolled.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def _on_rearranged(self) -> None:
        """Keeps the graph in sight while the person has not chosen a place of their own."""
        if not self._is_fitted or self.is_busy:
            return
        room = self.viewport().rect().marginsRemoved(self.margins)
        shown = self.mapFromScene(self._graph_scene.content_rect()).boundingRect()
        if not room.adjusted(-8, -8, 8, 8).contains(shown) or self._graph_scene.is_empty:
            self.fit()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802 (Qt's name)
        scene = self._graph_scene
        painter.fillRect(rect, scene.kit.tokens.canvas)
        if not scene.detail.is_spread and self.zoom >= 0.4:
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
