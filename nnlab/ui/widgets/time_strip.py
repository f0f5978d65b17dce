"""Time strip: a thin line for the whole run, on which one goes back to any earlier iteration, and forth again.

It lies along the upper edge of the transport bar. What is past is bright, what lies ahead after going back is quiet; marks stand where
something was changed. Drag or click goes there, arrows go one iteration, digits and Enter to the one that is typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

LINE, KNOB = 3, 8  # pixels at 100 %
NEAR = 5.0  # pixels from a mark at which it is named
PAGE = 20  # Page Up and Page Down go this part of the run
MOST_DIGITS = 12


class TimeStrip(QWidget):
    """`asked(iteration)` says where the person wants to go; the strip moves when `set_time` says that the run is there.

    `menu_asked(place on the screen)` by the right button or the menu key.
    """

    asked = Signal(int)
    menu_asked = Signal(QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._iteration = self._latest = 0
        self._marks: tuple[tuple[int, str], ...] = ()
        self._branches: tuple[tuple[int, str], ...] = ()
        self._hovered: int | None = None  # the iteration under the pointer
        self._dragged: int | None = None
        self._typed = ""
        self._bubble = _Bubble(theme, self)
        self.setAccessibleName("Time of the run")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)
        self._describe()

    def set_time(self, iteration: int, latest: int) -> None:
        """Where the run is, and how far it has ever come."""
        if (iteration, latest) == (self._iteration, self._latest):
            return
        had_time, drawn = self._latest > 0, self._places()
        self._iteration, self._latest = iteration, max(iteration, latest)
        self._describe()
        if had_time != (self._latest > 0):
            self.setCursor(Qt.CursorShape.PointingHandCursor if self._latest else Qt.CursorShape.ArrowCursor)
        if self._places() != drawn:  # a run that goes on stands at the end all the while
            self.update()

    def set_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Iterations at which something was changed, with words."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    def set_branches(self, branches: Sequence[tuple[int, str]]) -> None:
        """Iterations at which other runs went their own way, with words: hollow dots."""
        if tuple(branches) != self._branches:
            self._branches = tuple(branches)
            self.update()

    @property
    def iteration(self) -> int:
        return self._iteration

    @property
    def latest(self) -> int:
        return self._latest

    @property
    def is_in_the_past(self) -> bool:
        return self._iteration < self._latest

    @property
    def bubble_text(self) -> str:
        """What stands above the line while one points, drags or types; empty when nothing does."""
        return self._bubble.text if self._bubble.isVisible() else ""

    def _describe(self) -> None:
        where = f"Iteration {count(self._iteration)} of {count(self._latest)}"
        self.setAccessibleDescription(where)
        self.setToolTip(
            f"{where}. Click or drag to go back to an earlier iteration; arrows go one iteration, digits and Enter to the one you type."
            if self._latest
            else "After training, you can go back to any earlier iteration here."
        )

    # Places

    def _places(self) -> tuple[object, ...]:
        """What decides how the strip looks."""
        marks = (round(self.x_of(at)) for at, _ in self._marks)
        return self._latest > 0, self.is_in_the_past, round(self.x_of(self._iteration)), *marks

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.grid)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(400), self._theme.metrics.grid)

    def x_of(self, iteration: int) -> float:
        """Where an iteration lies, in pixels from the left."""
        inset = self._theme.metrics.px(KNOB) / 2 + 2
        return inset + (self.width() - 2 * inset) * (iteration / self._latest if self._latest else 0.0)

    def iteration_at(self, x: float) -> int:
        """The iteration nearest to a place; a mark that is near enough draws it to itself."""
        inset = self._theme.metrics.px(KNOB) / 2 + 2
        share = min(1.0, max(0.0, (x - inset) / max(1.0, self.width() - 2 * inset)))
        near = min((*self._marks, *self._branches), key=lambda mark: abs(self.x_of(mark[0]) - x), default=None)
        if near is not None and abs(self.x_of(near[0]) - x) <= NEAR:
            return near[0]
        return round(share * self._latest)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._latest:
            event.ignore()
            return
        self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._latest:
            return
        if event.buttons() & Qt.MouseButton.LeftButton and self._dragged is not None:
            self._drag_to(event.position().x())
            return
        self._hovered = self.iteration_at(event.position().x())
        self._say(self._hovered)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        if not self._typed:
            self._bubble.hide()
        self.update()

    def _drag_to(self, x: float) -> None:
        there = self.iteration_at(x)
        self._say(there)
        if there != self._dragged:
            self._dragged = there
            self.asked.emit(there)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, page = event.key(), max(1, self._latest // PAGE)
        goals = {
            Qt.Key.Key_Left: self._iteration - 1, Qt.Key.Key_Right: self._iteration + 1,
            Qt.Key.Key_PageUp: self._iteration - page, Qt.Key.Key_PageDown: self._iteration + page,
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self._latest,
        }  # fmt: skip
        if key in goals:
            self._go(goals[Qt.Key(key)])
        elif event.text().isdecimal() and event.text().isascii() and len(self._typed) < MOST_DIGITS:
            self._type(self._typed + event.text())
        elif key == Qt.Key.Key_Backspace and self._typed:
            self._type(self._typed[:-1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._typed:
            self._go(int(self._typed))
        elif key == Qt.Key.Key_Escape and self._typed:
            self._type("")
        else:
            super().keyPressEvent(event)

    def _go(self, iteration: int) -> None:
        self._type("")
        there = min(max(iteration, 0), self._latest)
        if there != self._iteration:
            self.asked.emit(there)

    def _type(self, digits: str) -> None:
        self._typed = digits
        if digits:
            self._bubble.show_over(self, round(self.x_of(min(int(digits), self._latest))), f"{count(int(digits))} ⏎")
        else:
            self._bubble.hide()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._type("")
        super().focusOutEvent(event)

    def hideEvent(self, event: QEvent) -> None:
        self._bubble.hide()

    def _say(self, iteration: int) -> None:
        named = ", ".join(text for at, text in (*self._marks, *self._branches) if at == iteration)
        self._bubble.show_over(self, round(self.x_of(iteration)), f"{count(iteration)}  {named}".rstrip())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        y, line = px(LINE) / 2 + 1, px(LINE)
        left, now = self.x_of(0), self.x_of(self._iteration)
        right = self.width() - left
        fill_rounded(painter, QRectF(left, y - line / 2, right - left, line), line / 2, mix(tokens.panel, tokens.stroke, 0.45))
        if self._latest:
            fill_rounded(painter, QRectF(left, y - line / 2, max(line, now - left), line), line / 2, tokens.accent)
            for at, _ in self._marks:
                painter.fillRect(QRectF(self.x_of(at) - 0.5, y + line, 1.0, px(3)), tokens.text2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, _ in self._branches:
                painter.setPen(QPen(tokens.text2, 1.2))
                painter.setBrush(tokens.panel)
                painter.drawEllipse(QPointF(self.x_of(at), y + px(1)), px(2.5), px(2.5))
            if self._hovered is not None or self._dragged is not None or self.hasFocus() or self.is_in_the_past:
                knob = px(KNOB)
                fill_rounded(painter, QRectF(now - knob / 2, max(0.0, y - knob / 2), knob, knob), knob / 2, tokens.accent)
        if self.hasFocus():
            draw_focus(painter, QRect(1, 0, self.width() - 2, self.height()), px(4), tokens)
        painter.end()


class _Bubble(QWidget):
    """A number in a pill above the line; over whatever lies there, and in nobody's way."""

    def __init__(self, theme: Theme, strip: QWidget) -> None:
        super().__init__(strip)
        self._theme, self.text = theme, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, strip: QWidget, x: int, text: str) -> None:
        window, metrics = strip.window(), self._theme.metrics
        if self.parentWidget() is not window:
            self.setParent(window)
        self.text = text
        font = QFontMetrics(self._theme.font("name"))
        width, height = font.horizontalAdvance(text) + 2 * metrics.grid, font.height() + metrics.px(4)
        at = strip.mapTo(window, QPoint(x, 0))
        left = min(max(at.x() - width // 2, 2), window.width() - width - 2)
        self.setGeometry(left, at.y() - height - metrics.px(4), width, height)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        fill_rounded(painter, QRectF(self.rect()), self._theme.metrics.px(4), tokens.accent)
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.on_accent)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()
