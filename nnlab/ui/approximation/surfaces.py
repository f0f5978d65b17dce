"""Two inputs: the fit as a surface one can turn, its contours against those of the target, and their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.approximation.marks import hatch
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.panels.plotting.fit_plot import rounded_up
from nnlab.ui.panels.plotting.surface_plot import Surface, SurfacePlot
from nnlab.ui.widgets.label import Label

LEVELS = 9


@dataclass(frozen=True, eq=False)
class PlanePicture:
    """values: (rows, columns), row 0 at the lowest second input, over x and y; `domain` is the rectangle of the samples within it."""

    values: np.ndarray
    x: tuple[float, float]
    y: tuple[float, float]
    domain: tuple[tuple[float, float], tuple[float, float]]
    limit: float
    contours: tuple[np.ndarray, ...] = ()  # the same grid for each set of contour lines: wide, then thin
    supremum: tuple[float, float, float] | None = None  # x, y and the magnitude
    ridge: tuple[float, float, float] | None = None  # of the selected unit: w x + u y + b = 0


class PlaneMap(QWidget):
    """A square map in signed colours with its bar; outside the domain it is hatched."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: PlanePicture | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(286), self._theme.metrics.px(226))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(170), self._theme.metrics.px(110))

    @property
    def shown(self) -> PlanePicture | None:
        return self._picture

    def show_picture(self, picture: PlanePicture) -> None:
        self._picture = picture
        self.update()

    @property
    def square(self) -> QRectF:
        side = min(self.height() - 2, self.width() - self._theme.metrics.px(62))
        return QRectF(0, 1, max(side, 1), max(side, 1))

    def place(self, x: float, y: float) -> QPointF:
        """Pixels of a point of the plane."""
        picture, square = self._picture, self.square
        assert picture is not None
        across = (x - picture.x[0]) / (picture.x[1] - picture.x[0])
        up = (y - picture.y[0]) / (picture.y[1] - picture.y[0])
        return QPointF(square.left() + across * square.width(), square.bottom() - up * square.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture, tokens = self._picture, self._theme.tokens
        if picture is not None:
            square = self.square
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(0.55 if picture.contours else 1.0)
            painter.drawImage(square, sign_image(picture.values[::-1], picture.limit, self._theme.is_dark))
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.save()
            painter.setClipRect(square)
            self._paint_contours(painter, picture)
            self._paint_outside(painter, picture)
            self._paint_ridge(painter, picture)
            painter.restore()
            self._paint_supremum(painter, picture)
            self._paint_bar(painter, picture)
        painter.setPen(QPen(tokens.line, 1))
        painter.end()

    def _paint_contours(self, painter: QPainter, picture: PlanePicture) -> None:
        """Wide lines of the target, thin ones of the fit over them; zero is the thickest."""
        from contourpy import LineType, contour_generator  # a library in C++, which a window without surfaces need not load

        tokens = self._theme.tokens
        levels = np.linspace(-picture.limit, picture.limit, LEVELS + 2)[1:-1]
        widths = ((5.0, 5.0), (1.3, 2.0))
        for values, (usual, zero) in zip(picture.contours, widths[len(widths) - len(picture.contours) :], strict=True):
            color = tokens.text if usual < 2 else mix(tokens.canvas, tokens.stroke, 0.85)
            for level in levels:
                pen = QPen(color, zero if abs(level) < 1e-9 * picture.limit else usual)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                rows, columns = values.shape
                for line in cast(list[np.ndarray], contour_generator(z=values, line_type=LineType.Separate).lines(float(level))):
                    xs = picture.x[0] + line[:, 0] / (columns - 1) * (picture.x[1] - picture.x[0])
                    ys = picture.y[0] + line[:, 1] / (rows - 1) * (picture.y[1] - picture.y[0])
                    painter.drawPolyline([self.place(float(a), float(b)) for a, b in zip(xs, ys, strict=True)])

    def _paint_outside(self, painter: QPainter, picture: PlanePicture) -> None:
        tokens = self._theme.tokens
        (x0, x1), (y0, y1) = picture.domain
        inner = QRectF(self.place(x0, y1), self.place(x1, y0))
        if inner.contains(self.square.adjusted(1, 1, -1, -1)):
            return
        brush = hatch(tokens, self.devicePixelRatioF())
        painter.setOpacity(0.55)
        square = self.square
        for part in (
            QRectF(square.left(), square.top(), square.width(), inner.top() - square.top()),
            QRectF(square.left(), inner.bottom(), square.width(), square.bottom() - inner.bottom()),
            QRectF(square.left(), inner.top(), inner.left() - square.left(), inner.height()),
            QRectF(inner.right(), inner.top(), square.right() - inner.right(), inner.height()),
        ):
            painter.fillRect(part, brush)
        painter.setOpacity(1.0)
        painter.setPen(QPen(tokens.text2, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(inner)

    def _paint_ridge(self, painter: QPainter, picture: PlanePicture) -> None:
        """The line on which the selected unit's argument is zero."""
        if picture.ridge is None:
            return
        w, u, b = picture.ridge
        (x0, x1), (y0, y1) = picture.x, picture.y
        if abs(w) + abs(u) < 1e-12:
            return
        ends = [(x, -(b + w * x) / u) for x in (x0, x1)] if abs(u) >= abs(w) else [(-(b + u * y) / w, y) for y in (y0, y1)]
        painter.setPen(QPen(self._theme.tokens.accent, 2.5))
        painter.drawLine(self.place(*ends[0]), self.place(*ends[1]))

    def _paint_supremum(self, painter: QPainter, picture: PlanePicture) -> None:
        if picture.supremum is None:
            return
        tokens, px = self._theme.tokens, self._theme.metrics.px
        x, y, value = picture.supremum
        at = self.place(x, y)
        painter.setPen(QPen(tokens.text, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, px(5), px(5))
        painter.setFont(self._theme.font("caption_strong"))
        words = f"sup {numbers.number(value, 4)}"
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(words)
        left = at.x() + px(9) if at.x() + px(10) + width < self.square.right() else at.x() - px(9) - width
        top = min(max(at.y() - metrics.height() / 2, self.square.top()), self.square.bottom() - metrics.height())
        ground = tokens.canvas
        painter.setOpacity(0.7)
        painter.fillRect(QRectF(left - 2, top, width + 4, metrics.height()), ground)
        painter.setOpacity(1.0)
        painter.drawText(QPointF(left, top + metrics.ascent()), words)

    def _paint_bar(self, painter: QPainter, picture: PlanePicture) -> None:
        """The colour bar with both ends and zero."""
        px, square, tokens = self._theme.metrics.px, self.square, self._theme.tokens
        bar = QRectF(square.right() + px(10), square.top(), px(8), square.height())
        steps = np.linspace(picture.limit, -picture.limit, 128).reshape(-1, 1)
        painter.drawImage(bar, sign_image(steps, picture.limit, self._theme.is_dark))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        height = QFontMetricsF(painter.font()).height()
        for share, value in ((0.0, picture.limit), (0.5, 0.0), (1.0, -picture.limit)):
            top = min(max(bar.top() + share * bar.height() - height / 2, 0.0), self.height() - height)
            room = QRectF(bar.right() + px(5), top, self.width() - bar.right() - px(5), height)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, numbers.number(value, 2) if value else "0")


class Surfaces(QWidget):
    """The surface at the left, two maps below each other at its right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shows_target = False
        self._found: ApproximationSurface | None = None
        self._names = ("x", "y")
        self._ridge: tuple[float, float, float] | None = None
        self.surface = SurfacePlot(theme, "Fit as a surface")
        self.surface.held.connect(self._hold)
        self.title = Label(theme, "fit g(x, y)", "name", parent=self.surface)
        self.words = Label(theme, "drag to turn; hold T for the target", "caption", "text2", self.surface)
        self.contours = PlaneMap(theme, "Contours of fit and target")
        self.difference = PlaneMap(theme, "Difference: target minus fit")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.surface, 62)
        self._maps = QVBoxLayout()
        for title, words, plane in (("contours", "line fit, wide target", self.contours), ("difference", "target − fit", self.difference)):
            head = QHBoxLayout()
            head.addWidget(Label(theme, title, "name"), 1)
            head.addWidget(Label(theme, words, "caption", "text2"))
            head.setContentsMargins(0, 0, theme.metrics.px(62), 0)
            self._maps.addLayout(head)
            self._maps.addWidget(plane, 1)
        self._row.addLayout(self._maps, 30)
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._row.setContentsMargins(0, 0, px(12), px(10))
        self._maps.setContentsMargins(px(8), px(2), 0, 0)
        self._maps.setSpacing(px(4))
        self.title.move(px(24), px(8))
        self.words.move(px(24), px(28))
        for label in (self.title, self.words):
            label.adjustSize()

    def show_surface(self, found: ApproximationSurface, names: tuple[str, str], ridge: tuple[float, float, float] | None) -> None:
        """A newer state of the network; `ridge` is w, u, b of the selected unit, whose line w x + u y + b = 0 is marked."""
        self._found, self._names, self._ridge = found, names, ridge
        self._draw()

    def _hold(self, is_held: bool) -> None:
        self._shows_target = is_held
        self.title.setText("target f(x, y)" if is_held else "fit g(x, y)")
        self.title.adjustSize()
        self._draw()

    def _draw(self) -> None:
        found = self._found
        if found is None:
            return
        reach = (float(found.x[0]), float(found.x[-1])), (float(found.y[0]), float(found.y[-1]))
        known = found.truth if found.truth is not None else found.fit
        limit = max(float(np.nanmax(np.abs(known), initial=0.0)), 1e-12)
        shown = found.truth if self._shows_target and found.truth is not None else found.fit
        self.surface.show_surface(Surface(*reach, shown, limit, self._names))
        contours = (found.truth, found.fit) if found.truth is not None else (found.fit,)
        self.contours.show_picture(PlanePicture(found.fit, *reach, reach, limit, contours, None, self._ridge))
        if found.truth is None:
            return
        difference = found.truth - found.fit
        supremum = None if found.inside is None else (found.inside.at[0], found.inside.at[1], found.inside.sup)
        inside = rounded_up(found.inside.sup) if found.inside is not None else limit
        self.difference.show_picture(PlanePicture(difference, *reach, reach, inside, (), supremum, self._ridge))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.canvas)
        painter.end()
