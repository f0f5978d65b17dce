"""What the window lays over the canvas, and what it leaves to the network.

The header has the upper edge, the zoom bar the lower right. Where text is large and the canvas low, they would take more than the network
gets: then both share the upper edge, and where there is not even room for that, the network has all of it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from nnlab.ui.canvas import Canvas
from nnlab.ui.look.theme import Theme
from nnlab.ui.window.canvas_header import CanvasHeader

ONE_ROW_BELOW, NOTHING_BELOW = 190, 130  # height of the canvas, pixels at 100 %
BOTTOM, EDGE = 34, 6
BADGE = 8  # what a card that is stepped through wears on its upper edge


class CanvasRoom(QObject):
    """Follows the canvas's height and the interface scale. `want_header` says whether the workspace has one."""

    def __init__(self, theme: Theme, canvas: Canvas, header: CanvasHeader) -> None:
        super().__init__(canvas)
        self._theme, self._canvas, self._header = theme, canvas, header
        self._wants_header = False
        canvas.installEventFilter(self)
        theme.metrics_changed.connect(self.arrange)

    def want_header(self, wanted: bool) -> None:
        self._wants_header = wanted
        self.arrange()

    def arrange(self) -> None:
        px, canvas, header = self._theme.metrics.px, self._canvas, self._header
        has_room, has_two_rows = canvas.height() >= px(NOTHING_BELOW), canvas.height() >= px(ONE_ROW_BELOW)
        header.setVisible(self._wants_header and has_room)
        header.setGeometry(0, 0, canvas.width(), header.height())
        header.raise_()
        top = px(40) if has_room and (self._wants_header or not has_two_rows) else px(12) if has_room else px(BADGE)
        canvas.make_room(top, BOTTOM if has_two_rows else EDGE, zoom_above=not has_two_rows, zoom_shown=has_room)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Before the canvas itself takes its new size, so that it fits the network into the right room at once."""
        if watched is self._canvas and event.type() == QEvent.Type.Resize:
            self.arrange()
        return super().eventFilter(watched, event)
