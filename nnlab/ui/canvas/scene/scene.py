"""The scene: cards and edges that follow the document's graph.

Only `Document.changed` changes what stands here; a gesture may move cards for as long as it lasts (`preview_positions`), never the graph.
A change is applied as a difference: cards compare by value, and only those that differ are touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QGraphicsScene

from nnlab.core.tensor import show
from nnlab.graph import docking
from nnlab.graph.diff import GraphDiff
from nnlab.graph.graph import Edge
from nnlab.graph.validation import Diagnostic, Shapes, infer
from nnlab.ui.canvas.annotations.items import CommentItem, FrameItem
from nnlab.ui.canvas.annotations.views import AnnotationViews
from nnlab.ui.canvas.cards.item import CardItem
from nnlab.ui.canvas.edges.views import EdgeViews
from nnlab.ui.canvas.model import geometry
from nnlab.ui.canvas.model.content import BLOCK, INPUT, CardContent, Weights, card_of, describe, weights
from nnlab.ui.canvas.model.spacing import Spacing
from nnlab.ui.canvas.model.stacking import stacked
from nnlab.ui.canvas.model.strands import Strand
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.scene.card_detail import CardDetail
from nnlab.ui.canvas.scene.card_sizes import CardSizes, name_scale
from nnlab.ui.canvas.scene.placing import least_spacing
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme

CACHE_KILOBYTES = 100_000


class GraphScene(QGraphicsScene):
    """Cards and edges of one document.

    `changing` is emitted before another graph is shown, `rearranged` when the graph or the room it takes has changed, `remade` when there
    are items that know no values yet.
    """

    changing = Signal()
    rearranged = Signal()
    remade = Signal()
    needs_changed = Signal()  # what is read of frames

    def __init__(self, document: Document, selection: Selection, theme: Theme) -> None:
        super().__init__()
        self.document, self.selection, self.theme = document, selection, theme
        if QPixmapCache.cacheLimit() < CACHE_KILOBYTES:  # cards are kept as pictures
            QPixmapCache.setCacheLimit(CACHE_KILOBYTES)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        extent = 100_000.0
        self.setSceneRect(-extent, -extent, 2 * extent, 2 * extent)
        self.kit = PaintKit(theme)
        self._sizes = CardSizes(self.kit)
        self.cards: dict[str, CardContent] = {}
        self.items_by_card: dict[str, CardItem] = {}
        self.owner: dict[str, str] = {}
        self.shapes: Shapes = Shapes({})
        self.edges = EdgeViews(self, self.kit)
        self.annotations = AnnotationViews(self, self.kit)
        self._graph = document.graph  # what is shown; a gesture that an edit interrupts puts cards back where they stood in it
        self.detail = CardDetail()
        self.spacing = Spacing()
        self.stretch = 1.0
        self._data_title = ""
        self._feature_names: tuple[str, ...] = ()
        self.messages: dict[str, tuple[Diagnostic, ...]] = {}
        document.changed.connect(self.apply)
        selection.changed.connect(self.show_selection)
        theme.changed.connect(self._new_kit)
        theme.metrics_changed.connect(self._new_kit)
        self._synchronise()

    # Following the document

    def apply(self, difference: GraphDiff) -> None:
        self.changing.emit()
        self._follow_selection(difference)
        if difference.only_moves:
            self._graph = self.document.graph
            touched = {self.owner[node_id] for node_id in difference.moved}
            for name in touched:
                self._put(name)
            self._place_edges(touched)
            self._place_annotations()
        else:
            self._synchronise()
        self.rearranged.emit()

    def _follow_selection(self, difference: GraphDiff) -> None:
        """What is renamed stays selected, what is gone does not, and a group that is folded is selected as a whole."""
        before, graph, selection = self._graph, self.document.graph, self.selection
        pairs = zip(difference.removed, difference.added, strict=False)  # a new name stands where the old one stood
        names = {old: new for old, new in pairs if old in before and replace(before[old], id=new) == graph[new]}
        chosen = [names.get(node_id, node_id) for node_id in selection.nodes]
        folded = [i for n in chosen if n in graph and (group := graph.group_of.get(n)) and group.collapsed for i in group.members]
        selection.set((*chosen, *folded), selection.edges, selection.comments)
        selection.keep_within(graph)

    def reload(self) -> None:
        """After another document was opened."""
        self.changing.emit()
        self.selection.keep_within(self.document.graph)
        self._synchronise()
        self.rearranged.emit()

    def _synchronise(self) -> None:
        """Brings cards and edges up to the graph, touching only what differs."""
        graph = self._graph = self.document.graph
        self.shapes = infer(graph)
        found = describe(graph, self.shapes, self._data_title)
        for name in [name for name in self.items_by_card if name not in found]:
            self.items_by_card.pop(name).remove()
        self.cards, self.owner = found, card_of(found)
        for name, card in found.items():
            item = self.items_by_card.get(name)
            if item is None:
                item = CardItem(card, self.geometry_of(card), self.kit, self)
                item.text_scale = self.detail.text_scale
                self.items_by_card[name] = item
                self._label(item)
            elif item.card != card:
                item.set_card(card)
                item.set_geometry(self.geometry_of(card), self.detail.text_scale)
                item.update()
        self.items_by_card = stacked(self.items_by_card, found)
        self.edges.set_edges(self._edges(), self.owner)
        self.annotations.follow(graph)
        self._show_severities()
        self.arrange()

    @property
    def frames(self) -> Mapping[str, FrameItem]:
        """Frames of unfolded groups, by the group's id."""
        return self.annotations.frames

    @property
    def comments(self) -> Mapping[str, CommentItem]:
        return self.annotations.comments

    def _places(self) -> dict[str, tuple[float, float]]:
        """Every card's place in the document."""
        return {name: self.place_of(name) for name in self.cards}

    def _place_annotations(self) -> None:
        scale = name_scale(self.detail.text_scale, self.detail.close)
        self.annotations.place(self.items_by_card, self._places(), self.owner, self.spacing, self.detail.shows_tiles, scale)

    def _edges(self) -> dict[Edge, tuple[Weights | None, str]]:
        graph, found = self.document.graph, {}
        for edge in graph.edges:
            if self.owner[edge.source] != self.owner[edge.target]:
                shape = self.shapes.get(edge.source, edge.source_port)
                label = "" if shape is None else show(shape)[1:-1]
                found[edge] = (weights(graph, self.shapes, self.cards, self.owner, edge), label)
        return found

    # Geometry

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Of the data's samples, where they are images."""
        return self._sizes.image_shape

    def geometry_of(self, card: CardContent) -> geometry.CardGeometry:
        """A card as it is shown now."""
        return self._sizes.of(card, self.detail.text_scale, self.detail.shows_tiles, self.detail.close, self.detail.is_spread)

    def show_unit(self, name: str, unit: int) -> None:
        """Gives a unit of a card a tile, where the card has no room for all of them."""
        item = self.items_by_card[name]
        if item.geometry.more is not None and unit not in [tile.unit for tile in item.geometry.tiles]:
            self._sizes.guests = {**self._sizes.guests, name: unit}
            self._lay_out()

    def set_expanded(self, expanded: bool) -> None:
        """Tiles (True) or the collapsed form of the Build workspace."""
        if expanded != self.detail.expanded:
            self.changing.emit()
            self.detail.prefer(expanded)
            self.stretch = 1.0
            self.arrange()
            self.rearranged.emit()

    def set_zoom(self, zoom: float) -> None:
        """Tells the scene at which zoom it is shown: text, ports and lines keep their size on the screen within limits."""
        detail = self.detail
        if zoom == detail.zoom:
            return
        before, was_spread = (detail.text_scale, detail.shows_tiles), detail.is_spread
        detail.set_zoom(zoom)
        if detail.is_spread != was_spread:
            self.arrange()
        elif (detail.text_scale, detail.shows_tiles) != before:
            self._lay_out()

    def set_close(self, zoom: float | None) -> None:
        """Draws compact cards as near as they can stand, in a workspace that shows neurons otherwise, with names to be read at a zoom."""
        if zoom != self.detail.close:
            self.detail.set_close(zoom)
            self.arrange()

    @property
    def pictures(self) -> float | None:
        """How many times as high as the layout knows them feature maps are drawn; None where there are none."""
        return self._sizes.pictures

    def set_pictures(self, growth: float) -> None:
        """Larger or smaller feature maps from the next arrangement on; nothing where the network has none."""
        has_maps = any(card.maps is not None and card.form != INPUT for card in self.cards.values())
        self._sizes.pictures = growth if has_maps else None

    def arrange(self, stretch: float | None = None) -> None:
        """Works out how far apart cards stand, and puts everything in its place.

        `stretch` draws columns further apart than they need to be, to use the width of the window.
        """
        self.stretch = self.stretch if stretch is None else stretch
        self.spacing = self._spacing(self.detail.text_scale, self.detail.shows_tiles, self.detail.close).stretched(self.stretch)
        self._lay_out()

    def _spacing(self, scale: float, shows_tiles: bool, close: float | None) -> Spacing:
        """How far apart cards stand where a pixel of text takes `scale` canvas units; see `set_close`."""
        if close is None and not self.detail.expanded and not shows_tiles:
            return self._as_placed
        frames = self.annotations.rooms(self.owner, name_scale(1.0 / geometry.TEXT_SHRINKS, close))
        least = max(1.0, scale) if shows_tiles else 1.0
        return least_spacing(self.cards, self._sizes, self._places(), self.edges.weights, self.owner, frames, least, close)

    @property
    def _as_placed(self) -> Spacing:
        """While one builds, cards stay where they were put; only the interface's scale draws everything larger."""
        return Spacing(stretch=self.kit.scale, y=self.kit.scale)

    def nearest_card(self, point: QPointF) -> str | None:
        """The card whose middle is nearest to a point of the canvas."""
        if not self.items_by_card:
            return None
        return min(self.items_by_card, key=lambda name: (self.home_of(name) - point).manhattanLength())

    def home_of(self, card: str) -> QPointF:
        """Where a card belongs on the canvas; while it is dragged it is elsewhere."""
        return self.spacing.to_scene(self.place_of(card))

    def picked(self, card: str) -> tuple[str, ...]:
        """The nodes to select when a card is picked: the layer alone, or all of a folded group."""
        return self.cards[card].nodes if self.cards[card].form == BLOCK else (card,)

    def place_of(self, card: str) -> tuple[float, float]:
        """A card's place in the document."""
        return docking.place(self._graph, docking.shown(self._graph)[card])

    def _lay_out(self) -> None:
        for name, card in self.cards.items():
            self.items_by_card[name].set_geometry(self.geometry_of(card), self.detail.text_scale)
            self._put(name)
        self._place_edges()
        self._place_annotations()
        self.remade.emit()

    def _place_edges(self, touched: Iterable[str] | None = None) -> None:
        self.edges.place(self.items_by_card, self.detail.shows_tiles, self.detail.text_scale, touched)
        if self.edges.take_made():
            self.show_selection()
            self.remade.emit()

    def _put(self, name: str) -> None:
        self.items_by_card[name].move(self.spacing.to_scene(self.place_of(name)))

    def preview_positions(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Shows cards elsewhere while a gesture lasts (positions in the document's units)."""
        present = {name: position for name, position in positions.items() if name in self.items_by_card}  # a key may have deleted some
        for name, position in present.items():
            self.items_by_card[name].move(self.spacing.to_scene(position))
        self._place_edges(present)
        self._place_annotations()

    def preview_comments(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Shows comments elsewhere while a gesture lasts."""
        self.annotations.preview(positions, self.items_by_card, self._places(), self.spacing, self.detail.shows_tiles)

    def to_document(self, point: QPointF) -> tuple[float, float]:
        return self.spacing.to_document(point)

    def content_rect(self) -> QRectF:
        """The room cards and lines take on the canvas, null when there are none."""
        rect = QRectF()
        for item in self.items_by_card.values():
            rect = rect.united(item.footprint)
        return rect.united(self.annotations.bounds()).united(self.edges.bounds())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.cards and not self.comments

    def expected_rect(self, zoom: float, close: bool = False) -> QRectF:
        """The room cards would take if they were arranged for another zoom, without stretch; see `set_close`."""
        rect, scale = QRectF(), geometry.text_scale(zoom)
        shows_tiles = self.detail.expanded and not close
        near = zoom if close else None
        places = self._spacing(scale, shows_tiles, near)
        outlines = {}
        for name, card in self.cards.items():
            outline = self._sizes.of(card, scale, shows_tiles, near, self.detail.expanded).footprint
            outlines[name] = outline.translated(places.to_scene(self.place_of(name)))
            rect = rect.united(outlines[name])
        for group in self.document.graph.groups:
            if not group.collapsed:
                frame = FrameItem(group, self.kit)
                frame.enclose((outlines[self.owner[node_id]] for node_id in group.members), name_scale(scale, near))
                rect = rect.united(frame.rect)
        if not self.edges.target.hidden:
            rect.setBottom(rect.bottom() + 16.0)
        return rect

    # States

    def show_selection(self) -> None:
        chosen = {self.owner[node_id] for node_id in self.selection.nodes if node_id in self.owner}
        for name, item in self.items_by_card.items():
            item.set_state(selected=name in chosen)
        self.edges.set_selected(set(self.selection.edges))
        nodes = {node_id for name in chosen for node_id in self.cards[name].nodes}
        self.annotations.show_selection(nodes, self.selection.comments)

    def set_preview(self, strands: Mapping[str, Strand]) -> None:
        """The strands of an adapter that is being chosen, by layer; none when the choice is over."""
        for name, item in self.items_by_card.items():
            item.set_preview(strands.get(name))

    def set_diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Marks cards with errors and warnings; their texts become tooltips."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in diagnostics:
            if diagnostic.node_id is not None:
                found.setdefault(diagnostic.node_id, []).append(diagnostic)
        self.messages = {node_id: tuple(each) for node_id, each in found.items()}
        self._show_severities()

    def diagnostics_of(self, card: CardContent) -> tuple[Diagnostic, ...]:
        return tuple(d for node_id in card.nodes for d in self.messages.get(node_id, ()))

    def shape_text(self, source: str, target: str) -> str:
        """The shapes that meet in a connection, as far as they are known: "dense_1 gives (N, 8), add_1.a is (N, 16)"."""
        known = [(f"{self.title_of(source)} gives", self.shapes.get(source, "y"))]
        ports = [edge.target_port for edge in self.document.graph.inputs(target)]
        known += [(f"{self.title_of(target)}.{port} is", self.shapes.get(target, port)) for port in ports]
        return ", ".join(f"{words} {show(shape)}" for words, shape in known if shape is not None)

    def title_of(self, node_id: str) -> str:
        """What the card that carries a node is called on the canvas."""
        return self.cards[self.owner[node_id]].title if node_id in self.owner else node_id

    def _show_severities(self) -> None:
        for name, item in self.items_by_card.items():
            severities = {d.severity for d in self.diagnostics_of(self.cards[name])}
            item.set_state(severity="error" if "error" in severities else "warning" if "warning" in severities else "")

    def set_data(self, title: str, target_name: str, features: Sequence[str], image_shape: tuple[int, int] | None) -> None:
        shown = (self._data_title, self._feature_names, self.image_shape, self.edges.target_name)
        if (title, tuple(features), image_shape, target_name) == shown:
            return
        self._data_title, self._feature_names, self.edges.target_name = title, tuple(features), target_name
        self._sizes.image_shape, self._sizes.features = image_shape, tuple(features)
        for item in self.items_by_card.values():
            self._label(item)
        self._synchronise()
        self.rearranged.emit()

    def _label(self, item: CardItem) -> None:
        if item.card.form == INPUT:
            count = item.card.units or 0
            item.labels = self._sizes.labels(item.card)
            item.image_shape = self.image_shape if self._sizes.is_image(item.card) else None
            is_named = len(self._feature_names) == count and item.image_shape is None  # pixels go by their numbers
            item.columns = self._feature_names if is_named else ()
            item.names = item.columns or item.labels
            item.face.update()

    def _new_kit(self) -> None:
        self.kit = self._sizes.kit = PaintKit(self.theme)
        for item in self.items_by_card.values():
            item.set_kit(self.kit)
        self.edges.set_kit(self.kit)
        self.annotations.set_kit(self.kit)
        self._lay_out()
        self.rearranged.emit()
