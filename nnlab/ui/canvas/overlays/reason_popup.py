"""A note beside the cursor while a connection is drawn: what would be joined, with its shape, or why that is refused.

A reason for which there is no remedy lingers after the button was released, until one goes on. It is never in the way of the mouse.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import FontRole, Theme
from nnlab.ui.widgets.required import layout_of, parent_of

WIDTH = 330
AWAY = 22  # from the cursor, pixels
LINGERS = 8000  # milliseconds


class ReasonPopup(QWidget):
    """Lies over the canvas; lets the mouse through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = QLabel()
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self._shapes = QLabel()
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self.reason)
        text.addWidget(self._shapes)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 12, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(text, 1)
        self._timer = QTimer(self, singleShot=True, interval=LINGERS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_reason(self, reason: str, shapes: str, viewport: QWidget, cursor: QPoint) -> None:
        """Shows why not, beside the cursor (viewport pixels), where it does not leave the canvas."""
        self._show(reason, shapes, "refused", "error", WIDTH, viewport, cursor)

    def linger(self) -> None:
        """Stays for a while, and is told to those who cannot see it."""
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.reason.text()))

    def stop_lingering(self) -> None:
        """One goes on; what is shown while a connection is drawn stays."""
        if self._timer.isActive():
            self._timer.stop()
            self.hide()

    def show_offer(self, text: str, shape: str, viewport: QWidget, cursor: QPoint) -> None:
        """Shows what would be joined."""
        lines: tuple[tuple[FontRole, str], ...] = (("option", text), ("caption", shape))
        widest = max(QFontMetrics(self._theme.font(role)).horizontalAdvance(line) for role, line in lines)
        self._show(text, shape, "check", "accent", min(WIDTH, widest + 64), viewport, cursor)

    def _show(self, text: str, shapes: str, sign: str, color: str, width: int, viewport: QWidget, cursor: QPoint) -> None:
        self._timer.stop()
        tokens = self._theme.tokens
        self._icon.setPixmap(icon(self._theme, sign, color=color).pixmap(18, 18))
        self.reason.setFont(self._theme.font("option"))
        self.reason.setStyleSheet(f"color: {tokens.hex('text')}")
        self._shapes.setFont(self._theme.font("caption"))
        self._shapes.setStyleSheet(f"color: {tokens.hex('text2')}")
        self.reason.setText(text)
        self._shapes.setText(shapes)
        self._shapes.setVisible(bool(shapes))
        self.setFixedWidth(width)
        layout_of(self).activate()
        height = layout_of(self).totalHeightForWidth(width)
        self.resize(width, max(height, layout_of(self).totalMinimumSize().height()))
        at = viewport.mapTo(parent_of(self), cursor)
        room = parent_of(self).rect()
        x = min(max(at.x() - width // 3, 8), room.width() - self.width() - 8)
        below = at.y() + AWAY
        y = below if below + self.height() + 8 <= room.height() else at.y() - AWAY - self.height()
        self.move(x, y)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.tokens.raised)
        painter.setPen(QPen(self._theme.tokens.stroke, 1))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
