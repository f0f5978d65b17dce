"""One run's predictions in the triangle of all distributions over three classes, on the loss if one of them is the true class.

A sample is a mark by its true class: disc, triangle or square. Contour lines are the loss for the chosen class; arrows are how the loss
pulls there, minus the gradient at the outputs.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from nnlab.training.probes.simplex import SIDE, Simplex, triangles
from nnlab.ui.comparison.contour_lines import contour_lines, levels_within
from nnlab.ui.comparison.run_keys import RunKey, paint_mark, paint_marks
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.class_colors import class_colors
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.primitives import Stamps, draw_pieces
from nnlab.ui.widgets.painting import draw_focus

CLASS_MARKS = tuple(RunKey((), mark, True, 1.0) for mark in ("circle", "triangle", "square"))
HEAD, CORNER = 22, 20  # pixels above the triangle for the run's name, and at its corners for the classes' names
ARROW = 0.13  # of a side, the longest pull
REACH = 9.0
HEIGHT = np.sqrt(3) / 2  # of a triangle whose side is 1
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, HEIGHT]])


class SimplexPlot(QWidget):
    """`class_chosen(number)`: the contours of another true class are wanted, by a click at its corner or its number key."""

    class_chosen = Signal(int)

    def __init__(self, theme: Theme, key: RunKey, focus: SampleFocus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._key, self._focus = theme, key, focus
        self._found: Simplex | None = None
        self._name, self._loss, self._classes = "", "", ("", "", "")
        self._true, self._longest = 0, 1.0
        self._contours: tuple[object, list[tuple[float, np.ndarray]]] = (None, [])
        self._stamps = Stamps()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)
        focus.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.update()

    def minimumSizeHint(self) -> QSize:
        px = self._theme.metrics.px
        return QSize(px(120), px(130))

    @property
    def found(self) -> Simplex | None:
        return self._found

    @property
    def levels(self) -> tuple[float, ...]:
        """The losses that contour lines are drawn for."""
        return tuple(level for level, _ in self._lines())

    def show_simplex(self, name: str, loss: str, classes: tuple[str, ...], found: Simplex, true: int, longest: float) -> None:
        """`true`: the class whose loss is shown; `longest`: the length of a pull that is drawn longest, the same for all runs."""
        self._name, self._loss, self._classes, self._found = name, loss, (classes[0], classes[1], classes[2]), found
        self._true, self._longest = true, longest
        sure = int((found.shares[np.arange(len(found.true)), found.true] > 0.5).sum())
        self.setAccessibleName(f"Predictions of {name} in the triangle of probabilities")
        self.setAccessibleDescription(
            f"{numbers.count(sure)} of {numbers.count(len(found.true))} samples nearer to their own class than to the others"
        )
        self.update()

    # Places

    @property
    def _triangle(self) -> tuple[QPointF, float]:
        """The lower left corner and the side, in pixels."""
        px = self._theme.metrics.px
        room = QRectF(px(4), px(HEAD + CORNER), self.width() - px(8), self.height() - px(HEAD + 2 * CORNER))
        side = max(1.0, min(room.width(), room.height() / HEIGHT))
        top = room.top() + (room.height() - side * HEIGHT) / 2
        return QPointF(room.center().x() - side / 2, top + side * HEIGHT), side

    def places(self, shares: np.ndarray) -> np.ndarray:
        """(n, 2) pixels of distributions (n, 3)."""
        origin, side = self._triangle
        flat = shares @ CORNERS
        return np.stack([origin.x() + flat[:, 0] * side, origin.y() - flat[:, 1] * side], axis=1)

    def _lines(self) -> list[tuple[float, np.ndarray]]:
        """Contours in pixels, found again for another size, class or loss."""
        if self._found is None:
            return []
        key = (id(self._found.losses), self._true, self.size())
        if key != self._contours[0]:
            points, values = self.places(self._found.grid), self._found.losses[self._true]
            lines = [(level, contour_lines(points, values, triangles(SIDE), level)) for level in levels_within(values)]
            self._contours = key, lines
        return self._contours[1]

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._found is not None:
            self._paint_head(painter)
            self._paint_ground(painter)
            self._paint_pulls(painter, self._found)
            self._paint_samples(painter, self._found)
            self._paint_focus(painter, self._found)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _paint_head(self, painter: QPainter) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        paint_mark(painter, QPointF(px(6), px(HEAD) / 2), self._key, px(4), tokens.text, tokens.canvas)
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.text)
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, self.width() - px(20))
        painter.drawText(QRectF(px(16), 0, self.width(), px(HEAD)), Qt.AlignmentFlag.AlignVCenter, name)
        width = painter.fontMetrics().horizontalAdvance(name)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        loss = "" if self._loss == self._name else f"{self._loss} "
        words = f"{loss}if {self._classes[self._true]} is true"
        room = QRectF(px(26) + width, 0, self.width() - px(26) - width, px(HEAD))
        elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)

    def _paint_ground(self, painter: QPainter) -> None:
        """The triangle, its contour lines with their values, and the classes at the corners."""
        px, tokens = self._theme.metrics.px, self._theme.tokens
        corners = [QPointF(x, y) for x, y in self.places(np.eye(3))]
        painter.setPen(QPen(tokens.stroke, 1))
        painter.setBrush(tokens.canvas)
        painter.drawPolygon(QPolygonF(corners))
        painter.setFont(self._theme.font("caption"))
        metrics = QFontMetricsF(painter.font())
        taken: list[QRectF] = []
        for level, segments in self._lines():
            painter.setPen(QPen(tokens.text3, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            draw_pieces(painter, segments[:, :, 0].ravel(), segments[:, :, 1].ravel())
            text = numbers.short(level, 2)
            ends, width = segments.reshape(-1, 2), metrics.horizontalAdvance(text)
            x, y = ends[np.argmin(ends[:, 1] - 1e-3 * ends[:, 0])]  # the higher end, where it leaves at the left or the right
            left = x - px(4) - width if x < corners[2].x() else x + px(4)
            box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
            if self.rect().contains(box.toRect()) and not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.setPen(tokens.text2)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        self._paint_corners(painter, corners)

    def _paint_corners(self, painter: QPainter, corners: list[QPointF]) -> None:
        px, tokens = self._theme.metrics.px, self._theme.tokens
        for k, corner in enumerate(corners):
            painter.setFont(self._theme.font("caption_strong" if k == self._true else "caption"))
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(self._classes[k], Qt.TextElideMode.ElideMiddle, self.width() / 2 - px(24))
            width = metrics.horizontalAdvance(text) + px(14)
            left = min(max(corner.x() - width / 2, 0.0), self.width() - width)
            top = corner.y() - px(CORNER) if k == 2 else corner.y() + px(2)
            paint_mark(painter, QPointF(left + px(5), top + px(9)), CLASS_MARKS[k], px(3.5), self._color(k), tokens.canvas)
            painter.setPen(tokens.text if k == self._true else tokens.text2)
            painter.drawText(QRectF(left + px(13), top, width, px(18)), Qt.AlignmentFlag.AlignVCenter, text)

    def _color(self, number: int) -> QColor:
        return QColor(*class_colors(3, self._theme.is_dark)[number])

    def _paint_pulls(self, painter: QPainter, found: Simplex) -> None:
        """Arrows from every place where they are long enough to have a direction."""
        _, side = self._triangle
        pulls = found.pulls[self._true]
        starts = self.places(found.places)
        steps = (pulls @ CORNERS) * (ARROW * side / self._longest) * np.array([1.0, -1.0])
        painter.setPen(QPen(self._theme.tokens.text2, 1.2))
        for (x, y), (dx, dy) in zip(starts.tolist(), steps.tolist(), strict=True):
            length = float(np.hypot(dx, dy))
            if length < 2.0:
                continue
            ux, uy, head = dx / length, dy / length, min(4.0, length / 2)
            tip = QPointF(x + dx, y + dy)
            painter.drawLine(QPointF(x, y), tip)
            for turn in (0.5, -0.5):
                painter.drawLine(tip, QPointF(tip.x() - head * (ux - turn * uy), tip.y() - head * (uy + turn * ux)))

    def _paint_samples(self, painter: QPainter, found: Simplex) -> None:
        """Those of the chosen class in full and in front, the others faint."""
        places, radius, tokens = self.places(found.shares), self._theme.metrics.px(3), self._theme.tokens
        for number in sorted(range(3), key=lambda k: k == self._true):
            chosen = np.unique(np.rint(places[found.true == number]), axis=0)
            color = self._color(number)
            if number != self._true:
                painter.setOpacity(0.55)
            paint_marks(painter, self._stamps, chosen[:, 0], chosen[:, 1], CLASS_MARKS[number], radius, color, tokens.canvas)
            painter.setOpacity(1.0)

    def _paint_focus(self, painter: QPainter, found: Simplex) -> None:
        sample, tokens = self._focus.sample, self._theme.tokens
        if sample is None or sample >= len(found.shares):
            return
        x, y = self.places(found.shares[sample : sample + 1])[0]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, color in ((4.0, tokens.canvas), (2.0, tokens.text)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(QPointF(x, y), 7.5, 7.5)

    # Events

    def sample_at(self, place: QPointF) -> int | None:
        """The training sample whose mark is nearest, within reach."""
        if self._found is None or not len(self._found.shares):
            return None
        away = np.hypot(*(self.places(self._found.shares) - np.array([place.x(), place.y()])).T)
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= REACH else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        sample = self.sample_at(event.position())
        self._focus.set(sample)
        self.setToolTip("" if sample is None else self.sentence(sample))

    def sentence(self, sample: int) -> str:
        """A sample's distribution in words."""
        assert self._found is not None
        pairs = zip(self._classes, self._found.shares[sample], strict=True)
        return f"{self._classes[self._found.true[sample]]}: {', '.join(f'{name} {numbers.percent(share)}' for name, share in pairs)}"

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._focus.set(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        away = np.hypot(*(self.places(np.eye(3)) - np.array([event.position().x(), event.position().y()])).T)
        if event.button() == Qt.MouseButton.LeftButton and away.min() < 3 * REACH:
            self.class_chosen.emit(int(np.argmin(away)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < 3:
            self.class_chosen.emit(number)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.class_chosen.emit((self._true + (1 if event.key() == Qt.Key.Key_Right else -1)) % 3)
        else:
            super().keyPressEvent(event)

    def table(self) -> ExportTable | None:
        """Every sample: its true class and the probabilities it was given."""
        if self._found is None:
            return None
        names = ("true", *(f"p of {name}" for name in self._classes))
        return ExportTable(names, ([self._classes[k] for k in self._found.true], *self._found.shares.T))
