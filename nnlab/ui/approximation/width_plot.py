"""Error against width, both on logarithmic axes: the median over seeds and its band for each activation, constructed networks, and theory.

Activations are told apart by dash, mark and the label at the end. The accent line is ε, which can be dragged: beside each label stands the
least width whose median reaches it. Theory says how steeply an error falls, not where: its lines begin where the worst of the measured ones
does, and the pointer on one of them is told for which networks and functions it holds, and who proved it.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.studies.approximation.width_curves import TheorySlope
from nnlab.ui.approximation.width_picture import WidthLine, WidthPicture, falls_as
from nnlab.ui.comparison.run_keys import paint_line, paint_mark
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.distances import distance_to_line
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick

REACH = 7
LOW = 64  # pixels of height below which there is no room for words within the picture
STEP = 10**0.05  # an arrow key moves ε by this factor


class WidthPlot(Plot):
    """`epsilon_moved(value)`; `picked(line's name, place in it)` when a mark is clicked: that network is wanted."""

    epsilon_moved = Signal(float)
    picked = Signal(str, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._picture: WidthPicture | None = None
        self.epsilon = 0.05
        self._is_dragging = False
        self._margins: Margins | None = None
        self._labels: list[tuple[QRectF, WidthLine]] = []  # the ends of lines, as they were painted last
        super().__init__(theme, "Error against width", parent)
        self.logarithmic = True
        self.view.setMouseEnabled(x=False, y=False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def shown(self) -> WidthPicture | None:
        return self._picture

    def margins(self) -> Margins:
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption_strong"))
        lines = self._picture.lines if self._picture is not None else ()
        names = max(metrics.horizontalAdvance(name) for name in ("× built", "jump / 2", *(line.title for line in lines)))
        largest = max((float(line.x.max()) for line in lines if len(line.x)), default=256.0)
        numbers_width = metrics.horizontalAdvance(numbers.count(int(largest)))
        return Margins(px(42), px(6), max(px(92), px(24) + names + numbers_width), px(40))

    def show_picture(self, picture: WidthPicture) -> None:
        self._picture = picture
        if self.margins() != self._margins:
            self._margins = self.margins()
            self._place()
        widths, errors = self._everything(picture)
        low, high = (float(errors.min()), float(errors.max())) if errors.size else (1e-3, 1.0)
        most = float(widths.max()) if widths.size else 256.0
        span = max(math.log10(high) - math.log10(low), 0.5)
        self.set_range((0.0, max(math.log10(max(most, 2.0)), 0.6)), (math.log10(low) - 0.08 * span, math.log10(high) + 0.08 * span))
        theory = (f"theory: {reading_of_slope(slope, picture.letter).splitlines()[0]}" for slope in picture.theory)
        self.setAccessibleDescription("; ".join((*(self.words_of(line) for line in picture.lines), *theory)))

    def set_epsilon(self, epsilon: float) -> None:
        low, high = self.y_range
        self.epsilon = float(10 ** min(max(math.log10(max(epsilon, 1e-300)), low), high))
        self.repaint_around()
        self.epsilon_moved.emit(self.epsilon)

    def _everything(self, picture: WidthPicture) -> tuple[np.ndarray, np.ndarray]:
        """All widths, and all errors that can stand on a logarithmic axis."""
        widths = [line.x for line in picture.lines] + [picture.built[0]]
        errors = [part for line in picture.lines for part in (line.low, line.high)] + [picture.built[1], np.array([self.epsilon])]
        if picture.now is not None:
            widths.append(np.array([picture.now[0]]))
            errors.append(np.array([picture.now[1]]))
        if picture.floor is not None:
            errors.append(np.array([picture.floor]))
        found = np.concatenate([np.asarray(part, dtype=np.float64) for part in errors])
        return np.concatenate([np.asarray(part, dtype=np.float64) for part in widths]), found[np.isfinite(found) & (found > 0)]

    def words_of(self, line: WidthLine) -> str:
        least = line.least_for(self.epsilon)
        what = "units" if self._picture is None or self._picture.letter == "N" else "weights and biases"
        reach = f"{numbers.count(least)} {what} reach" if least is not None else "no width tried reaches"
        return f"{line.title}: {reach} {numbers.short(self.epsilon)}"

    # Painting

    def x_ticks(self) -> list[Tick]:
        most = 10 ** self.x_range[1]
        powers = [2**k for k in range(12) if 2**k <= most * 1.01]
        room = max(1, int(self.picture.width() / self._theme.metrics.px(30)))
        step = -(-len(powers) // room)
        return [Tick(math.log10(power), numbers.count(power)) for power in powers[:: max(step, 1)]]

    def paint_x_ticks(self, painter: QPainter, ticks: list[Tick]) -> None:
        super().paint_x_ticks(painter, ticks)
        px = self._theme.metrics.px
        place = QRectF(self.picture.left(), self.picture.bottom() + px(22), self.picture.width(), px(18))
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, self._picture.axis if self._picture is not None else "")

    def _points(self, widths: np.ndarray, errors: np.ndarray) -> QPolygonF:
        usable = np.isfinite(errors) & (errors > 0)
        xs = self.x_pixels(np.log10(np.asarray(widths, dtype=np.float64)[usable]))
        ys = self.y_pixels(np.log10(errors[usable]))
        return QPolygonF([QPointF(x, y) for x, y in zip(np.atleast_1d(xs).tolist(), np.atleast_1d(ys).tolist(), strict=True)])

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        picture = self._picture
        if picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(self.picture.adjusted(-6, -6, 6, 6))
        for line in picture.lines:
            self._paint_band(painter, line)
        self._paint_slopes(painter, picture)
        self._paint_built(painter, picture)
        for line in picture.lines:
            self._paint_line(painter, line)
        painter.restore()
        self._paint_epsilon(painter)
        self._paint_now(painter, picture)
        self._paint_labels(painter, picture)

    def _paint_band(self, painter: QPainter, line: WidthLine) -> None:
        upper, lower = self._points(line.x, line.high), self._points(line.x, line.low)
        band = QColor(self._theme.tokens.text2)
        band.setAlpha(38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(QPolygonF([*upper.toList(), *reversed(lower.toList())]))

    def slope_line(self, slope: TheorySlope) -> tuple[QPointF, QPointF] | None:
        """Both ends in pixels of a line as steep as theory says, from where the worst of the measured lines begins; None without any."""
        starts = [
            (float(line.x[k]), float(line.median[k]))
            for line in (self._picture.lines if self._picture is not None else ())
            for k in np.flatnonzero(np.isfinite(line.median) & (line.median > 0))[:1]
        ]
        if not starts:
            return None
        x, y = math.log10(min(width for width, _ in starts)), math.log10(max(error for _, error in starts))
        right, bottom = self.x_range[1], self.y_range[0]
        end = min(right, x + (bottom - y) / slope.exponent)
        ends = [QPointF(float(self.x_pixels(a)), float(self.y_pixels(y + slope.exponent * (a - x)))) for a in (x, end)]
        return ends[0], ends[1]

    def _paint_slopes(self, painter: QPainter, picture: WidthPicture) -> None:
        """How steeply errors fall by theory, each with its power where it leaves the picture."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        for slope in picture.theory:
            line = self.slope_line(slope)
            if line is None:
                continue
            painter.setPen(QPen(tokens.text3, 1.2, Qt.PenStyle.DashDotLine))
            painter.drawLine(*line)
            if self.picture.height() < px(LOW):
                continue  # the pointer on the line is told
            words = falls_as(slope.exponent, picture.letter)
            width, end = metrics.horizontalAdvance(words), line[1]
            left = min(end.x() - width / 2, self.picture.right() - width - 2)
            room = QRectF(left - 1, min(end.y(), self.picture.bottom()) - metrics.height() - px(3), width + 2, metrics.height())
            painter.fillRect(room, tokens.panel)
            painter.setPen(tokens.text2)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_built(self, painter: QPainter, picture: WidthPicture) -> None:
        tokens = self._theme.tokens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tokens.text2, 1.2, Qt.PenStyle.DotLine))
        for bound in picture.bounds:
            painter.drawPolyline(self._points(*bound))
        if picture.floor is not None:
            y = float(self.y_pixels(math.log10(picture.floor)))
            painter.drawLine(QPointF(self.picture.left(), y), QPointF(self.picture.right(), y))
        painter.setPen(QPen(tokens.text2, 1.3))
        reach = self._theme.metrics.px(25) / 10
        for at in self._points(*picture.built).toList():
            painter.drawLine(at + QPointF(-reach, -reach), at + QPointF(reach, reach))
            painter.drawLine(at + QPointF(-reach, reach), at + QPointF(reach, -reach))

    def _paint_line(self, painter: QPainter, line: WidthLine) -> None:
        tokens, key = self._theme.tokens, line.key
        points = self._points(line.x, line.median).toList()
        xs, ys = np.array([p.x() for p in points]), np.array([p.y() for p in points])
        paint_line(painter, xs, ys, key, tokens.text, self._theme.metrics.stroke)
        least = line.least_for(self.epsilon)
        if least is not None:
            k = int(np.flatnonzero(line.x == least)[0])
            for at in self._points(line.x[k : k + 1], line.median[k : k + 1]).toList():
                paint_mark(painter, at, key, self._theme.metrics.px(4), tokens.text, tokens.panel)

    def _paint_epsilon(self, painter: QPainter) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        y = self.epsilon_y
        painter.setPen(QPen(tokens.accent, 2.0 if not self.hasFocus() else 3.0))
        painter.drawLine(QPointF(self.picture.left(), y), QPointF(self.picture.right(), y))
        painter.fillRect(QRectF(self.picture.left() - px(5), y - px(5), px(8), px(10)), tokens.accent)
        painter.setFont(self._theme.font("caption_strong"))
        words = f"ε {numbers.short(self.epsilon, 2)}"
        above = y - px(18) if y - px(18) > self.picture.top() else y + px(2)
        painter.drawText(QRectF(self.picture.left() + px(8), above, px(120), px(16)), Qt.AlignmentFlag.AlignVCenter, words)

    @property
    def epsilon_y(self) -> float:
        low, high = self.y_range
        return float(self.y_pixels(min(max(math.log10(self.epsilon), low), high)))

    def _paint_now(self, painter: QPainter, picture: WidthPicture) -> None:
        if picture.now is None or not picture.now[1] > 0:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        places = self._points(np.array([picture.now[0]]), np.array([picture.now[1]])).toList()
        if not places:
            return
        place = places[0]
        painter.setPen(QPen(tokens.panel, 1.5))
        painter.setBrush(tokens.accent)
        painter.drawEllipse(place, px(5), px(5))
        painter.setPen(tokens.accent)
        painter.setFont(self._theme.font("caption_strong"))
        width = QFontMetricsF(painter.font()).horizontalAdvance("now")
        left = place.x() - px(9) - width if place.x() - px(12) - width > self.picture.left() else place.x() + px(9)
        painter.drawText(QRectF(left, place.y(), width + 2, px(18)), Qt.AlignmentFlag.AlignVCenter, "now")

    def _paint_labels(self, painter: QPainter, picture: WidthPicture) -> None:
        """Names at the ends of the lines, and beside each the least width for ε."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        labels: list[tuple[str, float, str, WidthLine | None]] = []
        for line in picture.lines:
            ends = line.median[np.isfinite(line.median)]
            if ends.size:
                least = line.least_for(self.epsilon)
                labels.append((line.title, float(ends[-1]), numbers.count(least) if least else numbers.NOTHING, line))
        if len(picture.built[1]):
            reached = np.flatnonzero(np.asarray(picture.built[1]) <= self.epsilon)
            least_built = numbers.count(int(picture.built[0][reached[0]])) if len(reached) else numbers.NOTHING
            labels.append(("× built", float(picture.built[1][-1]), least_built, None))
        if picture.floor is not None:
            labels.append(("jump / 2", picture.floor, "", None))
        room_for = int(self.picture.height() / px(14)) + 1
        if len(labels) > room_for:  # the network's own first; the lines of the others are told by the pointer
            kept = sorted(range(len(labels)), key=lambda k: not ((owner := labels[k][3]) is not None and owner.is_own))[:room_for]
            labels = [labels[k] for k in sorted(kept)]
        low, high = self.y_range
        wanted = [float(self.y_pixels(min(max(math.log10(max(value, 1e-300)), low), high))) for _, value, _, _ in labels]
        places = push_apart(wanted, px(17), self.picture.top(), self.picture.bottom())
        left, right = self.picture.right() + px(6), self.width() - px(10)
        painter.setPen(tokens.accent)
        painter.setFont(self._theme.font("caption_strong"))
        if picture.lines:
            below = QRectF(left, self.picture.bottom() + px(22), right - left, px(18))
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{picture.letter} for ε")
        self._labels = []
        for (text, _, least_text, owner), y in zip(labels, places, strict=True):
            is_strong = owner is not None and owner.is_own
            painter.setPen(tokens.text if is_strong else tokens.text2)
            painter.setFont(self._theme.font("caption_strong" if is_strong else "caption"))
            room = QRectF(left, y - px(9), right - left, px(18))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            if owner is not None:
                self._labels.append((room, owner))
            painter.setPen(tokens.text)
            painter.setFont(self._theme.font("caption_strong"))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, least_text)

    # Mouse and keys

    def mark_at(self, point: QPointF) -> tuple[WidthLine, int] | None:
        """The line and the place in it whose point is under the mouse."""
        best: tuple[float, WidthLine, int] | None = None
        for line in self._picture.lines if self._picture is not None else ():
            for k in range(len(line.x)):
                for at in self._points(line.x[k : k + 1], line.median[k : k + 1]).toList():
                    distance = (at - point).manhattanLength()
                    if distance <= 2 * REACH and (best is None or distance < best[0]):
                        best = distance, line, k
        return None if best is None else best[1:]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        found = self.mark_at(event.position())
        if abs(event.position().y() - self.epsilon_y) <= REACH and found is None:
            self._is_dragging = True
        elif found is not None:
            line, k = found
            self.picked.emit(line.name, k)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self.set_epsilon(10 ** self.y_at(event.position().y()))
            return
        found = self.mark_at(event.position())
        near = abs(event.position().y() - self.epsilon_y) <= REACH
        shapes = Qt.CursorShape
        self.setCursor(shapes.PointingHandCursor if found else shapes.SizeVerCursor if near else shapes.ArrowCursor)
        words = self.words_at(event.position())
        if words:
            QToolTip.showText(event.globalPosition().toPoint(), words, self)
        else:
            QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.set_epsilon(self.epsilon * (STEP if event.key() == Qt.Key.Key_Up else 1 / STEP))
        else:
            super().keyPressEvent(event)

    def words_at(self, point: QPointF) -> str:
        """What is to be told of the place under the pointer: a mark, the end of a line, or theory; "" for nothing."""
        found = self.mark_at(point)
        if found is not None:
            return self.reading(*found)
        for room, line in self._labels:
            if room.contains(point):
                return self.reading_of_seeds(line)
        picture = self._picture
        for slope in picture.theory if picture is not None else ():
            ends = self.slope_line(slope)
            if ends is not None and picture is not None and distance_to_line(point, *ends) <= REACH:
                return reading_of_slope(slope, picture.letter)
        return ""

    def reading(self, line: WidthLine, k: int) -> str:
        runs = int(line.seeds[k])
        spread = f"from {numbers.number(float(line.low[k]), 3)} to {numbers.number(float(line.high[k]), 3)} over {runs} seeds"
        size = "" if line.x is line.widths else f" ({numbers.count(int(line.x[k]))} weights and biases)"
        words = f"{numbers.count(int(line.widths[k]))} {line.units}{size}: {numbers.number(float(line.median[k]), 3)}"
        return f"{words}, {spread}\nClick to load the median one" if runs > 1 else f"{words}\nClick to load it"

    def reading_of_seeds(self, line: WidthLine) -> str:
        """Which seeds come to ε, and with how much."""
        words, sizes = self.words_of(line), line.least_of_seeds(self.epsilon)
        reached = [size for size in sizes if size is not None]
        if len(sizes) < 2:
            return words
        return f"{words} in the median\n{len(reached)} of {len(sizes)} seeds come to it" + (
            f", with {numbers.count(min(reached))} to {numbers.count(max(reached))}" if reached else ""
        )


def reading_of_slope(slope: TheorySlope, letter: str) -> str:
    """What theory says, for what, and who proved it."""
    return f"{slope.title}: the error falls as {falls_as(slope.exponent, letter)}\nFor {slope.condition}\n{slope.source}"
