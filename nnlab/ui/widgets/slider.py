"""Sliders: a thin track with a round knob; one linear, one over a logarithmic range.

A click anywhere on the track moves the knob there. The wheel turns only a slider that has the focus, so that scrolling past one
changes nothing.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded

_KNOB = 14
_TRACK = 4
_STEPS = 1000  # of a slider over real numbers


class Slider(QSlider):
    """A horizontal slider over whole numbers; QSlider's own signals say what happens."""

    def __init__(self, theme: Theme, name: str = "", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(22))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.speed_slider, self._theme.metrics.px(22))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(40), self._theme.metrics.px(22))

    def _span(self) -> tuple[float, float]:
        """The knob's leftmost and rightmost centre."""
        half = self._theme.metrics.px(_KNOB) / 2 + 2
        return half, max(half + 1, self.width() - half)

    def _value_at(self, x: float) -> int:
        left, right = self._span()
        share = min(1.0, max(0.0, (x - left) / (right - left)))
        return self.minimum() + round(share * (self.maximum() - self.minimum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setSliderPosition(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        left, right = self._span()
        middle, track, knob = self.height() / 2, metrics.px(_TRACK), metrics.px(_KNOB)
        reach = max(1, self.maximum() - self.minimum())
        x = left + (self.sliderPosition() - self.minimum()) / reach * (right - left)
        enabled = self.isEnabled()
        painter = QPainter(self)
        line = QRectF(left - knob / 2, middle - track / 2, right - left + knob, track)
        fill_rounded(painter, line, track / 2, mix(tokens.panel, tokens.stroke, 0.6))
        line.setRight(x)
        fill_rounded(painter, line, track / 2, tokens.text2 if enabled else tokens.stroke)
        circle = QRectF(x - knob / 2, middle - knob / 2, knob, knob)
        fill_rounded(painter, circle, knob / 2, tokens.text if enabled else tokens.stroke)
        if self.hasFocus():
            outline_rounded(painter, circle.adjusted(-3, -3, 3, 3), knob / 2 + 2, tokens.accent, 2)
        painter.end()


class NumberSlider(Slider):
    """A slider over real numbers from `low` to `high`, by equal steps or, if `logarithmic`, by equal factors.

    With `zero`, the left end of a logarithmic slider is 0 and the factors begin at `low` one step further right.
    `moved(value)` follows every movement, by mouse or keyboard. Raises ValueError for a range it cannot cover.
    """

    moved = Signal(float)

    def __init__(
        self, theme: Theme, low: float, high: float, logarithmic: bool = False, zero: bool = False, name: str = "", tip: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        if not low < high or (logarithmic and low <= 0):
            raise ValueError(f"A slider from {low} to {high} is not possible{' on a logarithmic scale' if logarithmic else ''}.")
        super().__init__(theme, name, tip, parent)
        self._low, self._high, self._logarithmic, self._zero = low, high, logarithmic, zero
        self._setting = False
        self.setRange(0, _STEPS)
        self.setSingleStep(_STEPS // 100)
        self.setPageStep(_STEPS // 10)
        self.valueChanged.connect(self._changed)

    @property
    def number(self) -> float:
        """The value of the knob's position; the ends are exactly `low` (or 0) and `high`."""
        if self.value() in (0, _STEPS):
            return self._high if self.value() else 0.0 if self._zero else self._low
        share = (self.value() - self._zero) / (_STEPS - self._zero)
        if self._logarithmic:
            return self._low * (self._high / self._low) ** share
        return self._low + share * (self._high - self._low)

    def set_number(self, value: float) -> None:
        """Moves the knob, to an end for values beyond it, without emitting `moved`."""
        is_zero = self._zero and value < self._low
        value = min(self._high, max(self._low, value))
        if self._logarithmic:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        self._setting = True
        self.setValue(0 if is_zero else round(self._zero + share * (_STEPS - self._zero)))
        self._setting = False

    def _changed(self) -> None:
        if not self._setting:
            self.moved.emit(self.number)
