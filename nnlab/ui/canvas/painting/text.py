"""Text on the canvas: in its own pixels at any zoom, elided where it does not fit, and left out where nobody could read it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.theme import FontRole

LEAST_TEXT = 0.45  # of its size as meant
LEAST_CAPTION = 0.76  # of its size as meant, from which a caption is easy to read: 9 of 12 pixels
CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def write(
    painter: QPainter, kit: PaintKit, text: str, role: FontRole, colour: QColor, rect: QRectF, align: Qt.AlignmentFlag, scale: float
) -> None:
    """One line of text within `rect`, elided if it must be, at `scale` canvas units for a pixel of text; none too small to read."""
    if painter.worldTransform().m11() * scale * kit.scale < LEAST_TEXT:
        return
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    painter.setFont(kit.font(role))
    painter.setPen(colour)
    room = QRectF(0, 0, rect.width() / scale, rect.height() / scale)
    painter.drawText(room, int(align), kit.elided(text, role, room.width() + 0.5))
    painter.restore()
