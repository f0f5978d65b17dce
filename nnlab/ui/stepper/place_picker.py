"""PlacePicker: "neuron 4 of 8", to change with the wheel, the arrow keys, the two arrows, or by typing a number."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.icons import glyph
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.elements import NamedAxis
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

_STEPS = {
    Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10,
}  # fmt: skip
WIDEST_NAME = 150  # pixels of a column's name
TYPING = 1200  # milliseconds after which the next digit begins another number


class PlacePicker(QWidget):
    """One axis of the explained element. `chosen(place)` counts from 0; what is shown counts from 1."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._word, self._place, self._length = "", 0, 1
        self._is_short = False  # without the axis' length, where there is little room
        self._names: tuple[str, ...] = ()
        self._typed = ""
        self._pause = QTimer(self, singleShot=True, interval=TYPING)
        self._pause.timeout.connect(self._forget)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def show_place(self, word: str, place: int, length: int) -> None:
        changed = (word, length) != (self._word, self._length)
        self._word, self._place, self._length = word, place, length
        name = f", {self._names[place]}" if place < len(self._names) else ""
        self.setAccessibleName(f"{word} {place + 1} of {length}{name}")
        self.setToolTip(
            f"The {word} to explain, {count(place + 1)} of {count(length)}{name}. "
            "Choose another with the arrow keys, the wheel, a number or a click on a cell."
        )
        if changed:
            self.updateGeometry()
        self.update()

    def show_axis(self, axis: NamedAxis, place: int) -> None:
        """A place along an axis, by the name that the data has for it."""
        self._names = axis.names
        self.show_place(axis.word, place, axis.length)

    @property
    def text(self) -> str:
        return f"{self._word} {self._name}{self._of_how_many}"

    @property
    def _name(self) -> str:
        """The place's number, or what the data calls it, in the middle shortened where it is long."""
        if self._place >= len(self._names):
            return count(self._place + 1)
        size = QFontMetrics(self._theme.font("name"))
        return size.elidedText(self._names[self._place], Qt.TextElideMode.ElideMiddle, self._theme.metrics.px(WIDEST_NAME))

    @property
    def _of_how_many(self) -> str:
        return "" if self._is_short or self._names else f" of {count(self._length)}"

    def set_short(self, is_short: bool) -> None:
        """Leaves out how many there are; the tooltip and a screen reader still say it."""
        if is_short != self._is_short:
            self._is_short = is_short
            self.updateGeometry()
            self.update()

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self.size_of(self._is_short)

    def size_of(self, is_short: bool) -> QSize:
        """The room it takes in full or short."""
        metrics = self._theme.metrics
        size = QFontMetrics(self._theme.font("name"))
        widest = f"{self._word} {count(self._length)}" + ("" if is_short else f" of {count(self._length)}")
        width = size.horizontalAdvance(widest)
        if self._names:
            longest = max(size.horizontalAdvance(name) for name in self._names)
            width = size.horizontalAdvance(f"{self._word} ") + min(longest, metrics.px(WIDEST_NAME))
        return QSize(width + metrics.px(16) + metrics.px(18), metrics.field)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        if self.underMouse() or self.hasFocus():
            fill_rounded(painter, self.rect(), self._theme.metrics.radius_field, tokens.card)
        x = float(px(8))
        place = self._name
        for text, role, color in (
            (f"{self._word} ", "body", tokens.text2),
            (place, "name", tokens.text),
            (self._of_how_many, "body", tokens.text2),
        ):
            painter.setFont(self._theme.font(role))  # type: ignore[arg-type]
            painter.setPen(color)
            painter.drawText(QRectF(x, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += QFontMetricsF(painter.font()).horizontalAdvance(text)
        side = px(14)
        glyph("stepper").draw(painter, QRectF(x + px(3), (self.height() - side) / 2, side, side), tokens.text2)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()

    def choose(self, place: int) -> None:
        """Asks for a place, kept within the axis."""
        place = min(max(place, 0), self._length - 1)
        if place != self._place:
            self.chosen.emit(place)

    def _on_arrows(self, place: QPointF) -> bool:
        text = QFontMetricsF(self._theme.font("name")).horizontalAdvance(self.text)
        return place.x() > min(text, self.width() - self._theme.metrics.px(24))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._on_arrows(event.position()):
            self.choose(self._place + (-1 if event.position().y() > self.height() / 2 else 1))

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y()
        if notches:
            self.choose(self._place + (1 if notches > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.choose(self._place + _STEPS[key])
        elif key == Qt.Key.Key_Home:
            self.choose(0)
        elif key == Qt.Key.Key_End:
            self.choose(self._length - 1)
        elif event.text().isdigit():
            self._type(event.text())
        else:
            super().keyPressEvent(event)

    def _type(self, digit: str) -> None:
        typed = self._typed + digit
        if not 1 <= int(typed) <= self._length:
            typed = digit
        self._typed = typed
        self._pause.start()
        if 1 <= int(typed) <= self._length:
            self.choose(int(typed) - 1)

    def _forget(self) -> None:
        self._typed = ""
