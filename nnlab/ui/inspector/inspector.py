"""Inspector: the right column. Chooses the page for what is selected and keeps it in step with document and session."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph import edits
from nnlab.training.statistics import NormHistory
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.inspector.editing import freeze_label
from nnlab.ui.inspector.node_page import NodePage
from nnlab.ui.inspector.other_pages import EdgePage, ProjectPage
from nnlab.ui.inspector.several_page import SeveralPage
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession
from nnlab.ui.run.weight_edits import reinitialise, with_parameters


class _PageArea(QScrollArea):
    """Scrolls a page that keeps its width: the bar stands in the page's right padding, so that nothing moves when it appears."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        page = self.widget()
        if page is not None:
            page.setMinimumWidth(self.width())
        super().resizeEvent(event)


class Inspector(QWidget):
    """Feed it every frame with `show_view`.

    `change_data_requested` when the person wants another data set, `edit_weights_requested` when the table of single weights;
    `refused(sentence)` when a command for the selected nodes cannot be carried out.
    """

    change_data_requested = Signal()
    edit_weights_requested = Signal()
    attach_requested = Signal()
    detach_requested = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, document: Document, selection: Selection, session: LiveSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._document, self._selection, self._session = theme, document, selection, session
        self.setAccessibleName("Inspector")
        self._norms = NormHistory()
        self.node = NodePage(theme, document, selection, session, self._norms)
        self.several = SeveralPage(theme, document)
        self.edge = EdgePage(theme, document, selection)
        self.project = ProjectPage(theme, document, session)
        self._view: LiveView | None = None
        self._pages = QStackedWidget()
        self._scrolls: dict[QWidget, QScrollArea] = {}
        for page in (self.project, self.node, self.several, self.edge):
            self._pages.addWidget(self._scrolled(page))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._column = column
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.refresh)
        self.node.change_data.connect(self.change_data_requested)
        self.project.change_data.connect(self.change_data_requested)
        self.node.adapters.attach.connect(self.attach_requested)
        self.node.adapters.detach.connect(self.detach_requested)
        for page in (self.node, self.several):
            page.weight_buttons.edit.connect(self.edit_weights_requested)
            page.weight_buttons.reinitialise.connect(self.reinitialise)
        selection.changed.connect(self.refresh)
        document.changed.connect(self._soon)
        document.data_changed.connect(self._soon)
        document.training_changed.connect(self._soon)
        document.replaced.connect(self._forget)
        session.emptied.connect(self._forget)
        document.name_changed.connect(self._soon)
        session.state_changed.connect(self._soon)
        theme.changed.connect(self.update)
        follow(theme, self)
        self.refresh()

    @property
    def page(self) -> QWidget:
        """The page that is shown."""
        return next(page for page, scroll in self._scrolls.items() if scroll is self._pages.currentWidget())

    # Commands for the selected nodes, whatever page is shown

    def reinitialise(self) -> None:
        """Draws the weights of the selected nodes again, as an undoable step."""
        try:
            reinitialise(self._document, self._session, self._selection.nodes)
        except NNLabError as error:
            self.refused.emit(str(error))

    def toggle_frozen(self) -> None:
        """Freezes the selected layers, or lets them learn again if all of them are frozen."""
        graph = self._document.graph
        layers = with_parameters(graph, self._selection.nodes)
        if not layers:
            self.refused.emit("None of the selected nodes has weights to freeze; select a layer.")
            return
        frozen = not all(graph[node_id].is_frozen for node_id in layers)
        what = layers[0] if len(layers) == 1 else f"{len(layers)} nodes"
        self._document.attempt(freeze_label(what, frozen), lambda g: edits.set_frozen(g, layers, frozen))

    def _scrolled(self, page: QWidget) -> QScrollArea:
        scroll = _PageArea()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scrolls[page] = scroll
        return scroll

    def _soon(self) -> None:
        """Several signals of one edit make one refresh, after the edit's own selection is in place."""
        self._later.start()

    def _forget(self) -> None:
        """Another project, or a network of which nothing is known yet: the numbers of the one before say nothing of it."""
        self._view = None
        self._norms.forget()
        self.node.numbers.forget()
        self.several.forget()
        self._soon()

    def refresh(self) -> None:
        """Shows what is selected as it is now."""
        self._later.stop()
        graph = self._document.graph
        nodes = tuple(i for i in self._selection.nodes if i in graph)
        edges = tuple(e for e in self._selection.edges if e in graph.edges)
        if len(nodes) == 1:
            self.node.show_node(nodes[0], self._session.diagnostics)
            shown: QWidget = self.node
        elif nodes:
            self.several.show_nodes(nodes)
            shown = self.several
        elif edges:
            self.edge.show_edge(edges[0])
            shown = self.edge
        else:
            self.project.refresh()
            shown = self.project
        self._pages.setCurrentWidget(self._scrolls[shown])
        self._watch()
        if self._view is not None:
            self._feed(self._view)

    def _watch(self) -> None:
        """Asks for what the shown page shows, while it can be seen."""
        page = self.page
        shown = page.tensors if isinstance(page, NodePage | SeveralPage) and self.isVisible() else frozenset()
        self._session.watch(self, shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch()

    def show_view(self, view: LiveView) -> None:
        """Shows the newest frame's numbers; cheap enough for every tick."""
        self._view = view
        self._feed(view)

    def _feed(self, view: LiveView) -> None:
        page = self.page
        if page is self.node:
            self.node.show_view(view)
        elif page is self.several:
            self.several.show_view(view)

    def apply_metrics(self) -> None:
        self._column.setContentsMargins(0, self._theme.metrics.px(12), 0, 0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.inspector, self._theme.metrics.px(500))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(190), self._theme.metrics.px(130))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()
