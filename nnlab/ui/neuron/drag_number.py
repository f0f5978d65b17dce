"""A number to drag: its name, the number in the colour of its sign, and a slider that starts at 0 in its middle.

Dragging the number moves it by 0.1 a step (0.01 with Shift), dragging the slider puts it where the mouse is, arrow keys step, a double
click or Enter types. Movements of one drag, or of keys in quick succession, are one gesture, so that undo takes them back together.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from nnlab.ui.look.numbers import editable, parse_number, short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

STEP, FINE, PIXELS = 0.1, 0.01, 4.0  # a drag of so many pixels is a step
PAUSE = 0.6  # seconds after which another key begins another gesture
KNOB, TRACK = 12, 4


class _NumberEditor(QLineEdit):
    """Keeps Enter for itself: the number below would open its field again with it, and take the old number back later."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class DragNumber(QWidget):
    """`moved(value, gesture)` at every change that a person makes; `entered` when the mouse is over it."""

    moved = Signal(float, str)
    refused = Signal(str)

    def __init__(self, theme: Theme, label: str, span: float = 2.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.label, self._least_span = theme, label, span
        self._short_label = ""
        self._value, self._span = 0.0, span
        self._gesture, self._last_key = 0, 0.0
        self._grab: tuple[str, float, float] | None = None  # what is held, where from, and the number then
        self._editor: QLineEdit | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setToolTip("Drag the number or the slider; arrow keys step, with Shift finely; a double click types")
        follow(theme, self)

    @property
    def value(self) -> float:
        return self._value

    def show_value(self, value: float, label: str | None = None, short_label: str = "") -> None:
        """A number from outside; nothing is emitted. `short_label` stands where there is no room for the other."""
        self._value = value
        if label is not None:
            self.label, self._short_label = label, short_label
        if self._grab is None:
            self._span = self._least_span
            while abs(value) > self._span:
                self._span *= 2
        self.setAccessibleName(f"{self.label} {short(value)}")
        self.update()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(44))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(150), self._theme.metrics.px(44))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(84), self._theme.metrics.px(44))

    # Geometry

    @property
    def _track(self) -> QRectF:
        px = self._theme.metrics.px
        half = px(KNOB) / 2 + 1
        return QRectF(half, self.height() - px(11) - px(TRACK) / 2, self.width() - 2 * half, px(TRACK))

    def _on_slider(self, place: QPointF) -> bool:
        return place.y() > self.height() - self._theme.metrics.px(20)

    # Changing

    def _set(self, value: float) -> None:
        value = round(value, 6) + 0.0
        if value != self._value:
            self.show_value(value)
            self.moved.emit(value, f"laboratory {id(self)} {self._gesture}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._gesture += 1
        place = event.position()
        self._grab = ("slider" if self._on_slider(place) else "number", place.x(), self._value)
        if self._grab[0] == "slider":
            self._slide(place.x(), event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._on_slider(event.position()) else Qt.CursorShape.SizeHorCursor)
        if self._grab is None:
            return
        kind, start, value = self._grab
        if kind == "slider":
            self._slide(event.position().x(), event)
        else:
            step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            steps = int((event.position().x() - start) / PIXELS)
            if steps:
                self._set(value + steps * step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grab = None
        self.show_value(self._value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._grab = None
        if not self._on_slider(event.position()):
            self.type()

    def _slide(self, x: float, event: QMouseEvent) -> None:
        track = self._track
        share = min(1.0, max(0.0, (x - track.left()) / track.width()))
        step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP / 2
        self._set(round((2 * share - 1) * self._span / step) * step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in moves:
            now = time.monotonic()
            self._gesture += now - self._last_key > PAUSE
            self._last_key = now
            self._set(self._value + moves[key] * (FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.type()
        else:
            super().keyPressEvent(event)

    # Typing

    def type(self) -> None:
        """Opens a field over the number."""
        if self._editor is None:
            editor = _NumberEditor(self)
            editor.setAccessibleName(f"{self.label}, number")
            editor.editingFinished.connect(self._take)
            self._editor = editor
        self._editor.setText(editable(self._value))
        self._editor.setGeometry(0, 0, self.width(), self._theme.metrics.field)
        self._editor.show()
        self._editor.selectAll()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        editor = self._editor
        if editor is None or editor.isHidden():
            return
        value = parse_number(editor.text())
        editor.hide()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if value is None:
            self.refused.emit(f"“{editor.text()}” is not a number; type for example 0.25 or −3e−2.")
            return
        self._gesture += 1
        self._set(value)

    # Painting

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._last_key = 0.0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, px, track = self._theme.tokens, self._theme.metrics.px, self._track
        color = tokens.pos if self._value > 0 else tokens.neg if self._value < 0 else tokens.text
        text = short(self._value, 3 if self.width() < px(110) else 4)
        font = self._theme.font("number")
        width, shortest = QFontMetricsF(font).horizontalAdvance(text), self._short_label or self.label
        if width + px(8) + QFontMetricsF(self._theme.font("body")).horizontalAdvance(shortest) > self.width() - px(2):
            font = self._theme.font("counter")  # beside large type a narrow field has room for the name only so
            width = QFontMetricsF(font).horizontalAdvance(text)
        head = QRectF(0, 0, self.width() - px(2), px(24))
        painter.setFont(font)
        painter.setPen(color if self.isEnabled() else tokens.text3)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(self._theme.font("body"))
        painter.setPen(tokens.text)
        room = head.adjusted(px(2), 0, -width - px(6), 0)
        size = QFontMetricsF(painter.font())
        label = self._short_label if self._short_label and size.horizontalAdvance(self.label) > room.width() else self.label
        elided = size.elidedText(label, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
        fill_rounded(painter, track, track.height() / 2, mix(tokens.canvas, tokens.stroke, 0.6))
        middle = track.center().x()
        x = middle + max(-1.0, min(1.0, self._value / self._span)) * track.width() / 2
        filled = QRectF(min(middle, x), track.top(), abs(x - middle), track.height())
        painter.fillRect(filled, color)
        painter.setPen(QPen(tokens.text2, 1))
        painter.drawLine(QPointF(middle, track.center().y() - px(5)), QPointF(middle, track.center().y() + px(5)))
        knob = QRectF(0, 0, px(KNOB), px(KNOB))
        knob.moveCenter(QPointF(x, track.center().y()))
        fill_rounded(painter, knob, knob.height() / 2, tokens.text if self.isEnabled() else tokens.stroke)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()
