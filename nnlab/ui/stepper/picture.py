"""The picture beside a formula: a curve with its tangent, matrices, or the losses of the samples, whichever fits the operation."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QStackedWidget, QWidget

from nnlab.engine.kernel_curve import POINTS, curve, reach
from nnlab.engine.program import BACKWARD
from nnlab.graph.graph import Node
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.curve_plot import CurvePicture, CurvePlot
from nnlab.ui.stepper.forms import form_of
from nnlab.ui.stepper.levels import StepLevels
from nnlab.ui.stepper.loss_bars import LossBars, loss_picture
from nnlab.ui.stepper.matrix_forms import without_written
from nnlab.ui.stepper.matrix_view import MatrixView
from nnlab.ui.stepper.model import TERM, StepModel
from nnlab.ui.stepper.term_content import with_term

BARS_FOR = ("loss", "sample_loss")  # tensors of a loss that are seen per sample; so is its gradient


class Picture(QStackedWidget):
    """Chooses and fills the picture of the present moment; a choice made in it goes to the model."""

    def __init__(self, theme: Theme, model: StepModel, levels: StepLevels, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._levels = model, levels
        self._hides = False
        self.curve = CurvePlot(theme)
        self.matrices = MatrixView(theme)
        self.bars = LossBars(theme)
        self._nothing = QWidget()
        for page in (self._nothing, self.curve, self.matrices, self.bars):
            self.addWidget(page)
        self.matrices.chosen.connect(self._choose_cell)
        self.bars.chosen.connect(self._choose_sample)
        model.view_changed.connect(self.complete)
        self._curves: dict[object, tuple[np.ndarray, np.ndarray]] = {}

    @property
    def share(self) -> tuple[int, int]:
        """How the room is divided between formula and picture."""
        shown = self.currentWidget()
        if shown is self.matrices and self.matrices.form is not None and self.matrices.form.lines:
            return (5, 7)
        return (8, 5) if shown is self.curve else (7, 5) if shown is self.bars else (6, 5)

    def refresh(self, hides: bool = False) -> None:
        """Shows the picture of the model's moment; with `hides` only what was read, for what was written is to be predicted."""
        self._hides = hides
        self.setCurrentWidget(self._page())

    def complete(self) -> None:
        """A newer frame came: draws the point that had to wait for it."""
        if self.currentWidget() is self.curve and self.curve.picture is not None and np.isnan(self.curve.picture.point[0]):
            self.refresh()

    def _page(self) -> QWidget:
        model = self._model
        instruction, moment, graph = model.instruction, model.moment, model.graph
        if instruction is None or moment is None or graph is None or instruction.node_id not in graph:
            return self._nothing
        node = graph[instruction.node_id]
        if instruction.parameter is None and node.kind.is_loss and (moment.target in BARS_FOR or instruction.phase == BACKWARD):
            source = node.kind.inputs[0].name
            sample, *places = model.index(source if source in moment.before else moment.target) or (0,)
            of_one = np.shape(moment.before.get(source, moment.after[moment.target]))[1:]
            unit = int(np.ravel_multi_index(places, of_one)) if places else 0
            shown = loss_picture(node.kind, moment, sample, unit)
            if shown is not None and self._hides:
                return self._nothing
            if shown is not None:
                self.bars.show_picture(shown)
                return self.bars
        if instruction.parameter is None and node.kind.is_elementwise:
            if self._hides:
                return self._nothing
            self.curve.show_picture(self._curve(node))
            return self.curve
        form = form_of(model)
        if form is not None and self._hides:
            form = without_written(form)
        elif form is not None:
            form = with_term(form, model, self._levels)
        if form is None:
            return self._nothing
        self.matrices.show_form(form)
        return self.matrices

    def _curve(self, node: Node) -> CurvePicture:
        """The activation's curve around the moment's z, from its own kernels."""
        model, moment = self._model, self._model.moment
        assert moment is not None and model.program is not None and model.instruction is not None
        kind, real = node.kind, model.program.real
        z, a = self._point(node)
        half = reach(z)
        key = (kind.name, tuple(node.settings.items()), half, real)
        if key not in self._curves:
            x = np.linspace(-half, half, POINTS)
            self._curves[key] = (x, curve(kind, node.settings, x, real)[0])
        x, y = self._curves[key]
        slope = None
        if model.instruction.phase == BACKWARD and np.isfinite(z):
            slope = float(curve(kind, node.settings, np.array([z]), real)[1][0])
        words = f"{kind.title}: z is {number(z)}, a is {number(a)}" + (f", the slope {number(slope)}" if slope is not None else "")
        return CurvePicture(f"a = {kind.title} z", x, y, (z, a), slope, words)

    def _point(self, node: Node) -> tuple[float, float]:
        """(z, a) of the explained element; z is NaN while it is not known.

        A backward kernel may read only a. Then z comes from the newest frame, but only from one of this very iteration: its a must
        be the a of the moment in every element.
        """
        model, moment = self._model, self._model.moment
        assert moment is not None and model.program is not None
        source, output = node.kind.inputs[0].name, node.kind.outputs[0].name
        known = {**moment.before, **moment.after}
        z = float(known[source][moment.index]) if source in known else self._from_frame(node, known.get(output), moment.index)
        if output in known:
            return z, float(known[output][moment.index])
        return z, float(curve(node.kind, node.settings, np.array([z]), model.program.real)[0][0])

    def _from_frame(self, node: Node, activations: np.ndarray | None, index: tuple[int, ...]) -> float:
        frame, graph = self._model.frame, self._model.graph
        assert graph is not None
        edge = graph.inputs(node.id)[0]
        if frame is None or activations is None:
            return float("nan")
        values, same = frame.get(f"{edge.source}.{edge.source_port}"), frame.get(f"{node.id}.{node.kind.outputs[0].name}")
        if values is None or same is None or not np.array_equal(same, activations):
            return float("nan")
        return float(values[index])

    def _choose_cell(self, argument: str, index: tuple[int, ...]) -> None:
        if argument != TERM:
            self._model.choose(argument, index)
        elif index:
            self._model.choose_term(index[0])

    def _choose_sample(self, sample: int) -> None:
        for name in self._tensor_names():
            found = self._model.layout(name)
            if found.has_batch:
                self._model.choose_place(found.axes[0], sample)
                return

    def _tensor_names(self) -> list[str]:
        trace = self._model.trace
        return [name for name, values in trace.after.items() if isinstance(values, np.ndarray)] if trace is not None else []
