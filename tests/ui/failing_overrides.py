"""Widgets, items and models whose methods fail as C code does, one after another; run by test_whole_exceptions.py."""

# ruff: noqa: E402  (the order of the imports is what is tried)
import sys
from collections.abc import Callable, Iterator
from typing import Any

if sys.argv[1] == "before":
    import PySide6.QtWidgets  # noqa: F401
import nnlab.ui

assert nnlab.ui.__doc__
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRectF, QSize
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QListView, QVBoxLayout, QWidget

failing = ""


def fail(name: str) -> None:
    if failing == name:
        int("x")  # a ValueError that C code raises


class Mixed:
    """Knows nothing of Qt."""

    def hideEvent(self, event: QEvent) -> None:
        fail("mixedIn")


class Widget(Mixed, QWidget):
    def sizeHint(self) -> QSize:
        fail("sizeHint")
        return QSize(50, 50)

    def showEvent(self, event: Any) -> None:
        fail("showEvent")

    def resizeEvent(self, event: Any) -> None:
        fail("resizeEvent")

    def paintEvent(self, event: Any) -> None:
        fail("paintEvent")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            fail("event")
        return super().event(event)


class Item(QGraphicsItem):
    def boundingRect(self) -> QRectF:
        fail("boundingRect")
        return QRectF(0, 0, 9, 9)

    def paint(self, *arguments: Any) -> None:
        """Nothing to be seen."""


class Model(QAbstractListModel):
    def rowCount(self, parent: Any = None) -> int:
        return 3

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        fail("data")


def tell(error: BaseException) -> None:
    print(failing, str(error).replace("\n", " "), flush=True)


def steps(app: QApplication) -> Iterator[Callable[[], object]]:
    window = QWidget()
    layout = QVBoxLayout(window)
    inner, view, model, scene = Widget(), QListView(), Model(), QGraphicsScene()
    layout.addWidget(inner)
    layout.addWidget(view)
    yield window.show
    yield lambda: window.resize(300, 200)
    yield app.processEvents
    yield inner.repaint
    yield lambda: scene.addItem(Item())
    yield scene.itemsBoundingRect
    yield lambda: view.setModel(model)
    yield app.processEvents
    yield inner.hide
    yield window.close


def try_all() -> None:
    global failing
    app = QApplication([])
    sys.excepthook = lambda kind, error, trace: tell(error)
    for name in ("sizeHint", "showEvent", "event", "resizeEvent", "paintEvent", "boundingRect", "data", "mixedIn"):
        failing = name
        for step in steps(app):
            try:
                step()
            except ValueError as error:
                tell(error)
    failing = ""
    print("alive", flush=True)


try_all()
