"""A dock: what holds a panel in the dock area, or a widget without a header, and fills itself when it is first shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget, QWidget

from nnlab.ui.widgets.panel import Panel

_FEATURES = (
    QDockWidget.DockWidgetFeature.DockWidgetMovable
    | QDockWidget.DockWidgetFeature.DockWidgetFloatable
    | QDockWidget.DockWidgetFeature.DockWidgetClosable
)


class Dock(QDockWidget):
    """A dock whose title bar is its panel's own header; a widget without a header gets none. `make` fills it when it is first shown."""

    def __init__(self, name: str, title: str, make: Callable[[], object], parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"dock.{name}")
        self.name = name
        self._make: Callable[[], object] | None = make
        self.setFeatures(_FEATURES)

    def fill(self, widget: QWidget) -> None:
        self._make = None
        # A panel's header is also the handle by which the dock is dragged; other widgets stay where the workspace puts them.
        self.setTitleBarWidget(widget.header if isinstance(widget, Panel) else _Nothing(self))
        self.setWidget(widget)
        widget.windowTitleChanged.connect(self.setWindowTitle)  # a panel may have something to tell in its tab
        if widget.windowTitle():
            self.setWindowTitle(widget.windowTitle())

    def setVisible(self, visible: bool) -> None:  # noqa: N802 (Qt's name)
        make, self._make = self._make if visible else None, None if visible else self._make
        if make is not None:
            make()
        super().setVisible(visible)


class _Nothing(QWidget):
    """A title bar of no height."""

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
