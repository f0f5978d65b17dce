"""A plot whose x axis is the iterations of a run: shared crosshair, marks of changed settings.

The crosshair follows the mouse over any such plot, or the arrow keys (with Ctrl by a tenth of the picture). Its iteration is
written in an inverted pill on the axis; ticks too near to it are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.plot import Plot
from nnlab.ui.panels.plotting.ticks import Tick, iteration_ticks
from nnlab.ui.run.live_view import Mark
from nnlab.ui.widgets.painting import fill_rounded


class IterationPlot(Plot):
    """Knows the iterations first … last of the run, its marks, and the crosshair."""

    def __init__(self, theme: Theme, name: str, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        self._crosshair = crosshair
        self._marks: tuple[Mark, ...] = ()
        self._first, self._last = 0, 0
        self._now: int | None = None
        self.shows_mark_words = True
        self.has_x_axis = True  # else a plot above or below shows it for this one
        self.is_over_picture = False  # on a ground of any colour, lines get an edge
        super().__init__(theme, name, parent)
        crosshair.changed.connect(self.repaint_around)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    @property
    def now(self) -> int | None:
        """Where the run stands, when it was put back to an earlier iteration."""
        return self._now

    def set_run(self, first: int, last: int, marks: Sequence[Mark], now: int | None = None) -> None:
        """The iterations the run has been through, the settings changed meanwhile, and where it stands now if not at its end."""
        self._first, self._last, self._marks, self._now = first, last, tuple(marks), now
        self.repaint_around()

    @property
    def shown_crosshair(self) -> int | None:
        """The crosshair's iteration where it lies in this plot's picture."""
        iteration = self._crosshair.iteration
        if iteration is None or not self._first <= iteration <= self._last:
            return None
        low, high = self.x_range
        return iteration if low <= self.position_of(iteration) <= high else None

    # The axis: here it counts iterations

    axis_title = "iteration"

    def position_of(self, iteration: float) -> float:
        """Where an iteration lies on the axis."""
        return iteration

    def iteration_at(self, position: float) -> float:
        """The iteration that lies there."""
        return position

    def written_position(self, iteration: int) -> str:
        """What the crosshair's pill says of an iteration."""
        return numbers.count(iteration)

    def _pixel_of(self, iteration: float) -> float:
        return float(self.x_pixels(self.position_of(iteration)))

    # Painting

    def x_ticks(self) -> list[Tick]:
        metrics = QFontMetricsF(self._theme.font("caption"))
        widest = metrics.horizontalAdvance(numbers.count(round(max(1.0, self.x_range[1]))))
        return iteration_ticks(*self.x_range, self.picture.width(), max(self._theme.metrics.px(72), widest + self._theme.metrics.px(24)))

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        if self.has_x_axis:
            self._paint_axis_title(painter)

    def _paint_axis_title(self, painter: QPainter) -> None:
        """What the axis counts, right of it, where no tick's text is in the way."""
        px, metrics, title = self._theme.metrics.px, QFontMetricsF(painter.font()), self.axis_title
        place = QRectF(0, self.picture.bottom() + px(6), self.width() - px(16), metrics.height())
        ends = [float(self.x_pixels(tick.position)) + metrics.horizontalAdvance(tick.text) / 2 for tick in self.x_ticks()[-1:]]
        ends += [self._pill_rect(iteration, metrics).right() for iteration in self.written_iterations()]
        if max(ends, default=0.0) + px(8) <= place.right() - metrics.horizontalAdvance(title):
            painter.setPen(self._theme.tokens.text3)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, title)

    def paint_x_ticks(self, painter: QPainter, ticks: list[Tick]) -> None:
        if not self.has_x_axis:
            return
        metrics = QFontMetricsF(painter.font())
        pills: list[tuple[int, QRectF]] = []
        for iteration in self.written_iterations():
            pill = self._pill_rect(iteration, metrics)
            if not any(pill.intersects(other) for _, other in pills):
                pills.append((iteration, pill))
        for _, pill in pills:
            apart, centre = max(self._theme.metrics.px(48), pill.width()), pill.center().x()
            ticks = [tick for tick in ticks if abs(float(self.x_pixels(tick.position)) - centre) >= apart]
        super().paint_x_ticks(painter, ticks)
        for iteration, pill in pills:
            fill_rounded(painter, pill, self._theme.metrics.radius_cell, self._theme.tokens.text)
            painter.setPen(self._theme.tokens.canvas)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self.written_position(iteration))

    def written_iterations(self) -> list[int]:
        """Iterations written in pills on the axis, the most important first: that of the crosshair."""
        iteration = self.shown_crosshair
        return [] if iteration is None else [iteration]

    def _pill_rect(self, iteration: int, metrics: QFontMetricsF) -> QRectF:
        px = self._theme.metrics.px
        width, height = metrics.horizontalAdvance(self.written_position(iteration)) + px(12), metrics.height() + px(4)
        left = min(max(self._pixel_of(iteration) - width / 2, 1.0), self.width() - width - 1.0)
        return QRectF(left, self.picture.bottom() + px(4), width, height)

    def paint_above(self, painter: QPainter) -> None:
        self._paint_marks(painter)
        self._paint_now(painter)
        iteration = self.shown_crosshair
        if iteration is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x = round(self._pixel_of(iteration))
            if self.is_over_picture:
                painter.setPen(QPen(self._theme.tokens.canvas, 3))
                painter.drawLine(QPointF(x, self.picture.top()), QPointF(x, self.picture.bottom()))
            painter.setPen(QPen(self._theme.tokens.text, 1))
            painter.drawLine(QPointF(x, self.picture.top()), QPointF(x, self.picture.bottom()))
            self.paint_readings(painter, iteration, x)
        super().paint_above(painter)

    def _paint_now(self, painter: QPainter) -> None:
        low, high = self.x_range
        if self._now is None or not low <= self.position_of(self._now) <= high:
            return
        x = round(self._pixel_of(self._now))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._theme.tokens.accent, 2))
        painter.drawLine(QPointF(x, self.picture.top()), QPointF(x, self.picture.bottom()))

    def paint_readings(self, painter: QPainter, iteration: int, x: float) -> None:
        """What the plot says about the crosshair's iteration, beside its line at pixel x."""

    def _paint_marks(self, painter: QPainter) -> None:
        """Dotted lines; words beside them where they do not cover those of a later change."""
        tokens, picture = self._theme.tokens, self.picture
        low, high = self.x_range
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        pen = QPen(tokens.text2, 1)
        pen.setDashPattern([2.0, 3.0])
        taken: list[QRectF] = []
        for mark in reversed(self._marks):
            if not low <= self.position_of(mark.iteration) <= high:
                continue
            x = round(self._pixel_of(mark.iteration))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()))
            if not self.shows_mark_words:
                continue
            width, gap = metrics.horizontalAdvance(mark.text), self._theme.metrics.px(5)
            left = x - gap - width
            if left < picture.left():
                left = x + gap
            place = QRectF(left, picture.top(), width, metrics.height())
            if left + width <= picture.right() + 1 and not any(place.intersects(other) for other in taken):
                taken.append(place.adjusted(-gap, 0, gap, 0))
                painter.setPen(tokens.text2)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, mark.text)

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = event.position()
        inside = self.picture.left() <= place.x() <= self.picture.right()
        self._set_crosshair(self.iteration_at(self.x_at(place.x())) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._crosshair.set(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._last > self._first:
            low, high = (self.iteration_at(end) for end in self.x_range)
            far = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            step = max(1.0, (high - low) / (10 if far else max(1.0, self.picture.width())))
            at = self._crosshair.iteration
            start = float(min(self._last, high) if at is None else at)
            self._set_crosshair(start + (step if key == Qt.Key.Key_Right else -step))
        elif key == Qt.Key.Key_Escape and self._crosshair.iteration is not None:
            self._crosshair.set(None)
        else:
            super().keyPressEvent(event)

    def _set_crosshair(self, iteration: float | None) -> None:
        if iteration is None or self._last <= self._first:
            self._crosshair.set(None)
        else:
            self._crosshair.set(round(min(max(iteration, self._first + 1), self._last)))
