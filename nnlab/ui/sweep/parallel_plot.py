"""Parallel coordinates: every trial a line over the axes of what varied and of what it led to.

Dragging along an axis keeps the trials within that range bright (brushing); several axes narrow together. A drag within a range moves
it, a click beside it takes it away. With the keyboard: Left and Right go from axis to axis, Up and Down move the range of that axis, with
Shift its upper end alone; Delete takes it away, Escape takes all away. A click on a line chooses its trial.

Lines are neutral, since hue is the sign of a number elsewhere; the best combination's trials lie on top in the accent. Ten thousand lines
are drawn straight into pixels (`nnlab.ui.sweep.lines`), beside the display, when they, the ranges or the size have changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.sweep.columns import SweepColumns, SweepScale, description, title_of
from nnlab.ui.sweep.lines import Lines, draw
from nnlab.ui.sweep.newest import Newest
from nnlab.ui.widgets.painting import draw_focus

BrushedRange = tuple[float, float]  # fractions of an axis, from its lower end
_SNAP = 3.0  # pixels from an end of an axis that still are the end
_NEAR = 8.0  # pixels within which a click means a line
_STEP = 0.05  # of an axis, by a key
AT_ONCE = 500  # trials whose lines are drawn within a frame; more are drawn beside the display


class ParallelPlot(QWidget):
    """`brushed(mask)`: bool (results,), or None when no range is set; `chosen(index)`: a result; `opened(result)`."""

    brushed = Signal(object)
    chosen = Signal(int)
    opened = Signal(object)

    def __init__(self, theme: Theme, jobs: LiveJobs | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = SweepColumns()
        self.axes: tuple[str, ...] = ()
        self.ranges: dict[str, BrushedRange] = {}
        self._scales: dict[str, SweepScale] = {}
        self._places = np.zeros((0, 0))  # fractions, (axes, results)
        self._best: np.ndarray = np.zeros(0, dtype=np.int64)
        self._chosen = -1
        self._axis = 0  # the one that has the keyboard
        self._drag: tuple[str, float, BrushedRange | None] | None = None  # the axis, where it began, the range it moves
        self._picture: QImage | None = None
        self._version = 0  # of what is to be drawn; with the screen's ratio it tells pictures apart
        self._drawn = self._asked = (-1, 0.0)
        self._beside = Newest(jobs, "Drawing the trials", self) if jobs is not None else None
        if self._beside is not None:
            self._beside.done.connect(self._take_picture)
        self.setAccessibleName("Parallel coordinates of the trials")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self._redraw)
        follow(theme, self)

    # What is shown

    def show_columns(self, columns: SweepColumns, axes: Sequence[str]) -> None:
        """Other results, or more of them. Ranges of axes that are still there stay."""
        is_other = columns is not self._columns
        self._columns, self.axes = columns, tuple(axes)
        if is_other:
            self.ranges, self._chosen, self._best = {}, -1, np.zeros(0, dtype=np.int64)
        self.ranges = {name: found for name, found in self.ranges.items() if name in self.axes}
        self._scales = {name: columns.scale(name) for name in self.axes}
        rows = [self._scales[name].fractions(columns.numbers(name)) for name in self.axes]
        self._places = np.stack(rows) if rows else np.zeros((0, len(columns)))
        self._axis = min(self._axis, max(0, len(self.axes) - 1))
        self._redraw()
        if self.ranges:
            self.brushed.emit(self.inside)

    def mark_best(self, indices: Sequence[int]) -> None:
        self._best = np.array(indices, dtype=np.int64)
        self.update()

    def choose(self, index: int) -> None:
        """Draws this result's line on top of all; -1: none."""
        if index != self._chosen:
            self._chosen = index
            self.update()

    @property
    def inside(self) -> np.ndarray | None:
        """Which results lie within every range; None without any range."""
        if not self.ranges:
            return None
        mask = np.ones(self._places.shape[1], dtype=bool)
        for name, (low, high) in self.ranges.items():
            places = self._places[self.axes.index(name)]
            with np.errstate(invalid="ignore"):
                mask &= (places >= low - 1e-9) & (places <= high + 1e-9)
        return mask

    def set_range(self, name: str, low: float, high: float) -> None:
        """Keeps the trials between two fractions of an axis bright."""
        low, high = max(0.0, min(low, high)), min(1.0, max(low, high))
        self.ranges[name] = (low, high)
        self._ranges_changed()

    def clear_range(self, name: str = "") -> None:
        """Takes the range of an axis away, or all of them."""
        if name:
            self.ranges.pop(name, None)
        else:
            self.ranges.clear()
        self._ranges_changed()

    def _ranges_changed(self) -> None:
        self._redraw()
        mask = self.inside
        words = f"{int(mask.sum()):,} of {len(mask):,} trials within the ranges" if mask is not None else ""
        self.setAccessibleDescription(words)
        self.brushed.emit(mask)

    # Geometry

    def apply_metrics(self) -> None:
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(400), self._theme.metrics.px(200))

    @property
    def _area(self) -> QRectF:
        px, caption = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption")).height()
        return QRectF(self.rect()).adjusted(px(56), caption + px(14), -px(40), -px(12))

    def _x(self, axis: int) -> float:
        area = self._area
        return area.left() + (area.width() * axis / max(1, len(self.axes) - 1) if len(self.axes) > 1 else area.width() / 2)

    def _y(self, fraction: float) -> float:
        area = self._area
        return area.bottom() - fraction * area.height()

    def _fraction(self, y: float) -> float:
        area = self._area
        for end in (area.top(), area.bottom()):
            if abs(y - end) <= _SNAP:  # the outermost values are meant, not all but them
                y = end
        return min(1.0, max(0.0, (area.bottom() - y) / max(1.0, area.height())))

    def _axis_at(self, x: float) -> int | None:
        if not self.axes:
            return None
        nearest = min(range(len(self.axes)), key=lambda k: abs(self._x(k) - x))
        reach = self._theme.metrics.px(14)
        return nearest if abs(self._x(nearest) - x) <= reach else None

    # Painting

    def _redraw(self) -> None:
        self._version += 1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.tokens.panel)
        if len(self.axes) > 1:
            ratio = painter.device().devicePixelRatioF()
            self._draw_picture(ratio)
            if self._picture is not None:
                painter.drawImage(QPointF(0, 0), self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mask = self.inside
        for index in self._best[self._best < self._places.shape[1]]:
            if mask is None or mask[index]:
                self._line(painter, int(index), self._theme.tokens.accent, 1.6)
        if 0 <= self._chosen < self._places.shape[1]:
            self._line(painter, self._chosen, self._theme.tokens.panel, 4.5)
            self._line(painter, self._chosen, self._theme.tokens.text, 2.2)
        self._draw_axes(painter)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _lines(self, ratio: float) -> Lines:
        """Every trial's line, as it is to be drawn."""
        inside = np.ones(self._places.shape[1], dtype=bool) if self.inside is None else self.inside
        size = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        colors = QColor(self._theme.tokens.text2), QColor(self._theme.tokens.text3)
        return Lines(self._ends(inside, ratio), self._ends(~inside, ratio), int(inside.sum()), size, ratio, colors)

    def _draw_picture(self, ratio: float) -> None:
        """Draws the lines now, or, where they are many, beside the display; what was drawn before stays until then."""
        if self._drawn == (self._version, ratio) or self._asked == (self._version, ratio):
            return
        lines, wanted = self._lines(ratio), (self._version, ratio)
        if self._beside is None or self._places.shape[1] <= AT_ONCE:
            self._picture, self._drawn = draw(lines), wanted
        else:
            self._asked = wanted
            self._beside.ask(lambda: (wanted, draw(lines)))

    def _take_picture(self, answer: tuple[tuple[int, float], QImage]) -> None:
        self._drawn, self._picture = answer
        self.update()

    def _ends(self, chosen: np.ndarray, ratio: float) -> np.ndarray:
        """(segments, 4) float32 in pixels: left, top, right, bottom end, where both are known."""
        places = self._places[:, chosen]
        area = self._area
        y = area.bottom() - places * area.height()
        found = []
        for axis in range(len(self.axes) - 1):
            known = np.isfinite(y[axis]) & np.isfinite(y[axis + 1])
            left, right = np.full(int(known.sum()), self._x(axis)), np.full(int(known.sum()), self._x(axis + 1))
            found.append(np.stack([left, y[axis][known], right, y[axis + 1][known]], axis=1))
        return np.ascontiguousarray(np.concatenate(found) * ratio, dtype=np.float32) if found else np.zeros((0, 4), np.float32)

    def _line(self, painter: QPainter, index: int, color: QColor, width: float) -> None:
        painter.setPen(QPen(color, width))
        run: list[QPointF] = []
        for axis in range(len(self.axes) + 1):
            place = self._places[axis, index] if axis < len(self.axes) else np.nan
            if np.isfinite(place):
                run.append(QPointF(self._x(axis), self._y(float(place))))
            elif run:
                painter.drawPolyline(QPolygonF(run))
                run = []

    def _draw_axes(self, painter: QPainter) -> None:
        tokens, px, area = self._theme.tokens, self._theme.metrics.px, self._area
        font = self._theme.font("caption")
        measure = QFontMetricsF(font)
        gap = area.width() / max(1, len(self.axes) - 1)
        for axis, name in enumerate(self.axes):
            x = self._x(axis)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(tokens.stroke, 1))
            painter.drawLine(QPointF(round(x), area.top()), QPointF(round(x), area.bottom()))
            painter.setFont(font)
            for tick in self._scales[name].ticks(area.height(), px(24)):
                fraction = (tick.position - self._scales[name].low) / (self._scales[name].high - self._scales[name].low)
                words = measure.elidedText(tick.text, Qt.TextElideMode.ElideRight, max(px(36), gap - px(20)))
                left = x - measure.horizontalAdvance(words) - px(5)
                place = QRectF(left, self._y(fraction) - measure.height() / 2, measure.horizontalAdvance(words) + 1, measure.height())
                painter.fillRect(place.adjusted(-1, 1, 1, -1), _faded(tokens.panel))
                painter.setPen(tokens.text2)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            self._draw_title(painter, axis, gap)
            if name in self.ranges:
                low, high = self.ranges[name]
                box = QRectF(x - px(5), self._y(high), px(10), self._y(low) - self._y(high))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                fill = QColor(tokens.accent)
                fill.setAlpha(60)
                painter.setPen(QPen(tokens.accent, 1.5))
                painter.setBrush(fill)
                painter.drawRoundedRect(box, px(3), px(3))
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_title(self, painter: QPainter, axis: int, gap: float) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        is_current = axis == self._axis and self.hasFocus()
        font = self._theme.font("caption")
        measure = QFontMetricsF(font)
        words = measure.elidedText(title_of(self.axes[axis]), Qt.TextElideMode.ElideRight, max(px(40), gap - px(8)))
        width = measure.horizontalAdvance(words)
        left = min(max(2.0, self._x(axis) - width / 2), self.width() - width - 2.0)
        painter.setPen(tokens.accent if is_current else tokens.text)
        painter.drawText(QRectF(left, px(5), width + 2, measure.height()), Qt.AlignmentFlag.AlignLeft, words)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        axis = self._axis_at(event.position().x())
        if axis is None:
            nearest = self.nearest(event.position())
            if nearest >= 0:
                self.chosen.emit(nearest)
            return
        self._axis = axis
        name, at = self.axes[axis], self._fraction(event.position().y())
        held = self.ranges.get(name)
        self._drag = (name, at, held if held is not None and held[0] <= at <= held[1] else None)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            on_axis = self._axis_at(event.position().x()) is not None
            self.setCursor(Qt.CursorShape.SizeVerCursor if on_axis else Qt.CursorShape.ArrowCursor)
            return
        self._drag_to(event.position().y())

    def _drag_to(self, y: float) -> None:
        if self._drag is not None:
            name, begun, held = self._drag
            if held is None:
                self.set_range(name, begun, self._fraction(y))
            else:
                self._move(name, held, self._fraction(y) - begun)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        name, begun, _ = self._drag
        if abs(self._y(begun) - event.position().y()) < 3:  # a click, not a drag
            self.clear_range(name)
        else:
            self._drag_to(event.position().y())
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        nearest = self.nearest(event.position())
        if self._axis_at(event.position().x()) is not None or nearest < 0:
            self.clear_range()
        else:
            self.opened.emit(self._columns.results[nearest])

    def nearest(self, position: QPointF) -> int:
        """The result whose line passes a point, -1 where none is near."""
        if len(self.axes) < 2 or not self._places.shape[1]:
            return -1
        step = (self._x(1) - self._x(0)) or 1.0
        axis = min(max(int((position.x() - self._x(0)) / step), 0), len(self.axes) - 2)
        share = (position.x() - self._x(axis)) / step
        area = self._area
        y = area.bottom() - (self._places[axis] * (1 - share) + self._places[axis + 1] * share) * area.height()
        distances = np.abs(y - position.y())
        mask = self.inside
        distances[~np.isfinite(distances) | (False if mask is None else ~mask)] = np.inf
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _NEAR else -1

    def _move(self, name: str, held: BrushedRange, by: float) -> None:
        by = min(max(by, -held[0]), 1.0 - held[1])
        self.set_range(name, held[0] + by, held[1] + by)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            nearest = self.nearest(QPointF(event.pos()))
            words = description(self._columns.results[nearest]) if nearest >= 0 else "Drag along an axis to keep what lies in that range"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, key = Qt.Key, event.key()
        if not self.axes:
            event.ignore()
            return
        name = self.axes[self._axis]
        if key in (keys.Key_Left, keys.Key_Right):
            self._axis = min(max(self._axis + (1 if key == keys.Key_Right else -1), 0), len(self.axes) - 1)
            self.update()
        elif key in (keys.Key_Up, keys.Key_Down):
            by = _STEP if key == keys.Key_Up else -_STEP
            held = self.ranges.get(name, (0.5, 1.0) if by > 0 else (0.0, 0.5))
            if name not in self.ranges:
                self.set_range(name, *held)
            elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.set_range(name, held[0], max(held[0] + _STEP / 2, min(1.0, held[1] + by)))
            else:
                self._move(name, held, by)
        elif key in (keys.Key_Delete, keys.Key_Backspace):
            self.clear_range(name)
        elif key == keys.Key_Escape and self.ranges:
            self.clear_range()
        else:
            event.ignore()


def _faded(color: QColor) -> QColor:
    """The panel's own colour, so that a number is read over lines."""
    faded = QColor(color)
    faded.setAlpha(190)
    return faded
