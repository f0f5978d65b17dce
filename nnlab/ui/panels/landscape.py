"""Landscape: the loss over a plane of weights round where the run stands, the run's path in it, and its distance from the plane."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from nnlab.engine.program import Program
from nnlab.jobs.remaining import remaining_words
from nnlab.studies.landscape.planes import PATH, RANDOM, placed
from nnlab.studies.landscape.study import Landscape
from nnlab.training.weight_path import WeightPath
from nnlab.ui.landscape.computing import LandscapeComputing
from nnlab.ui.landscape.distance_plot import DistancePlot
from nnlab.ui.landscape.heights import Heights, heights_of
from nnlab.ui.landscape.map import LandscapeMap
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.color_bar import ColorBar
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.surface_plot import SurfacePlot
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.progress_line import ProgressLine
from nnlab.ui.widgets.segmented import Option, Segmented
from nnlab.ui.widgets.value_row import ValueRow

LOOK_MILLISECONDS = 100
MOST_FOLLOWED = 200_000  # numbers of a network whose place in the plane is worked out while it trains
ABOVE, SURFACE = "2-D", "surface"
EMPTY = "The loss around the network's weights appears here. Press Space to train, then Compute."
INVITATION = "Compute the loss over a plane through the weights as they are now, with the path of the run in it."


class LandscapePanel(LivePanel):
    """At the left the map or the surface, at the right figures, the distance from the plane, and what one can do."""

    name = "landscape"
    title = "Landscape"
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._heights: Heights | None = None
        self._program: Program | None = None  # of the network whose losses these are
        self._refusal = ""
        self.computing = LandscapeComputing(services.session, self)
        self.plane = Segmented(
            theme,
            (
                Option(PATH, "path", "The plane in which the run has moved most: the principal components of its path"),
                Option(RANDOM, "random", "Two random directions, each filter as long as the network's (Li et al. 2018)"),
            ),
            "Which plane",
        )
        self.look = Segmented(
            theme,
            (Option(ABOVE, ABOVE, "From above, with contour lines"), Option(SURFACE, SURFACE, "As a surface: drag or arrow keys turn it")),
            "How it is looked at",
        )
        self.color_bar = ColorBar(theme, "Loss, on a logarithmic scale where all losses are positive")
        for widget in (self.plane, self.look):
            self.add_option(widget)
        self.map = LandscapeMap(theme, services.crosshair)
        self.surface = SurfacePlot(theme, "Loss landscape as a surface")
        self.distance = DistancePlot(theme, services.crosshair)
        self.figures = {
            "loss": ValueRow(theme, "loss of the run"),
            "plane": ValueRow(theme, "loss in the plane"),
            "off": ValueRow(theme, "off the plane", "How far those weights are from the plane (Euclidean)"),
        }
        self.words = Label(theme, INVITATION, "caption", "text2")
        self.words.setWordWrap(True)
        self.bar = ProgressLine(theme, "of the landscape done")
        self.start_button = PressButton(icon(theme, "play"), "Compute")
        self.less_button, self.cancel = PressButton("Less"), PressButton("Cancel")
        self.cancel.setToolTip("Stops; what is computed by then stays")
        self._arrange()
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._show_progress)
        self.start_button.clicked.connect(self.compute)
        self.less_button.clicked.connect(self._compute_less)
        self.cancel.clicked.connect(self.computing.cancel)
        self.look.chosen.connect(self._show_look)
        self.plane.chosen.connect(self._choose_plane)
        services.crosshair.changed.connect(self._show_figures)
        self.computing.came.connect(self._take)
        self.computing.asked.connect(self._show_state)
        self.computing.changed.connect(self._show_state)
        self.computing.refused.connect(self._refuse)
        self._show_state()
        self.apply_metrics()

    def _arrange(self) -> None:
        page = QWidget()
        self._row, self._side, self._buttons = QHBoxLayout(page), QVBoxLayout(), QHBoxLayout()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.map)
        self.stack.addWidget(self.surface)
        self._row.addWidget(self.stack, 1)
        self._row.addLayout(self._side)
        for row in self.figures.values():
            self._side.addWidget(row)
        self._side.addWidget(self.color_bar)
        self._side.addWidget(self.distance, 1)
        self.filler = QWidget()
        self.filler.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._side.addWidget(self.filler)
        self._side.addWidget(self.words)
        self._side.addWidget(self.bar)
        self._side.addLayout(self._buttons)
        for button in (self.start_button, self.less_button, self.cancel):
            self._buttons.addWidget(button)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_row"):
            px = self._theme.metrics.px
            self._row.setContentsMargins(px(12), 0, px(12), px(8))
            self._row.setSpacing(px(12))
            self._side.setSpacing(px(4))
            parts: tuple[QWidget, ...] = (*self.figures.values(), self.distance, self.words, self.bar)
            for widget in parts:
                widget.setFixedWidth(px(196))
            self.distance.setMinimumHeight(px(44))
            self.distance.setMaximumHeight(px(130))

    # Computing

    def compute(self) -> None:
        """Over the plane chosen, or all of what was asked about."""
        waiting = self.computing.waiting
        if waiting is not None:
            self.computing.go_on(waiting.size)
        else:
            self.computing.start(self.plane.current)

    def _compute_less(self) -> None:
        waiting = self.computing.waiting
        if waiting is not None:
            self.computing.go_on(waiting.less())

    def _choose_plane(self, kind: str) -> None:
        self.computing.forget()
        self._show_state()
        if self._heights is not None and self._heights.found.plane.kind != kind:
            self.words.setText("Press Again for this plane.")
            self.words.show()

    def _take(self, found: Landscape) -> None:
        is_first = self._heights is None
        self._heights = heights = heights_of(found)
        frame = self._services.session.frame
        self._program = frame.program if frame is not None else None
        self.map.show_heights(heights)
        if self.look.current == SURFACE or found.is_complete:
            self.surface.show_surface(heights.surface())
        self.distance.show_path(found)
        low, high = heights.ends
        self.color_bar.set_ends(numbers.number(low, 2), f"{'≥ ' if heights.has_more else ''}{numbers.number(high, 2)}")
        self._show_figures()
        if found.is_complete or is_first:
            self._show_state()
        if self.is_empty:
            self.set_empty(None)

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence

    def _show_state(self) -> None:
        running, waiting, has = self.computing.job is not None, self.computing.waiting is not None, self._heights is not None
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.start_button.setVisible(not running)
        self.less_button.setVisible(waiting and not running)
        self.start_button.setText("All of it" if waiting else "Again" if has else "Compute")
        self.start_button.setToolTip("Computes the loss over the plane through the weights as they are now, in the background")
        parts: tuple[QWidget, ...] = (*self.figures.values(), self.distance, self.color_bar)
        for widget in parts:
            widget.setVisible(has)
        self.words.setVisible(True)
        self.filler.setVisible(not has)
        if running:
            self._refusal = ""
            self._timer.start()
            self._show_progress()
            return
        self._timer.stop()
        text = self._refusal or ("" if has else INVITATION)
        if self._heights is not None:
            found = self._heights.found
            if not found.is_complete and not text:
                text = f"Cancelled: {found.known:,} of {found.size.points:,} points"
            over = f"{numbers.count(found.size.samples)} training samples"
            self.figures["loss"].setToolTip(f"With the weights that the run had: the mean over {over}")
            self.figures["plane"].setToolTip(f"At the point of the plane that is nearest to those weights: the mean over {over}")
        asked = self.computing.waiting
        if asked is not None:
            text = f"{asked.size.words}. Less: {asked.less().words}."
        self.words.setText(text)
        self.words.setVisible(bool(text))

    def _show_progress(self) -> None:
        job = self.computing.job
        if job is None:
            return
        progress = job.job.progress
        self.bar.show_share(job.job.fraction)
        self.words.setText(", ".join(filter(None, (progress.words if progress else "Begins", remaining_words(job.job.remaining)))))

    # Showing

    @property
    def landscape(self) -> Landscape | None:
        """What is shown."""
        return None if self._heights is None else self._heights.found

    @property
    def crosshair_iteration(self) -> int | None:
        """The iteration whose figures stand beside it; None: where the run stood."""
        return self._services.crosshair.iteration

    def _show_look(self) -> None:
        if self.look.current == SURFACE and self._heights is not None:
            self.surface.show_surface(self._heights.surface())
        self.stack.setCurrentWidget(self.surface if self.look.current == SURFACE else self.map)

    def _show_figures(self) -> None:
        if self._heights is None or not self.isVisible():
            return
        found = self._heights.found
        row = self.map.row_of(self._services.crosshair.iteration)
        for name, values in (("loss", found.path_losses), ("plane", found.plane_losses), ("off", found.path.distances)):
            value = float(values[row])
            self.figures[name].set_number(None if np.isnan(value) else value)
        shares = found.plane.shares
        held = "" if shares is None else f"; the axes hold {100 * shares[0]:.3g} and {100 * shares[1]:.3g} % of the run's movement"
        self.map.setAccessibleDescription(
            f"Losses from {numbers.number(float(np.nanmin(found.losses)))} to {numbers.number(float(np.nanmax(found.losses)))}{held}. "
            + "; ".join(figure.accessibleName() for figure in self.figures.values())
        )

    def draw(self, view: LiveView) -> None:
        """The landscape stays as computed; where the run stands by now moves over it."""
        if self._heights is None:
            return
        found, program = self._heights.found, view.frame.program
        live = None
        if self._program is view.frame.program and len(found.plane.centre) == program.parameters_end <= MOST_FOLLOWED:
            place = placed(program, found.plane, WeightPath(np.array([view.frame.iteration]), view.frame.parameters[None], 0))
            if view.frame.iteration != int(found.iterations[found.now]):
                live = (float(place.places[0, 0]), float(place.places[0, 1]))
        self.map.show_live(live)

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "computing"):
            self.computing.forget()
            self._heights = None
            self.map.show_heights(None)
            self.surface.show_surface(None)
            self._refusal = ""
            self._show_state()

    def picture_widget(self) -> QWidget | None:
        return self.stack.currentWidget() if self._heights is not None else None

    def table(self) -> ExportTable | None:
        """Every point of the plane: its place along both directions and the loss there."""
        if self._heights is None:
            return None
        found = self._heights.found
        b, a = np.meshgrid(found.b, found.a, indexing="ij")
        return ExportTable(("a", "b", "loss"), (a.ravel(), b.ravel(), found.losses.ravel()))
