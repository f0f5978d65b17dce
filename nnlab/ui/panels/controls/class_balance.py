"""How many samples of each class there are: a bar for each, training filled and validation outlined. For numbers, their range."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core.preparation import Data
from nnlab.core.short_names import distinguished
from nnlab.training.feature_statistics import class_counts
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.class_colors import class_colors
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded

MOST_ROWS = 12


class ClassBalance(QWidget):
    """Training and validation samples by class."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()  # without the words that all have in common
        self._counts = self._held = np.empty(0, dtype=np.int64)
        self._text, self._has_plane = "", False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def counts(self) -> np.ndarray:
        """Samples of each class; empty for a continuous target."""
        return self._counts

    @property
    def text(self) -> str:
        """What is said in words: the range of numbers, or the classes that had no room."""
        return self._text

    def show_data(self, data: Data | None) -> None:
        self._names, self._text = (), ""
        self._counts = self._held = np.empty(0, dtype=np.int64)
        self._has_plane = data is not None and data.raw_x.shape[1] == 2
        if data is not None and data.target.kind == "continuous":
            values = np.concatenate([data.y.ravel(), data.validation_y.ravel()])
            self._text = f"{data.target.names[0]} from {numbers.number(float(values.min()))} to {numbers.number(float(values.max()))}"
        elif data is not None:
            self._names = data.target.names
            training, self._held = class_counts(data)
            self._counts = training + self._held
            hidden = len(self._names) - MOST_ROWS
            self._text = f"and {numbers.count(hidden)} more classes" if hidden > 0 else ""
        self._short = distinguished(self._names)
        words = [f"{name} {written}" for name, written in zip(self._names, self._written(), strict=True)]
        self.setAccessibleName(", ".join([*words, self._text]) if words else self._text)
        self.setToolTip("\n".join(words[:MOST_ROWS]))
        self.updateGeometry()
        self.update()

    def class_at(self, y: float) -> int | None:
        """The class whose row is at a height; None where there is none."""
        row = int(y // self._theme.metrics.px(20))
        return row if 0 <= row < min(len(self._names), MOST_ROWS) else None

    def _written(self) -> list[str]:
        """The samples of every class: in training, and behind a comma in validation if there are any."""
        has_held = bool(self._held.any())
        return [
            f"{numbers.count(int(whole - held))}, {numbers.count(int(held))}" if has_held else numbers.count(int(whole))
            for whole, held in zip(self._counts, self._held, strict=True)
        ]

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = min(len(self._names), MOST_ROWS) + bool(self._text)
        return QSize(self._theme.metrics.px(160), rows * self._theme.metrics.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter = QPainter(self)
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        row, left, right = px(20), px(16), self.width() - px(16)
        whole = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        names = self._names if whole <= px(110) else self._short
        widest = min(max((metrics.horizontalAdvance(name) for name in names), default=0.0), px(110))
        written = self._written()
        count_width = max((metrics.horizontalAdvance(text) for text in written), default=0.0)
        start, end = left + widest + px(8), right - count_width - px(8)
        most = max(1, int(self._counts.max(initial=1)))
        y = 0
        middle = Qt.AlignmentFlag.AlignVCenter
        for k, (name, count) in enumerate(zip(names[:MOST_ROWS], self._counts.tolist(), strict=False)):
            painter.setPen(tokens.text2)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, widest + 1)
            painter.drawText(QRectF(left, y, widest + 2, row), middle, shown)
            painter.setPen(tokens.text)
            painter.drawText(QRectF(left, y, right - left, row), middle | Qt.AlignmentFlag.AlignRight, written[k])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            held = int(self._held[k])
            filled, whole = ((end - start) * n / most for n in (count - held, count))
            fill_rounded(painter, QRectF(start, y + row / 2 - px(3), max(2.0, filled), px(6)), 2, self._color(k))
            if held:
                rest = QRectF(start + filled + 1.5, y + row / 2 - px(3) + 0.5, max(2.0, whole - filled - 2), px(6) - 1)
                outline_rounded(painter, rest, 2, self._color(k), 1)
            y += row
        if self._text:
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(left, y, right - left, row), middle, self._text)
        painter.end()

    def _color(self, k: int) -> QColor:
        """The colour of the class' points in the plane; without a plane, none."""
        if not self._has_plane:
            return self._theme.tokens.text3
        if len(self._names) == 2:
            return self._theme.tokens.pos if k else self._theme.tokens.neg
        return QColor(*class_colors(len(self._names), self._theme.is_dark)[k])
