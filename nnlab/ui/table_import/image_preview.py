"""Images by class, a row each, in the size and colours that a network would get them in."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.images.preview import ClassPreview, ImagePreview
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow

SIDE = 64  # of the longer side of an image, pixels before the interface scale
GAP = 6


def as_image(pixels: np.ndarray) -> QImage:
    """uint8 (height, width) or (height, width, 3) as a picture of its own."""
    packed = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_Grayscale8 if packed.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(packed.data, packed.shape[1], packed.shape[0], packed.strides[0], kind).copy()


class ImageRows(QWidget):
    """One row for each class: its name, how many images it has, and the first of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[ClassPreview, list[QImage]]] = []
        self._left_out = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName("First images of every class")
        follow(theme, self)

    def show_images(self, found: ImagePreview | None) -> None:
        shown = () if found is None else found.shown
        self._rows = [(row, [as_image(pixels) for pixels in row.pixels]) for row in shown]
        more = 0 if found is None else found.classes - len(shown)
        self._left_out = f"and {count(more)} more classes" if more else ""
        listed = "; ".join(f"{row.name}: {count(row.count)} images" for row in shown)
        self.setAccessibleDescription(listed)
        self.setMinimumHeight(len(self._rows) * self._row_height() + (self._row_height() // 3 if more else 0))
        self.updateGeometry()
        self.update()

    def apply_metrics(self) -> None:
        self.setMinimumHeight(len(self._rows) * self._row_height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(400), max(self.minimumHeight(), self._theme.metrics.px(200)))

    def _row_height(self) -> int:
        px = self._theme.metrics.px
        return QFontMetrics(self._theme.font("body")).height() + px(SIDE) + px(4) + 2 * px(GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        top = 0
        for row, images in self._rows:
            if top + self._row_height() >= event.rect().top() and top <= event.rect().bottom():
                self._paint_row(painter, top, row, images)
            top += self._row_height()
        if self._left_out:
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text2)
            painter.drawText(QRect(0, top, self.width(), px(20)), Qt.AlignmentFlag.AlignLeft, self._left_out)
        painter.end()

    def _paint_row(self, painter: QPainter, top: int, row: ClassPreview, images: list[QImage]) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.setFont(self._theme.font("body"))
        metrics = painter.fontMetrics()
        line = metrics.height()
        number = f"{count(row.count)} image{'s' if row.count != 1 else ''}"
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, max(self.width() - metrics.horizontalAdvance(number) - px(12), 0))
        painter.setPen(tokens.text)
        painter.drawText(QRect(0, top, self.width(), line), Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(tokens.text2)
        painter.drawText(QRect(metrics.horizontalAdvance(name) + px(8), top, self.width(), line), Qt.AlignmentFlag.AlignLeft, number)
        left, below = 0, top + line + px(4)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)  # pixels are seen as pixels
        for image in images:
            longest = max(image.width(), image.height())
            width, height = (max(round(px(SIDE) * side / longest), 1) for side in (image.width(), image.height()))
            if left + width > self.width():
                break
            place = QRect(left, below, width, height)
            painter.drawImage(place, image)
            painter.setPen(tokens.line)
            painter.drawRect(place.adjusted(0, 0, -1, -1))
            left += width + px(GAP)
