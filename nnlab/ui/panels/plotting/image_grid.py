"""Images with what the network takes them for: those it gets wrong first.

The order follows the network at a calm pace, so that an eye can stay on an image; what is written below an image is always the
newest answer.
"""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.colormaps import to_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import outline_rounded

ORDER_SECONDS = 1.0  # how often the order may change while training runs


def sample_images(samples: np.ndarray, planes: tuple[int, int, int], theme: Theme) -> list[QImage]:
    """Samples (count, pixels) as images of `planes` (channels, height, width), scaled over all of them together.

    Grey ones go from the canvas' colour (least) to the text's (most); three channels are red, green and blue in every theme.
    """
    if not len(samples):
        return []
    low, high = float(samples.min()), float(samples.max())
    share = np.moveaxis(((samples - low) / (high - low if high > low else 1.0)).reshape(-1, *planes), 1, -1)
    ground, ink = (np.array([c.red(), c.green(), c.blue()], dtype=np.float64) for c in (theme.tokens.canvas, theme.tokens.text))
    rgb = np.rint(share * 255.0 if planes[0] == 3 else ground + share * (ink - ground)).astype(np.uint32)
    pixels = np.uint32(0xFF000000) | rgb[..., 0] << np.uint32(16) | rgb[..., 1] << np.uint32(8) | rgb[..., 2]
    return [to_image(image) for image in pixels]


class ImageGrid(QWidget):
    """`chosen(sample)` when the person picks an image; −1 when nothing is picked any more."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: list[QImage] = []
        self._made_for: tuple[object, bool] = (None, False)
        self._names: tuple[str, ...] = ()
        self._true = self._predicted = np.empty(0, dtype=np.int64)
        self._order = np.empty(0, dtype=np.int64)
        self._ordered_at = -1e9
        self._current: int | None = None
        self.setAccessibleName("Images, wrong answers first")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def order(self) -> np.ndarray:
        """Sample numbers as they are shown, from the first place on."""
        return self._order

    @property
    def current(self) -> int | None:
        return self._current

    def image(self, sample: int) -> QImage:
        return self._images[sample]

    def show_samples(
        self, owner: object, samples: np.ndarray, planes: tuple[int, int, int], names: tuple[str, ...], true: np.ndarray,
        predicted: np.ndarray, is_live: bool,
    ) -> None:  # fmt: skip
        """Samples (count, pixels), class numbers true and predicted (count,). Images are made once for each `owner` of the samples;

        `is_live`: training runs, keep the order calm.
        """
        made_for = (owner, self._theme.is_dark)
        is_new = made_for[0] is not self._made_for[0] or made_for[1] != self._made_for[1]
        if is_new:
            self._images = sample_images(samples, planes, self._theme)
            if made_for[0] is not self._made_for[0]:
                self.choose(None)
            self._made_for = made_for
        self._names, self._true, self._predicted = names, true, predicted
        now = time.monotonic()
        if is_new or not is_live or now - self._ordered_at >= ORDER_SECONDS or len(self._order) != len(true):
            self._ordered_at = now
            self._order = np.argsort(predicted == true, kind="stable")
        self.update()

    def choose(self, sample: int | None) -> None:
        if sample != self._current:
            self._current = sample
            self.chosen.emit(-1 if sample is None else sample)
            self.update()

    def caption(self, sample: int) -> str:
        """The answer, and for a wrong one what it should have been: 9→4."""
        true, predicted = self._names[self._true[sample]], self._names[self._predicted[sample]]
        return predicted if true == predicted else f"{true}→{predicted}"

    def apply_metrics(self) -> None:
        self.update()

    # Geometry

    @property
    def _side(self) -> int:
        """Of an image: 36 pixels, 51 in a large window."""
        metrics = self._theme.metrics
        return max(metrics.px(36), metrics.dock // 8)

    def _cell(self) -> tuple[float, float]:
        """Width and height of an image with its caption and the gaps behind them."""
        px, line = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption")).height()
        return self._side + px(8), self._side + line + px(6)

    @property
    def columns(self) -> int:
        return max(1, int((self.width() + self._theme.metrics.px(8)) // self._cell()[0]))

    @property
    def shown(self) -> int:
        """How many images there is room for."""
        rows = max(1, int((self.height() + self._theme.metrics.px(6)) // self._cell()[1]))
        return min(len(self._order), rows * self.columns)

    def place(self, position: int) -> QRectF:
        """The rectangle of the image at a position of the order."""
        width, height = self._cell()
        side = self._side
        return QRectF(position % self.columns * width, position // self.columns * height, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.panel)
        line = QFontMetricsF(self._theme.font("caption")).height()
        for position, sample in enumerate(self._order[: self.shown].tolist()):
            place = self.place(position)
            image = self._images[sample]
            size = QSizeF(image.size()).scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            middle = place.center()
            painter.drawImage(QRectF(middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height()), image)
            wrong = self._true[sample] != self._predicted[sample]
            painter.setFont(self._theme.font("caption_strong" if wrong else "caption"))
            painter.setPen(tokens.text if wrong else tokens.text3)
            below = QRectF(place.left() - 4, place.bottom() + 1, place.width() + 8, line)
            caption = painter.fontMetrics().elidedText(self.caption(sample), Qt.TextElideMode.ElideMiddle, int(below.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, caption)
            if sample == self._current:
                outline_rounded(painter, place.adjusted(-2, -2, 2, 2), 3, tokens.accent, 2)
        painter.end()

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        for position in range(self.shown):
            if self.place(position).adjusted(0, 0, 8, 16).contains(event.position()):
                sample = int(self._order[position])
                self.choose(None if sample == self._current else sample)
                return
        self.choose(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and self._current is None and self.shown:
            self.choose(int(self._order[0]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self.columns, Qt.Key.Key_Down: self.columns}
        step = steps.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._current is not None:
            self.choose(None)
        elif step is not None and self.shown:
            found = np.flatnonzero(self._order[: self.shown] == self._current) if self._current is not None else np.empty(0)
            position = int(found[0]) + step if len(found) else 0
            if 0 <= position < self.shown:
                self.choose(int(self._order[position]))
        else:
            super().keyPressEvent(event)
