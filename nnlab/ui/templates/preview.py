"""Preview: a network as the canvas would draw it, to be looked at only.

The scene is the canvas' own, over a document that nobody else sees; what the view adds is nothing but fitting it into the room there is.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from nnlab.core.preparation import Data
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme

LARGEST = 1.0  # zoom
MARGIN = 12
ROOM = 36.0  # between cards, canvas units


class GraphPreview(QGraphicsView):
    """`show_graph` draws a graph with collapsed cards, as large as it fits."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._document = Document(Project(), parent=self)
        self._selection = Selection(self)
        self._graph_scene = GraphScene(self._document, self._selection, theme)
        self._graph_scene.set_expanded(False)
        self.setScene(self._graph_scene)
        self.setInteractive(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # neither scrolled nor hovered
        self.setAccessibleName("Preview of the network")
        theme.metrics_changed.connect(self.fit)

    @property
    def graph(self) -> Graph:
        return self._document.graph

    def show_graph(self, graph: Graph, title: str, data: Data | None) -> None:
        """Shows a network and what its data, titled `title`, is called."""
        if data is not None:
            self._graph_scene.set_data(title, data.target.in_words, data.features, data.image_shape)
        self._document.apply("Preview", graph)
        self._spread()
        self._document.undo_stack.clear()
        self.fit()

    def _spread(self) -> None:
        """Moves columns apart where names are wider than the layout foresaw: those of the data, or all at a large interface scale."""
        cards = self._graph_scene.items_by_card
        columns: dict[float, float] = {}  # place of a column: the width of its widest card
        for item in cards.values():
            columns[item.position.x()] = max(columns.get(item.position.x(), 0.0), item.outline.width())
        places: dict[float, float] = {}
        for before, after in pairwise([None, *sorted(columns)]):
            assert after is not None
            least = after if before is None else places[before] + max(after - before, (columns[before] + columns[after]) / 2 + ROOM)
            places[after] = least
        graph = self._document.graph
        moved = {name: (places.get(x, x), y) for name, (x, y) in ((node.id, node.position) for node in graph.nodes)}
        self._document.apply("Preview", edits.move_nodes(graph, moved))

    def fit(self) -> None:
        """Draws everything as at full size and then as small as it must be: no card is given more room for its text, none is hidden."""
        scene, room = self._graph_scene, QRectF(self.viewport().rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if not scene.cards or room.width() < 1 or room.height() < 1:
            return
        scene.arrange(stretch=1.0)
        rect = scene.content_rect()
        zoom = min(room.width() / rect.width(), room.height() / rect.height(), LARGEST)
        self.resetTransform()
        self.scale(zoom, zoom)
        self.centerOn(rect.center())

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, self._theme.tokens.canvas)

    def sizeHint(self) -> QSize:
        return self.minimumSize()  # it takes what room is left, and asks for none

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
