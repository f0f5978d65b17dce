"""Number field: a number to type, to step and to drag.

Enter or leaving the field takes what was typed, which is judged at every key; the arrow keys, the wheel and the two arrows at the
right step it (with Shift by ten); dragging the arrows up or down runs through values. Steps fit the number: 1, 2, 5, 10, 20 … on a
logarithmic setting, the second digit of a real number, one for a whole number. What a setting does not accept is not taken: the
field is outlined as an error and `refused` says why.
"""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnlab.core.errors import SettingError
from nnlab.core.setting import Setting, Value
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.numbers import editable, parse_number
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.previewed_value import PreviewedValue
from nnlab.ui.widgets.text_undo import share_undo

MIXED = "mixed"  # what stands in place of several values that differ
_BEGUN = re.compile(r"[+−-]?(\d[\d,]*)?\.?\d*(e[+−-]?)?", re.IGNORECASE)  # the beginning of a number
_DRAG_STEP = 4.0  # pixels of dragging to a step
_LADDER = (1.0, 2.0, 5.0)


def stepped(setting: Setting, value: float, steps: int) -> float:
    """`value` moved by `steps` of a size that fits it, kept within the setting's limits."""
    for _ in range(abs(steps)):
        value = _one_step(setting, value, 1 if steps > 0 else -1)
    low = setting.minimum if setting.minimum is not None else -math.inf
    high = setting.maximum if setting.maximum is not None else math.inf
    value = min(high, max(low, value))
    return round(value) if isinstance(setting.default, int) else float(f"{value:.12g}")


def _one_step(setting: Setting, value: float, direction: int) -> float:
    whole = isinstance(setting.default, int)
    if setting.logarithmic:
        return _ladder(value, direction, smallest=1.0 if whole else abs(float(setting.default)) * 1e-3 or 1e-6)
    if whole:
        return round(value) + direction
    if setting.minimum is not None and setting.maximum is not None:
        size = 10.0 ** math.floor(math.log10((setting.maximum - setting.minimum) / 20))
    else:
        # The smallest doubles have no power of ten a step below them.
        magnitude = max(abs(value) or abs(float(setting.default)) or 1.0, 1e-290)
        size = 10.0 ** (math.floor(math.log10(magnitude)) - 1)
    return round(value / size + direction) * size


def _ladder(value: float, direction: int, smallest: float) -> float:
    """The next of … 0.1, 0.2, 0.5, 1, 2, 5 … above or below; below `smallest` stands 0."""
    if value <= 0:
        return smallest if direction > 0 else value
    exponent = math.floor(math.log10(value))
    rungs = [rung * 10.0**power for power in (exponent - 1, exponent, exponent + 1) for rung in _LADDER]
    near = 1e-9 * value
    if direction > 0:
        return next(rung for rung in rungs if rung > value + near)
    below = next(rung for rung in reversed(rungs) if rung < value - near)
    return below if below >= smallest * (1 - 1e-9) else 0.0


class NumberField(QLineEdit):
    """Edits the number of a `Setting`. `previewed` and `committed` carry checked values, `refused` a sentence or "".

    `considered` carries what is being typed at every key that makes it a value, before it is taken.
    """

    previewed = Signal(object)
    considered = Signal(object)
    committed = Signal(object)
    refused = Signal(str)

    def __init__(
        self, theme: Theme, setting: Setting, value: Value | None = None, arrows: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        share_undo(self)
        self._theme, self._setting, self._arrows = theme, setting, arrows
        self._drag_from: tuple[float, float] | None = None  # (y, value) where a drag of the arrows began
        self._dragged = False
        self._gesture = PreviewedValue(setting.default if value is None else value, self)
        self._gesture.previewed.connect(self.previewed)
        self._gesture.committed.connect(self.committed)
        self.setAccessibleName(setting.label)
        self.setAccessibleDescription(setting.tip)
        self.editingFinished.connect(self._take_text)
        self.textEdited.connect(self._judge)
        self._write()
        follow(theme, self)

    @property
    def value(self) -> Value:
        """The last accepted number."""
        return self._gesture.value  # type: ignore[return-value]

    @property
    def is_busy(self) -> bool:
        """Whether somebody is at it: dragging, stepping, typing, or with its text selected to be typed over."""
        at_work = self.isModified() or bool(self.property("invalid")) or self.hasSelectedText()
        return self._gesture.is_open or self._drag_from is not None or (self.hasFocus() and at_work)

    def set_value(self, value: Value) -> None:
        """Shows a number from outside; nothing is emitted. What is being typed or dragged is given up."""
        self._gesture.settle(value)
        self._refuse("")
        self.setPlaceholderText("")
        self._write()

    @property
    def _own_name(self) -> str:
        """Its accessible name, whoever gave it, without the word for several values."""
        return self.accessibleName().removesuffix(f", {MIXED}")

    def show_mixed(self, value: Value) -> None:
        """Stands for several numbers: empty until one is decided on; steps and drags start from `value`."""
        self._gesture.settle(value, certain=False)
        self._refuse("")
        self.setText("")
        self.setPlaceholderText(MIXED)
        self.setAccessibleName(f"{self._own_name}, {MIXED}")

    def preview(self, value: float, held: bool) -> None:
        """A step of a gesture made elsewhere (the slider beside the field)."""
        self._refuse("")
        self._gesture.preview(self._setting.check(round(value) if isinstance(self._setting.default, int) else value), held)
        self._write()

    def finish(self) -> None:
        """Ends a gesture made elsewhere."""
        self._gesture.finish()

    def step(self, steps: int, held: bool = False) -> None:
        """Moves the number by steps that fit it."""
        self.preview(stepped(self._setting, float(self.value), steps), held)
        self.selectAll()

    def _write(self) -> None:
        value = self.value
        self.setAccessibleName(self._own_name)
        self.setText(editable(value if isinstance(value, (int, float)) else float(value)))
        self.setCursorPosition(0)

    def _judge(self, text: str) -> None:
        """Says at once what is wrong with what is being typed; what may still become a number is waited for."""
        typed = parse_number(text)
        if typed is None and _BEGUN.fullmatch(text.strip()):
            self._refuse("")
            return
        try:
            value = self._setting.check(text if typed is None else typed)
        except SettingError as error:
            self._refuse(str(error))
        else:
            self._refuse("")
            self.considered.emit(value)

    def _take_text(self) -> None:
        if not self.isModified():
            self._gesture.finish()
            return
        typed = parse_number(self.text())
        try:
            value = self._setting.check(self.text() if typed is None else typed)
        except SettingError as error:
            self._refuse(str(error))
            return
        self.setModified(False)
        self._refuse("")
        self._gesture.commit(value)
        self._write()

    def _refuse(self, sentence: str) -> None:
        if bool(sentence) != bool(self.property("invalid")):
            self.setProperty("invalid", bool(sentence))
            self.style().unpolish(self)
            self.style().polish(self)
        self.refused.emit(sentence)

    def apply_metrics(self) -> None:
        self.setTextMargins(0, 0, round(self._arrow_rect().width() if self._arrows else 0), 0)
        self.updateGeometry()
        self.update()

    def _arrow_rect(self) -> QRectF:
        side = self._theme.metrics.px(20)
        return QRectF(self.width() - side - 4, 0, side, self.height())

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(72), self._theme.metrics.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(48), self._theme.metrics.field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ten = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(ten if key == Qt.Key.Key_Up else -ten)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.step(10 if key == Qt.Key.Key_PageUp else -10)
        elif key == Qt.Key.Key_Escape and (self.isModified() or self.property("invalid")):
            self._refuse("")
            self._write()
            self.selectAll()
            self.considered.emit(self.value)  # what was typed is not considered any more
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y()
        if self.hasFocus() and notches:
            self.step(1 if notches > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._gesture.finish()

    def _on_arrows(self, position: QPointF) -> bool:
        return self._arrows and self.isEnabled() and self._arrow_rect().contains(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._on_arrows(event.position()):
            self._drag_from, self._dragged = (event.position().y(), float(self.value)), False
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.SizeVerCursor if self._on_arrows(event.position()) or self._drag_from else Qt.CursorShape.IBeamCursor)
        if self._drag_from is None:
            super().mouseMoveEvent(event)
            return
        start, value = self._drag_from
        steps = int((start - event.position().y()) / _DRAG_STEP)
        self._dragged = self._dragged or steps != 0
        if self._dragged:
            self.preview(stepped(self._setting, value, steps), held=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            super().mouseReleaseEvent(event)
            return
        if not self._dragged:
            self.step(1 if event.position().y() < self.height() / 2 else -1, held=True)
        self._drag_from = None
        self._gesture.finish()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._paint_unit()
        if self._arrows:
            painter = QPainter(self)
            side = self._theme.metrics.px(16)
            place = QRectF(0, 0, side, side)
            place.moveCenter(self._arrow_rect().center())
            glyph("stepper").draw(painter, place, self._theme.tokens.text2 if self.isEnabled() else self._theme.tokens.stroke)
            painter.end()

    def _paint_unit(self) -> None:
        """Writes what the number counts behind it, where there is room."""
        if not self._setting.unit or not self.text():
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption"))
        left = self._theme.metrics.px(14) + self.fontMetrics().horizontalAdvance(self.text())
        right = self.width() - self.textMargins().right() - self._theme.metrics.px(8)
        if painter.fontMetrics().horizontalAdvance(self._setting.unit) <= right - left:
            painter.setPen(self._theme.tokens.text3)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(left, 0, right - left, self.height()), middle, self._setting.unit)
        painter.end()
