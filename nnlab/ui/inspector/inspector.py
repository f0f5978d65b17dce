"""The inspector: the right column. One node, several, a connection, or the project when nothing is selected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from nnlab.core.tensor import show
from nnlab.graph import edits
from nnlab.graph.validation import infer
from nnlab.ui.document import Document
from nnlab.ui.inspector.node_view import NodeView
from nnlab.ui.inspector.project_view import ProjectView
from nnlab.ui.live_view import LiveView
from nnlab.ui.selection import Selection
from nnlab.ui.session import Session
from nnlab.ui.theme import Theme, follow
from nnlab.ui.widgets.label import Label


class Inspector(QWidget):
    """Follows the selection and the document by itself; `show_view` brings the numbers of a frame."""

    def __init__(self, theme: Theme, document: Document, selection: Selection, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._document, self._selection, self._session = theme, document, selection, session
        self.setAccessibleName("Inspector")
        self._view: LiveView | None = None
        self.node_view = NodeView(theme, document, selection)
        self.project_view = ProjectView(theme, document, session)
        self.several_view = _SeveralView(theme, document, selection)
        self._stack_holder = QWidget()
        self._stack = QStackedLayout(self._stack_holder)
        self._pages = {}
        for name, page in (("node", self.node_view), ("project", self.project_view), ("several", self.several_view)):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(page)
            area.viewport().setAutoFillBackground(False)
            page.setAutoFillBackground(False)
            self._pages[name] = area
            self._stack.addWidget(area)
        column = QVBoxLayout(self)
        column.addWidget(self._stack_holder)
        self._column = column
        selection.changed.connect(self._refresh)
        document.changed.connect(lambda _: self._refresh())
        for signal in (document.data_changed, document.training_changed, document.replaced, document.name_changed, session.state_changed):
            signal.connect(self._refresh)
        follow(theme, self)
        self._refresh()

    def show_view(self, view: LiveView) -> None:
        self._view = view
        if self._stack.currentWidget() is self._pages["node"]:
            self.node_view.show_view(view)

    def _refresh(self) -> None:
        graph = self._document.graph
        nodes = [node_id for node_id in self._selection.nodes if node_id in graph]
        if len(nodes) == 1 or (nodes and self._is_one_card(nodes)):
            self.node_view.show_node(graph, graph[nodes[0]], self._session.diagnostics)
            self._stack.setCurrentWidget(self._pages["node"])
            if self._view is not None:
                self.node_view.show_view(self._view)
        elif nodes or self._selection.edges:
            self.several_view.refresh()
            self._stack.setCurrentWidget(self._pages["several"])
        else:
            self.project_view.refresh()
            self._stack.setCurrentWidget(self._pages["project"])

    def _is_one_card(self, nodes: list[str]) -> bool:
        from nnlab.graph import docking

        return len(nodes) == 2 and docking.docked(self._document.graph, nodes[0]) == nodes[1]

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.px(12), metrics.px(4), metrics.grid)
        for area in self._pages.values():
            area.widget().setContentsMargins(0, 0, metrics.px(10), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()


class _SeveralView(QWidget):
    """A connection, or several nodes at once."""

    def __init__(self, theme: Theme, document: Document, selection: Selection) -> None:
        super().__init__()
        self._theme, self._document, self._selection = theme, document, selection
        self._title = Label(theme, "", "title")
        self._text = Label(theme, "", "body", "text2")
        self._text.setWordWrap(True)
        self._remove = QPushButton("Delete")
        self._remove.clicked.connect(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._title, self._text):
            column.addWidget(part)
        column.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def refresh(self) -> None:
        nodes, edges = self._selection.nodes, self._selection.edges
        if nodes:
            self._title.setText(f"{len(nodes)} nodes")
            self._text.setText(", ".join(nodes))
            self._remove.setText("Delete")
            return
        edge, graph = edges[0], self._document.graph
        shape = infer(graph).get(edge.source, edge.source_port)
        self._title.setText("Connection" if len(edges) == 1 else f"{len(edges)} connections")
        lines = [f"{e.source} → {e.target}, port {e.target_port}" for e in edges]
        if shape is not None and len(edges) == 1:
            lines.append(f"carries {show(shape)}")
        self._text.setText("\n".join(lines))
        self._remove.setText("Disconnect")

    def _delete(self) -> None:
        graph = self._document.graph
        if self._selection.nodes:
            count = len(self._selection.nodes)
            self._document.apply(f"Delete {count} nodes", edits.remove_nodes(graph, self._selection.nodes))
            return
        for edge in self._selection.edges:
            if edge in graph.edges:
                graph = edits.disconnect(graph, edge, close_up=False)
        self._document.apply("Disconnect", graph)
