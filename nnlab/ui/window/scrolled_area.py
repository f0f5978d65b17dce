"""The place of the dock area in the window: beside a lesson, with large type, what has no room in it is scrolled to."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from nnlab.ui.look.theme import Theme
from nnlab.ui.window.dock_area import DockArea

LEAST = (240, 160)  # pixels at 100 % of the area that are always seen


class ScrolledArea(QScrollArea):
    """Holds the area. It asks for as much as that does; beside a lesson's column for less, and then has bars to scroll it by."""

    def __init__(self, theme: Theme, area: DockArea) -> None:
        super().__init__()
        self._theme, self._area = theme, area
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the keyboard
        self.setWidgetResizable(True)
        self.setWidget(area)
        area.installEventFilter(self)
        theme.metrics_changed.connect(self._follow)
        area.shown_changed.connect(self._follow)

    @property
    def scrolls(self) -> bool:
        """Whether a lesson stands beside it."""
        return self._area.workspace is not None and self._area.workspace.beside_lesson

    def minimumSizeHint(self) -> QSize:
        needed = self._area.minimumSizeHint()
        return needed.boundedTo(QSize(*(self._theme.metrics.px(side) for side in LEAST))) if self.scrolls else needed

    def sizeHint(self) -> QSize:
        return self._area.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._area.set_room(self.size())
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        """A workspace may need more beside a lesson than its panels ask for alone."""
        QCoreApplication.postEvent(self._area, QEvent(QEvent.Type.LayoutRequest))
