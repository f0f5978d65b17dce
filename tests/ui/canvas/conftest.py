"""A canvas on a document, and a hand that moves the mouse over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.ui.canvas import Canvas
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "dark")


@dataclass
class Bench:
    """One canvas with its document and selection, and what it refused."""

    canvas: Canvas
    document: Document
    selection: Selection
    refusals: list[str] = field(default_factory=list)

    @property
    def graph(self) -> Graph:
        return self.document.graph

    def at(self, point: QPointF) -> QPoint:
        """A point of the canvas in the viewport."""
        return self.canvas.view.mapFromScene(point)

    def card(self, name: str) -> QPoint:
        """A place on a card's title, where no tile is."""
        outline = self.canvas.scene.items_by_card[name].outline
        return self.at(QPointF(outline.center().x(), outline.top() + 8))

    def output(self, name: str) -> QPoint:
        item = self.canvas.scene.items_by_card[name]
        return self.at(item.position + item.geometry.output)

    def input(self, name: str, port: str = "x") -> QPoint:
        item = self.canvas.scene.items_by_card[name]
        return self.at(item.position + item.geometry.inputs[port])

    def empty(self) -> QPoint:
        """A place of the viewport where nothing is."""
        return QPoint(12, self.canvas.view.viewport().height() - 60)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, release: bool = True) -> None:
        viewport = self.canvas.view.viewport()
        QTest.mousePress(viewport, button, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(viewport, (start + end) / 2)
        QTest.mouseMove(viewport, end)
        if release:
            QTest.mouseRelease(viewport, button, Qt.KeyboardModifier.NoModifier, end)

    def click(self, place: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.canvas.view.viewport(), LEFT, modifiers, place)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.canvas.view, key, modifiers)


@pytest.fixture
def bench(qtbot, theme: Theme) -> Callable[..., Bench]:
    """Makes a canvas on a graph, 900 by 560 pixels, collapsed unless told."""

    def make(graph: Graph, expanded: bool = False) -> Bench:
        document, selection = Document(Project(graph=graph)), Selection()
        canvas = Canvas(document, selection, theme)
        qtbot.addWidget(canvas)
        result = Bench(canvas, document, selection)
        canvas.refused.connect(result.refusals.append)
        canvas.resize(900, 560)
        canvas.show()
        canvas.set_mode(expanded)
        canvas.view.setFocus()
        return result

    return make


@pytest.fixture
def chain() -> Graph:
    """input_1 → dense_1 (8 · tanh) → dense_2 (1) → mse_1."""
    b = GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(b.tanh(b.dense(x, units=8)), units=1))
    return b.build()


@pytest.fixture
def residual() -> Graph:
    """A block with an add whose inputs are dense_1 (16) and dense_2 (16); the input has 13 features."""
    b = GraphBuilder()
    x = b.input(features=13)
    h = b.relu(b.dense(x, units=16))
    b.mse(b.dense(b.add(h, b.relu(b.dense(h, units=16))), units=1))
    return b.build()
