"""The loss of every sample as a bar, with what was predicted and what is true below it. A click looks at that sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import Operator
from nnlab.ui.look.numbers import fixed, number
from nnlab.ui.look.theme import Theme, follow


@dataclass(frozen=True, eq=False)
class LossPicture:
    """Per sample: its loss (None while only the gradient is known), and named rows of numbers."""

    bars: np.ndarray
    rows: tuple[tuple[str, np.ndarray], ...]
    sample: int
    mean: float | None
    title: str


def loss_picture(kind: Operator, moment: ExplanationContext, sample: int, unit: int) -> LossPicture | None:
    """The picture of a loss operator's moment, forward or backward; None when it keeps no loss per sample."""
    tensors = {**moment.before, **moment.after}
    target = np.asarray(tensors[kind.target.name]) if kind.target is not None else None
    source = kind.inputs[0].name
    outputs = np.asarray(tensors[source]) if source in tensors else None
    per_sample = tensors.get("sample_loss")
    rows: list[tuple[str, np.ndarray]] = []
    if target is None:
        return None
    if kind.link == "softmax":
        classes = target.ravel().astype(int)
        probability = tensors.get("probability")
        if probability is not None:
            rows.append(("p", np.asarray(probability)[np.arange(len(classes)), classes]))
        rows.append(("class", classes))
    else:
        column = (slice(None), min(unit, target[0].size - 1))
        if outputs is not None:
            values = outputs.reshape(len(outputs), -1)[column]
            rows.append(("z" if kind.link == "sigmoid" else "y", values))
        rows.append(("t", target.reshape(len(target), -1)[column]))
    gradient = moment.after.get(f"d_{source}")
    if gradient is not None:
        steps = np.asarray(gradient).reshape(len(gradient), -1)
        rows.append(("∂L", steps[:, min(unit, steps.shape[1] - 1)]))
        bars, title, mean = np.abs(steps).sum(axis=1), "size of the gradient, per sample", None
    elif per_sample is not None:
        bars, title, mean = np.asarray(per_sample), "loss per sample", float(np.ravel(moment.after["loss"])[0])
    else:
        return None
    return LossPicture(np.asarray(bars, dtype=np.float64), tuple(rows), sample, mean, title)


class LossBars(QWidget):
    """Shows a `LossPicture`. `chosen(sample)` when the person picks one."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: LossPicture | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        follow(theme, self)

    @property
    def picture(self) -> LossPicture | None:
        return self._picture

    def show_picture(self, picture: LossPicture) -> None:
        self._picture = picture
        self.setAccessibleName(f"{picture.title}: sample {picture.sample + 1} has {number(float(picture.bars[picture.sample]))}")
        self.update()

    def apply_metrics(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(320), self._theme.metrics.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(180), self._theme.metrics.px(100))

    def _columns(self) -> QRectF:
        """The room of the bars and the numbers below them."""
        px = self._theme.metrics.px
        return QRectF(self.rect()).adjusted(px(36), px(28), -px(8), -px(8))

    def _lines(self, picture: LossPicture, width: float) -> list[tuple[str, list[str]]]:
        """The rows of numbers as text, with as many digits as fit below a bar; none if not even two do."""
        size = QFontMetricsF(self._theme.font("caption"))
        for digits in (3, 2):
            lines = [(name, [_cell(name, float(v), digits) for v in row]) for name, row in picture.rows]
            if max((size.horizontalAdvance(text) for _, texts in lines for text in texts), default=0) + 3 <= width:
                return lines
        return []

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        if picture is None:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        room = self._columns()
        width = room.width() / len(picture.bars)
        line = px(20)
        rows = self._lines(picture, width)
        base = room.bottom() - line * (len(rows) + 1)
        painter.setPen(tokens.text2)
        painter.drawText(QRectF(room.left(), 0, room.width(), px(20)), Qt.AlignmentFlag.AlignVCenter, picture.title)
        self._paint_bars(painter, picture, QRectF(room.left(), room.top(), room.width(), base - room.top()))
        self._paint_numbers(painter, picture, rows, QRectF(room.left(), base, room.width(), line))
        painter.end()

    def _paint_bars(self, painter: QPainter, picture: LossPicture, room: QRectF) -> None:
        tokens = self._theme.tokens
        finite = np.where(np.isfinite(picture.bars), picture.bars, 0.0)
        scale = room.height() / max(float(finite.max()), 1e-30)
        width = room.width() / len(finite)
        bar = max(1.0, min(width * 0.7, self._theme.metrics.px(36)))
        painter.fillRect(QRectF(room.left(), room.bottom(), room.width(), 1), tokens.stroke)
        for k, value in enumerate(finite.tolist()):
            height = max(1.0, value * scale)
            color = tokens.accent if k == picture.sample else tokens.text3
            painter.fillRect(QRectF(room.left() + (k + 0.5) * width - bar / 2, room.bottom() - height, bar, height), color)
        if picture.mean is not None and np.isfinite(picture.mean):
            y = room.bottom() - picture.mean * scale
            pen = QPen(tokens.text, 1.0)
            pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            text = f"mean {number(picture.mean)}"
            place = QRectF(room.left(), y - self._theme.metrics.px(18), room.width(), self._theme.metrics.px(17))
            painter.setPen(tokens.text)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_numbers(self, painter: QPainter, picture: LossPicture, rows: list[tuple[str, list[str]]], first: QRectF) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        width = first.width() / len(picture.bars)
        # Every sample has its number where there is room, else every fifth or tenth.
        stride = next((s for s in (1, 2, 5, 10, 20, 50, 100) if s * width >= px(24)), 100)
        # The chosen one has its number always, and must not run into its neighbours.
        counted = [k for k in range(len(picture.bars)) if (k + 1) % stride == 0 and abs(k - picture.sample) * width >= px(24)]
        names = [str(k + 1) if k in counted or k == picture.sample else "" for k in range(len(picture.bars))]
        lines = [("n", names), *rows]
        for row, (name, texts) in enumerate(lines):
            top = first.top() + row * first.height() + px(2)
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2)
            painter.drawText(QRectF(0, top, px(28), first.height()), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            for k, text in enumerate(texts):
                chosen = k == picture.sample
                painter.setFont(self._theme.font("caption_strong" if chosen else "caption"))
                painter.setPen(tokens.text if chosen or row else tokens.text2)
                half = QFontMetricsF(painter.font()).horizontalAdvance(text) / 2
                middle = min(first.left() + (k + 0.5) * width, self.width() - half - 1)
                painter.drawText(QRectF(middle - px(40), top, px(80), first.height()), Qt.AlignmentFlag.AlignCenter, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._picture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        room = self._columns()
        sample = int((event.position().x() - room.left()) / room.width() * len(self._picture.bars))
        if 0 <= sample < len(self._picture.bars):
            self.chosen.emit(sample)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._picture is None or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(min(max(self._picture.sample + step, 0), len(self._picture.bars) - 1))


def _cell(name: str, value: float, digits: int) -> str:
    if name == "class" or value.is_integer():
        return str(int(value))
    return number(value, digits) if abs(value) >= 1e-3 else fixed(value, digits + 1)
