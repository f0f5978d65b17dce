"""The middle of the window: the canvas, or the panel that a workspace has in its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget

CANVAS = "canvas"


class Centre(QStackedWidget):
    """One of its pages is seen, the others are hidden and so get nothing to draw."""

    def __init__(self, canvas: QWidget, make: Callable[[str], object], parent: QWidget | None = None) -> None:
        """`make(name)` adds the page of that name, when it is first shown."""
        super().__init__(parent)
        self._pages: dict[str, QWidget] = {}
        self._make = make
        self._name = CANVAS
        self.add(CANVAS, canvas)

    def add(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self.addWidget(page)

    @property
    def current(self) -> QWidget:
        return self._pages[self._name]

    def show_page(self, name: str) -> None:
        """Shows a page; the canvas for one that is not there."""
        if name not in self._pages:
            self._make(name)
        self._name = name if name in self._pages else CANVAS
        self.setCurrentWidget(self.current)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """That of the page that is seen; Qt's stack takes the room for the largest of all its pages from the panels around it."""
        return self.current.minimumSizeHint()
