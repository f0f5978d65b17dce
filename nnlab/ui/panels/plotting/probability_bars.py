"""One sample under the lens: its image, and how the network spreads its belief over the classes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core.short_names import legible
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import fill_rounded


class ProbabilityBars(QWidget):
    """A bar for every class; the true one carries a check mark, the predicted one is bright."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._names: tuple[str, ...] = ()
        self._shares = np.empty(0)
        self._true: int | None = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def shares(self) -> np.ndarray:
        return self._shares

    def show_sample(self, image: QImage | None, names: tuple[str, ...], shares: np.ndarray, true: int | None) -> None:
        """`true`: the sample's class, None for an input of one's own, which has none."""
        self._image, self._names, self._shares, self._true = image, legible(names), shares, true
        best = int(np.argmax(np.nan_to_num(shares, nan=-1.0)))
        what = "Own input" if true is None else f"Sample of class {names[true]}"
        self.setAccessibleName(f"{what}: predicted {names[best]} with {numbers.percent(float(shares[best]))}")
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens.panel)
        metrics, strong = (QFontMetricsF(self._theme.font(name)) for name in ("caption", "caption_strong"))
        side = min(px(56), self.height() // 3)
        if self._image is not None:
            painter.drawImage(QRectF(0, 0, side, side), self._image)
        if not len(self._shares):
            painter.end()
            return
        best = int(np.argmax(np.nan_to_num(self._shares, nan=-1.0)))
        top = side + px(6) if self._image is not None else 0.0
        row = min(px(18), (self.height() - top) / len(self._names))
        names = min(max(strong.horizontalAdvance(name) for name in self._names), self.width() * 0.4)
        left, right = px(16) + names + px(6), self.width() - strong.horizontalAdvance("> 99.9 %") - px(6)
        for k, (name, share) in enumerate(zip(self._names, self._shares.tolist(), strict=True)):
            line = QRectF(0, top + k * row, self.width(), row)
            if k == self._true:
                mark = min(px(14), row)
                glyph("check").draw(painter, QRectF(0, line.center().y() - mark / 2, mark, mark), tokens.text)
            painter.setFont(self._theme.font("caption_strong" if k == best else "caption"))
            painter.setPen(tokens.text if k == best else tokens.text2)
            shown = (strong if k == best else metrics).elidedText(name, Qt.TextElideMode.ElideMiddle, names + 2)
            painter.drawText(QRectF(px(16), line.top(), names + 4, row), Qt.AlignmentFlag.AlignVCenter, shown)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, numbers.percent(share))
            length = 0.0 if np.isnan(share) else max(0.0, min(1.0, share)) * max(0.0, right - left)
            if length >= 0.5:
                thick = max(2.0, row * 0.5)
                bar = QRectF(left, line.center().y() - thick / 2, length, thick)
                fill_rounded(painter, bar, 1.5, tokens.text if k == best else tokens.text3)
        painter.end()
