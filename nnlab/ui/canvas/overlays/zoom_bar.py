"""Zoom out, the zoom, zoom in, fit: at the canvas's lower right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnlab.ui.canvas.overlays.legend import paint_ground
from nnlab.ui.canvas.scene.viewport import LARGEST
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import Label


class ZoomBar(QWidget):
    def __init__(self, theme: Theme, zoom_out: QAction, zoom_in: QAction, fit: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.label = Label(theme, "100 %", role="caption", color="text2")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        follow(theme, self)
        self.label.setAccessibleName("Zoom")
        for part in (zoom_out, self.label, zoom_in, fit):
            if isinstance(part, QAction):
                button = IconButton(theme, parent=self)
                button.set_action(part)
                layout.addWidget(button)
            else:
                layout.addWidget(part)

    def apply_metrics(self) -> None:
        """Room for the largest zoom, so that nothing moves while one zooms."""
        self.label.setMinimumWidth(QFontMetrics(self._theme.font("caption")).horizontalAdvance(f"{LARGEST * 100:.0f} %") + 6)
        self.adjustSize()

    def show_zoom(self, zoom: float) -> None:
        self.label.setText(f"{zoom * 100:.0f} %")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        paint_ground(painter, self.rect(), self._theme.tokens.canvas)
        painter.end()
