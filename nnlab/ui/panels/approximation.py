"""Approximation: the target, the network's fit, and the sum of hidden units that it is. The middle of the workspace Approximate."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.weight_change import WeightChange
from nnlab.graph.unit_sum import UnitSum
from nnlab.studies.approximation.unit_handles import RidgeUnit, Unit, ridge_at, shape_of, with_unit
from nnlab.training.probes.approximation import Approximation
from nnlab.training.probes.approximation_surface import ApproximationSurface
from nnlab.ui.approximation.assembly import UnitAssembly
from nnlab.ui.approximation.drawing import DrawnTarget
from nnlab.ui.approximation.pictures import moved, residual_of, sum_picture
from nnlab.ui.approximation.residual_plot import ApproximationResidual
from nnlab.ui.approximation.sum_picture import Grip
from nnlab.ui.approximation.sum_plot import SumPlot
from nnlab.ui.approximation.surface_cut import SurfaceCut
from nnlab.ui.approximation.surfaces import Surfaces
from nnlab.ui.approximation.target_editor import TargetEditor
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView

EMPTY = "Type a formula above, and the network learns to follow it. Press Space to train."


class ApproximationPanel(LivePanel):
    """Row of the target on top; below it the curve with its residual, or the surface."""

    name = "approximation"
    title = "Approximation"
    probes = ("approximation", "approximation_surface")
    is_centre = True
    frames_per_second = 25.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self.header.hide()
        self._assembly = services.shared(UnitAssembly)
        self._found: Approximation | None = None
        self._plane: ApproximationSurface | None = None
        self._gesture = 0
        self.target = TargetEditor(theme, services.document, services.session, self)
        self.row = self.target.row
        self.plot = SumPlot(theme)
        self.residual = ApproximationResidual(theme, self.plot)
        self.drawing = DrawnTarget(theme, self.plot)
        self.surfaces = Surfaces(theme, services.shared(SurfaceCut))
        self._arrange()
        self._connect()
        self._follow_data()

    def _arrange(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.curves = QWidget()
        curves = QVBoxLayout(self.curves)
        curves.setContentsMargins(0, 0, 0, 0)
        curves.setSpacing(0)
        curves.addWidget(self.plot, 38)
        curves.addWidget(self.residual, 14)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.curves)
        self.pages.addWidget(self.surfaces)
        column.addWidget(self.row)
        column.addWidget(self.pages, 1)
        self.row.sentence.setParent(page)
        self.set_content(page)

    def _connect(self) -> None:
        self.row.draw.toggled.connect(self.drawing.set_active)
        self.drawing.drawn.connect(self.target.use_drawing)
        self.drawing.left.connect(self._end_drawing)
        self._assembly.changed.connect(self._show_again)
        self.plot.grabbed.connect(self._grab)
        self.plot.dragged.connect(self._drag)
        self.plot.let_go.connect(self._let_go)
        self.plot.stepped.connect(self._step)
        self.surfaces.ridge_grabbed.connect(self._grab)
        self.surfaces.ridge_dragged.connect(self._drag_ridge)
        self.surfaces.ridge_let_go.connect(self._let_go)
        document = self._services.document
        for signal in (document.data_changed, document.replaced):
            signal.connect(self._follow_data)

    def _follow_data(self) -> None:
        self.pages.setCurrentIndex(self.target.dimensions - 1)

    def _end_drawing(self) -> None:
        self.row.draw.setChecked(False)
        self.plot.setFocus(Qt.FocusReason.OtherFocusReason)

    # Drawing

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("approximation")
        surface = view.probes.get("approximation_surface")
        self.pages.setCurrentIndex(1 if found is None and surface is not None else 0)
        if found is None and surface is not None:
            self._draw_surface(view, surface)
            return
        if found is None:
            self.set_empty("This workspace is about a network of one or two inputs and one number. Choose a target in the library above.")
            return
        self._found, self._plane = found, None
        self._assembly.follow(found)
        self.plot.show_picture(sum_picture(view, found, self._assembly))
        self.residual.show_residual(residual_of(view, found, self._assembly.units))

    def _draw_surface(self, view: LiveView, found: ApproximationSurface) -> None:
        self._assembly.follow(found)
        unit, units = self._assembly.unit, found.units
        self._plane = found
        ridge = ridge_at(units, unit) if unit is not None and units is not None and found.sum is not None else None
        names = view.data.raw_features
        self.surfaces.show_surface(found, (names[0], names[1]), ridge)

    def _show_again(self) -> None:
        view = self.view
        if view is not None and self.isVisible() and not self.is_empty:
            self.draw(view)

    def _step(self, by: int) -> None:
        self._assembly.add_first(self._assembly.added + by)

    def clear(self) -> None:
        super().clear()
        self._found = self._plane = None
        self._assembly.forget()

    def table(self) -> ExportTable | None:
        """x, target, fit, and the contribution of every unit."""
        found = self._found
        if found is None:
            return None
        names, columns = ["x", "fit"], [found.x, found.fit]
        if found.truth is not None:
            names.append("target")
            columns.append(found.truth)
        for unit, values in enumerate(found.sum.contributions if found.sum is not None else ()):
            names.append(f"unit {unit + 1}")
            columns.append(values)
        return ExportTable(tuple(names), tuple(columns))

    def picture_widget(self) -> QWidget | None:
        return self.pages

    # Handles

    def _grab(self, grip: str = "") -> None:
        if self._services.session.is_playing:
            self._services.session.pause()  # else the next update would take the unit out of the hand
        self._gesture += 1

    def _let_go(self) -> None:
        self._gesture += 1

    def _drag(self, grip: str, x: float, y: float) -> None:
        found, unit = self._found, self._assembly.unit
        picture = self.plot.shown
        if found is None or unit is None or found.sum is None or picture is None or picture.handles is None:
            return
        shape = shape_of(self._services.document.graph, found.sum.structure)
        wanted = moved(found, unit, shape, picture, Grip(grip), x, y)
        if wanted is None:
            return
        self._attempt(unit, wanted, grip, found.sum.structure)

    def _drag_ridge(self, grip: str, wanted: RidgeUnit) -> None:
        plane, unit = self._plane, self._assembly.unit
        if plane is not None and plane.sum is not None and unit is not None:
            self._attempt(unit, wanted, grip, plane.sum.structure)

    def _attempt(self, unit: int, wanted: Unit | RidgeUnit, grip: str, structure: UnitSum) -> None:
        try:
            self._set_unit(unit, wanted, grip, structure)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")

    def _set_unit(self, unit: int, wanted: Unit | RidgeUnit, grip: str, structure: UnitSum) -> None:
        """Gives a unit other weights; a drag is one undoable step."""
        document, session = self._services.document, self._services.session
        data = session.data
        if data is None:
            return
        nodes = [document.graph[name] for name in (structure.hidden, structure.output) if name in document.graph]
        before = session.parameters([f"{node.id}.{parameter.name}" for node in nodes for parameter in node.parameters])
        after = {name: values.astype(before[name].dtype) for name, values in with_unit(structure, before, unit, wanted, data).items()}
        change = WeightChange.between({name: before[name] for name in after}, after)
        document.set_weights(f"{grip.capitalize()} of unit {unit + 1}", change, f"unit.{unit}.{grip}.{self._gesture}")

    def focusInEvent(self, event: object) -> None:
        self.plot.setFocus(Qt.FocusReason.OtherFocusReason)
