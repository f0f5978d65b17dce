"""Two inputs: the fit as a surface one can turn, its contours against those of the target, and their difference."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.studies.approximation.unit_handles import RidgeUnit
from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.approximation.plane_grips import PlaneGrip
from nnlab.ui.approximation.plane_map import PlaneMap, PlanePicture
from nnlab.ui.approximation.surface_cut import SurfaceCut, cut_values
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.fit_plot import rounded_up
from nnlab.ui.panels.plotting.surface_plot import Surface, SurfacePlot
from nnlab.ui.widgets.label import Label

MOST = 1000  # samples shown as dots


class Surfaces(QWidget):
    """The surface at the left, two maps below each other at its right; the cut can be dragged on both, the selected unit on the upper one.

    `ridge_grabbed()`, `ridge_dragged(grip, unit)` with the unit as it then is, and `ridge_let_go()`.
    """

    ridge_grabbed = Signal()
    ridge_dragged = Signal(str, object)
    ridge_let_go = Signal()

    def __init__(self, theme: Theme, cut: SurfaceCut, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shows_target = False
        self._found: ApproximationSurface | None = None
        self._names = ("x", "y")
        self._ridge: RidgeUnit | None = None
        self._cut = cut
        self._cut.changed.connect(self._draw)
        self._from: tuple[float, float] | None = None  # where a drag of the cut began, or went on
        self.surface = SurfacePlot(theme, "Fit as a surface")
        self.surface.held.connect(self._hold)
        self.title = Label(theme, "fit g(x, y)", "name", parent=self.surface)
        self.words = Label(theme, "drag to turn", "caption", "text2", self.surface)
        self.contours = PlaneMap(theme, "Contours of fit and target")
        self.difference = PlaneMap(theme, "Difference: target minus fit")
        for plane in (self.contours, self.difference):
            plane.grabbed.connect(self._grab)
            plane.dragged.connect(self._drag)
            plane.let_go.connect(self._let_go)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.surface, 62)
        self._maps = QVBoxLayout()
        self.lines, self.measured = (Label(theme, "", "caption", "text2") for _ in range(2))
        for title, words, plane in (("contours", self.lines, self.contours), ("difference", self.measured, self.difference)):
            head = QHBoxLayout()
            head.addWidget(Label(theme, title, "name"), 1)
            head.addWidget(words)
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

    def show_surface(self, found: ApproximationSurface, names: tuple[str, str], ridge: RidgeUnit | None) -> None:
        """A newer state of the network; `ridge` is the selected unit, whose edge is marked."""
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
        inner, is_known = np.s_[found.inner, found.inner], found.truth is not None
        self.words.setText("drag to turn; hold T for the target" if is_known else "drag to turn")
        self.words.adjustSize()
        self.lines.setText("line fit, wide target" if is_known else "of the fit")
        self.measured.setText("target − fit" if is_known else "at the samples")
        known = found.truth if found.truth is not None else found.fit
        limit = max(float(np.nanmax(np.abs(known[inner]), initial=0.0)), 1e-12)
        shown = found.truth if self._shows_target and found.truth is not None else found.fit
        ends = self._cut.ends(found)
        self.surface.show_surface(Surface(*found.domain, shown[inner], limit, self._names, self._line_on(found, ends)))
        contours = (found.truth, found.fit) if found.truth is not None else (found.fit,)
        self.contours.show_picture(PlanePicture(found.fit, *reach, found.domain, limit, contours, None, self._ridge, ends))
        difference = None if found.truth is None else found.truth - found.fit
        samples = None if found.samples is None or found.misses is None else (found.samples[:MOST], found.misses[:MOST])
        supremum = None if found.inside is None else (found.inside.at[0], found.inside.at[1], found.inside.sup)
        inside = rounded_up(found.inside.sup) if found.inside is not None else limit
        self.difference.show_picture(PlanePicture(difference, *reach, found.domain, inside, (), supremum, None, ends, samples))

    def _line_on(self, found: ApproximationSurface, ends: tuple[tuple[float, float], tuple[float, float]]) -> np.ndarray | None:
        """The cut on the surface, as far as the surface goes."""
        along = cut_values(found, *ends)
        heights = along.target if self._shows_target and along.target is not None else along.fit
        points = np.stack([along.x, along.y, heights], axis=1)[along.is_inside]
        return points if len(points) > 1 else None

    # What is dragged on the maps

    def _grab(self, grip: str) -> None:
        self._from = None
        if grip in (PlaneGrip.RIDGE, PlaneGrip.DIRECTION):
            self.ridge_grabbed.emit()

    def _drag(self, grip: str, x: float, y: float) -> None:
        found, unit = self._found, self._ridge
        if found is None:
            return
        start, end = self._cut.ends(found)
        if grip == PlaneGrip.RIDGE and unit is not None:
            self.ridge_dragged.emit(grip, unit.with_point((x, y)))
        elif grip == PlaneGrip.DIRECTION and unit is not None:
            handles, arm = self.contours.grips.ridge, self.contours.grips.arm()
            centre = handles.centre if handles is not None else None
            if centre is not None and (x, y) != centre:
                self.ridge_dragged.emit(grip, unit.with_weight(((x - centre[0]) / arm, (y - centre[1]) / arm), centre))
        elif grip == PlaneGrip.START:
            self._cut.place((x, y), end)
        elif grip == PlaneGrip.END:
            self._cut.place(start, (x, y))
        elif self._from is None:
            self._from = x, y
        elif grip == PlaneGrip.CUT:
            dx, dy = x - self._from[0], y - self._from[1]
            self._from = x, y
            self._cut.place((start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy))
        elif grip == PlaneGrip.NEW:
            self._cut.place(self._from, (x, y))

    def _let_go(self) -> None:
        self._from = None
        self.ridge_let_go.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.canvas)
        painter.end()
