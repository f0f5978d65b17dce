"""The sum of hidden units against its target: what is added one after another, what the next one adds, and handles to take hold of one.

Over one feature x. The target is a wide road, the network's fit a line on it; the sum of the first units is the current moment. Of the
selected unit three handles can be dragged: its centre along x, its slope, its height.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.ui.approximation.handles import UnitHandles
from nnlab.ui.approximation.marks import AreaBetween, Outside, triangle
from nnlab.ui.approximation.sum_picture import Grip, SumPicture, description, extent
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.plotting.items import Points, PointsItem
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins, Plot, dashes, line_pen, make_line
from nnlab.ui.panels.plotting.ticks import Tick

MOST_POINTS = 2000
STEP = 1 / 64  # of the domain: what an arrow key moves a handle by


class SumPlot(Plot):
    """`grabbed()` when a handle is taken, `dragged(grip, x, y)` in the plot's numbers while it moves, `let_go()` at the end."""

    grabbed = Signal(str)
    dragged = Signal(str, float, float)
    let_go = Signal()
    stepped = Signal(int)
    ground = "canvas"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._picture: SumPicture | None = None
        self._range_for: tuple[object, ...] = ()
        self._still_for: tuple[object, ...] = ()
        self._grip: Grip | None = None
        self.handles = UnitHandles(theme, self)
        super().__init__(theme, "Target and the sum of hidden units", parent)
        self.outside, self.area, self.points = Outside(), AreaBetween(), PointsItem()
        self.road = make_line(theme.tokens.stroke, 7.0)
        self.earlier = make_line(theme.tokens.text3, 1.0)
        self.fit = make_line(theme.tokens.text, 2.0)
        self.before = make_line(theme.tokens.text2, 1.5)
        self.now = make_line(theme.tokens.accent, 3.0)
        for item in (self.outside, self.road, self.area, self.earlier, self.points, self.fit, self.before, self.now):
            self.view.addItem(item, ignoreBounds=True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.range_changed.connect(self._draw)
        self.all_wanted.connect(self._show_everything)

    @property
    def shown(self) -> SumPicture | None:
        return self._picture

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(48), px(2), px(92), px(4))

    def x_ticks(self) -> list[Tick]:
        return []  # below the residual, which shares the axis

    def show_picture(self, picture: SumPicture | None) -> None:
        self._picture = self.handles.picture = picture
        if picture is None:
            self._range_for = ()
            return
        key = (picture.domain, picture.target is None, *(float(v) for v in extent(picture)))
        if key != self._range_for:
            is_other_target = self._range_for[:1] != key[:1]
            self._range_for = key
            if is_other_target or self.is_following:
                self.is_following = True
                self._show_everything()
        self._draw()
        self.setAccessibleDescription(description(picture))

    def _show_everything(self) -> None:
        """The range of target and samples, with room below for the marks on the axis."""
        picture = self._picture
        if picture is None:
            return
        bottom, top = extent(picture)
        pad = max(top - bottom, 1e-9)
        self.set_range((float(picture.x[0]), float(picture.x[-1])), (bottom - 0.28 * pad, top + 0.18 * pad))

    # Drawing

    def _draw(self) -> None:
        picture, tokens = self._picture, self._theme.tokens
        if picture is None or self.picture.width() < 2:
            return
        self._draw_still(picture)
        self.fit.setPen(line_pen(tokens.text, 2.0))
        self.fit.setData(picture.x, picture.fit)
        self.now.setPen(line_pen(tokens.accent, 3.0))
        self.now.setData(picture.x, picture.now)
        self.now.setVisible(picture.added < picture.units or picture.before is not None)
        faint = QColor(tokens.text3)
        faint.setAlpha(97)
        self.earlier.setPen(line_pen(faint, 1.0))
        gap = np.array([np.nan])
        if picture.earlier:
            xs = np.concatenate([part for _ in picture.earlier for part in (picture.x, gap)])
            self.earlier.setData(xs, np.concatenate([part for sum_ in picture.earlier for part in (sum_, gap)]))
        self.earlier.setVisible(bool(picture.earlier))
        self._draw_step(picture)
        self.repaint_around()

    def _draw_still(self, picture: SumPicture) -> None:
        """What stays while the network learns: drawn again only for another target, range or theme."""
        tokens = self._theme.tokens
        key = (
            id(picture.target), id(picture.samples[1]), self._theme.is_dark, picture.domain, self.picture, *self.x_range, *self.y_range,
            self._theme.metrics.px(7),
        )  # fmt: skip
        if key == self._still_for:
            return
        self._still_for = key
        low, high = picture.domain
        self.outside.show_interval(low, high, tokens)
        road = mix(tokens.canvas, tokens.stroke, 0.85 if self._theme.is_dark else 0.7)
        self.road.setPen(line_pen(road, self._theme.metrics.px(7)))
        if picture.target is None:
            self.road.setData(np.empty(0), np.empty(0))
        else:
            self.road.setData(picture.x, picture.target)
        x, y = (values[:MOST_POINTS] for values in picture.samples)
        self.points.show_points([Points(x, y, tokens.text)] if len(x) else [], self._theme.metrics.px(22) / 10, tokens.canvas)

    def _draw_step(self, picture: SumPicture) -> None:
        """The sum without the selected unit, and what it adds."""
        tokens = self._theme.tokens
        self.before.setVisible(picture.before is not None)
        if picture.before is None:
            self.area.clear()
            return
        scale = (self.picture.width() / np.ptp(self.x_range), self.picture.height() / np.ptp(self.y_range))
        self.before.setPen(line_pen(tokens.text2, 1.5))
        self.before.setData(*dashes(picture.x, picture.before, scale), connect="pairs")
        alpha = 66 if self._theme.is_dark else 36
        lift, lower = QColor(tokens.pos), QColor(tokens.neg)
        lift.setAlpha(alpha)
        lower.setAlpha(alpha)
        self.area.show_area(picture.x, picture.before, picture.now, lift, lower)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        picture = self._picture
        if picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("caption"))
        self._paint_outside_words(painter, picture)
        self._paint_centres(painter, picture)
        self._paint_end_labels(painter, picture)
        self.handles.paint(painter)

    def _paint_outside_words(self, painter: QPainter, picture: SumPicture) -> None:
        painter.setPen(self._theme.tokens.text2)
        low, high = (float(self.x_pixels(edge)) for edge in picture.domain)
        top = self.picture.top() + self._theme.metrics.px(4)
        width = QFontMetricsF(painter.font()).horizontalAdvance("outside")
        for left, right in ((self.picture.left(), low), (high, self.picture.right())):
            if right - left > width + 8:
                painter.drawText(QRectF(left, top, right - left, self._theme.metrics.px(20)), Qt.AlignmentFlag.AlignHCenter, "outside")

    def _paint_centres(self, painter: QPainter, picture: SumPicture) -> None:
        """A triangle at the kink of every unit: filled when it is added, accent when it is the selected one."""
        tokens, side, foot = self._theme.tokens, self._theme.metrics.px(9), self.picture.bottom() - 2
        selected = picture.added - 1 if picture.handles is not None else -1
        painter.save()
        painter.setClipRect(self.picture)
        for place, centre in enumerate(picture.centres.tolist()):
            if not (np.isfinite(centre) and self.x_range[0] <= centre <= self.x_range[1]):
                continue
            is_added = place < picture.added
            color = tokens.accent if place == selected else tokens.text2 if is_added else tokens.stroke
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(color if is_added else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(triangle(float(self.x_pixels(centre)), foot, side))
        painter.restore()

    def _paint_end_labels(self, painter: QPainter, picture: SumPicture) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        labels: list[tuple[str, float, QColor, bool]] = []
        if picture.target is not None:
            labels.append(("target", float(picture.target[-1]), tokens.text2, False))
        is_whole = picture.added == picture.units
        if self.now.isVisible():
            labels.append((f"sum of {picture.added}" if picture.added else "bias", float(picture.now[-1]), tokens.accent, True))
        if picture.before is not None:
            before = f"sum of {picture.added - 1}" if picture.added > 1 else "bias"
            labels.append((before, float(picture.before[-1]), tokens.text2, False))
        if not (is_whole and self.now.isVisible()):
            labels.append((f"fit, all {picture.units}", float(picture.fit[-1]), tokens.text, False))
        labels = [label for label in labels if np.isfinite(label[1])]
        low, high = self.y_range
        wanted = [float(self.y_pixels(min(max(value, low), high))) for _, value, _, _ in labels]
        heights = push_apart(wanted, px(17), self.picture.top() + px(8), self.picture.bottom() - px(8))
        left = self.picture.right() + px(10)
        for (text, value, color, is_bold), y in zip(labels, heights, strict=True):
            painter.setFont(self._theme.font("caption_strong" if is_bold else "caption"))
            painter.setPen(color)
            off = "" if low <= value <= high else " ↑" if value > high else " ↓"
            room = QRectF(left, y - px(10), self.width() - left, px(20))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text + off)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        grip = self.handles.near(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if grip is None:
            super().mousePressEvent(event)
            return
        self._grip = self.handles.chosen = grip
        self.grabbed.emit(grip.value)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._grip is not None:
            self.dragged.emit(self._grip.value, self.x_at(at.x()), self.y_at(at.y()))
            return
        near = self.handles.near(at)
        self.setCursor(Qt.CursorShape.SizeAllCursor if near else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)
        text = self.handles.words(near) if near else self.reading(self.x_at(at.x()))
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseReleaseEvent(event)
            return
        self._grip = None
        self.let_go.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """C, S and H choose a handle of the selected unit, Alt with the arrow keys moves it; the arrow keys alone add units."""
        arrows = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        letters = {Qt.Key.Key_C: Grip.CENTRE, Qt.Key.Key_S: Grip.SLOPE, Qt.Key.Key_H: Grip.HEIGHT}
        key, places = Qt.Key(event.key()), self.handles.places()
        is_alone = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in arrows and event.modifiers() & Qt.KeyboardModifier.AltModifier and self.handles.chosen in places:
            across, up = arrows[key]
            at = places[self.handles.chosen]
            x = self.x_at(at.x()) + across * STEP * float(np.ptp(self.x_range))
            y = self.y_at(at.y()) + up * STEP * float(np.ptp(self.y_range))
            self.grabbed.emit(self.handles.chosen.value)
            self.dragged.emit(self.handles.chosen.value, x, y)
            self.let_go.emit()
        elif key in letters and is_alone and letters[key] in places:
            self.handles.chosen = letters[key]
            self.repaint_around()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and is_alone:
            self.stepped.emit(arrows[key][0])
        else:
            super().keyPressEvent(event)

    def reading(self, x: float) -> str:
        """Sum, fit and target at the point of the curve that is nearest to x."""
        picture = self._picture
        if picture is None or not picture.x[0] <= x <= picture.x[-1]:
            return ""
        k = int(np.abs(picture.x - x).argmin())
        words = [f"{picture.name} {numbers.number(float(picture.x[k]), 3)}"]
        if picture.added < picture.units:
            words.append(f"sum of {picture.added}: {numbers.number(float(picture.now[k]))}")
        words.append(f"fit: {numbers.number(float(picture.fit[k]))}")
        if picture.target is not None:
            words.append(f"target: {numbers.number(float(picture.target[k]))}")
        return "\n".join(words)
