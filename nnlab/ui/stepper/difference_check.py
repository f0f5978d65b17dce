"""The finite difference of one weight, on request: is the gradient what the loss really does?

The check is a job, for the first one may have to compile kernels in double precision, and checking every weight of a large network takes
minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnlab.engine.frame import BATCH, Frame
from nnlab.engine.gradient_check import AGREES, GradientCheck, GradientChecker
from nnlab.engine.program import UPDATE, Program
from nnlab.jobs.context import JobContext
from nnlab.studies.gradients import GradientSummary, check_gradients
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count, scientific
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.stepper.elements import Layout, NamedAxis
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.place_picker import PlacePicker
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.value_row import ValueRow

EXPLAIN = "Moves one weight up and down by a small h, in double precision, and compares the slope of the loss with the gradient."
EXPLAIN_ALL = "Checks every weight of the network on this batch, and tells the largest relative error and where it is."
NO_BATCH = "The check needs a batch: step once or train an iteration."
ALL = "gradient check"  # who reads the batch of frames while this is hidden
MOST_AXES = 4  # of a parameter: a filter's channels, rows and columns
SUSPICIOUS = 1e-3  # relative error beyond what rounding and curvature leave of a small gradient


@dataclass(frozen=True, eq=False)
class _Batch:
    """What a check is made of: values only, for a thread that has nothing to do with the window."""

    program: Program
    parameters: dict[str, np.ndarray]
    x: np.ndarray
    y: np.ndarray
    seed: int
    iteration: int

    @classmethod
    def of(cls, frame: Frame | None, seed: int) -> _Batch | None:
        """The batch of a frame; None when there is none, or when the frame was made before somebody asked for it."""
        if frame is None or not frame.rows or frame.program.target_name is None:
            return None
        program = frame.program
        x, y = frame.get(program.input_name), frame.get(frame.program.target_name)
        parameters = {info.name: frame.get(info.name) for info in program.parameters}
        if x is None or y is None:
            return None
        return cls(program, {name: values for name, values in parameters.items() if values is not None}, x, y, seed, frame.iteration)

    def check_one(self, parameter: str, index: tuple[int, ...]) -> GradientCheck:
        checker = GradientChecker(self.program.graph, self.parameters, self.x, self.y, self.seed, self.iteration)
        return checker.check(parameter, index)

    def check_all(self, context: JobContext) -> GradientSummary:
        return check_gradients(self.program, self.parameters, self.x, self.y, self.seed, self.iteration, context)


class DifferenceCheck(QWidget):
    """Chooses a weight and shows both answers. By itself it takes the parameter of the moment, or of the node that is selected.

    `told(sentence)` and `warned(sentence)` carry what checking every gradient has found, for the window.
    """

    told = Signal(str)
    warned = Signal(str)

    def __init__(
        self, theme: Theme, model: StepModel, document: Document, selection: Selection | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._model, self._document, self._selection = theme, model, document, selection
        self._one: LiveJob | None = None  # checks the weight that is chosen
        self._all: LiveJob | None = None  # checks every weight
        self._waits_for_batch = False  # to check every weight
        self._axes: tuple[NamedAxis, ...] = ()
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self.result: GradientCheck | None = None
        self._make()
        model.changed.connect(self._follow_moment)
        model.element_changed.connect(self._refresh)
        model.view_changed.connect(self._show_ready)
        model.session.ticked.connect(self._on_frame)
        if selection is not None:
            selection.changed.connect(self._follow_selection)
        follow(theme, self)
        self._follow_moment()

    def _make(self) -> None:
        theme = self._theme
        self.title = Label(theme, "Finite difference", "name")
        self.title.setToolTip(EXPLAIN)
        self.button = QPushButton("Check")
        self.button.setToolTip(EXPLAIN)
        self.button.clicked.connect(self.check)
        self.all_button = QPushButton("Check all")
        self.all_button.setToolTip(EXPLAIN_ALL)
        self.all_button.clicked.connect(self.check_all)
        self.parameter = QComboBox()
        self.parameter.setAccessibleName("Parameter to check")
        self.parameter.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.parameter.currentIndexChanged.connect(self._refresh)
        self.pickers = tuple(PlacePicker(theme) for _ in range(MOST_AXES))
        self.value = ValueRow(theme, "weight", "The weight as it is now")
        self.gradient = ValueRow(theme, "backward pass", "∂L/∂w from the backward pass, in double precision", signed=True)
        self.difference = ValueRow(theme, "difference", "(L(w + h) − L(w − h)) / 2h", signed=True)
        self.error = ValueRow(theme, "relative error", "Difference of the two, divided by the larger one")
        self.verdict = Label(theme, "", "caption", "text2")
        self.verdict.setWordWrap(True)
        self._sign = QLabel()
        head, self._places = QHBoxLayout(), QGridLayout()
        head.addWidget(self.parameter, 1)  # the title stands above: large type has no room for it beside two buttons
        head.addWidget(self.button)
        head.addWidget(self.all_button)
        self._places.setColumnStretch(2, 1)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addLayout(head)
        self._column.addLayout(self._places)
        for row in (self.value, self.gradient, self.difference, self.error):
            self._column.addWidget(row)
        said = QHBoxLayout()
        said.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.verdict, 1)
        self._column.addLayout(said)
        for k, picker in enumerate(self.pickers):
            picker.chosen.connect(lambda place, axis=k: self._choose(axis, place))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.grid, metrics.padding, metrics.grid)
        self._column.setSpacing(metrics.px(4))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._model.session.watch(self, (BATCH,))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._model.session.watch(self, ())

    # The weight

    def _follow_moment(self) -> None:
        """Takes the parameter that the moment is about, keeps the chosen one otherwise."""
        program, instruction = self._model.program, self._model.instruction
        names = [info.name for info in program.trained] if program is not None else []
        current = self.parameter.currentText()
        if [self.parameter.itemText(k) for k in range(self.parameter.count())] != names:
            self.parameter.blockSignals(True)
            self.parameter.clear()
            self.parameter.addItems(names)
            self.parameter.setCurrentText(current if current in names else "")
            self.parameter.setCurrentIndex(max(self.parameter.currentIndex(), 0 if names else -1))
            self.parameter.blockSignals(False)
        if instruction is not None:
            touched = [instruction.parameter] if instruction.parameter else [o.tensor for o in instruction.operands if o.tensor in names]
            if touched and self.parameter.currentText() not in touched:
                self.parameter.setCurrentText(touched[0] or "")
        self._refresh()

    def _follow_selection(self) -> None:
        """Takes the first parameter of the node that was selected."""
        program, node_id = self._model.program, self._selection.current if self._selection is not None else None
        own = [info.name for info in program.trained if info.node_id == node_id] if program is not None else []
        if own and self.parameter.currentText() not in own:
            self.parameter.setCurrentText(own[0])

    def _layout(self) -> Layout | None:
        program, name = self._model.program, self.parameter.currentText()
        info = next((i for i in program.parameters if i.name == name), None) if program is not None else None
        if program is None or info is None:
            return None
        return self._model.parameter_layout(name, info.place.shape)

    @property
    def index(self) -> tuple[int, ...]:
        layout = self._layout()
        return layout.index(self._model.place) if layout is not None else ()

    def _choose(self, k: int, place: int) -> None:
        self._model.choose_place(self._axes[k], place)
        self._refresh()

    def _refresh(self) -> None:
        layout = self._layout()
        self._axes = layout.axes if layout is not None else ()
        across = 1 if any(axis.names for axis in self._axes) else 2  # a column's name needs the room of two numbers
        for k, picker in enumerate(self.pickers):
            self._places.addWidget(picker, k // across, k % across)
            picker.setVisible(k < len(self._axes))
            if k < len(self._axes):
                picker.show_axis(self._axes[k], self._model.place(self._axes[k]))
        self._clear("")
        self._show_ready()

    def _show_ready(self) -> None:
        ready = bool(self._axes) and self._batch is not None
        self.button.setEnabled(ready)
        self.all_button.setEnabled(ready)
        if self._asked is None:
            self._say(EXPLAIN if ready else NO_BATCH, "text2")

    def _clear(self, sentence: str) -> None:
        self.result = self._asked = None
        for row in (self.value, self.gradient, self.difference, self.error):
            row.setVisible(False)
        self._say(sentence, "text2")

    # Checking

    def check(self) -> None:
        """Starts the check; the answer comes when it is there."""
        batch, parameter, index = self._batch, self.parameter.currentText(), self.index
        if batch is None or not index:
            return
        if self._one is not None:
            self._one.cancel()  # another weight was asked about
        self._asked = (parameter, index)
        self._say("Checking …", "text2")
        jobs = self._model.session.jobs
        self._one = jobs.start("Finite difference", lambda _: batch.check_one(parameter, index), quiet=True, lane="finite difference")
        self._one.finished.connect(self._show)
        self._one.failed.connect(self._fail)

    def check_all(self) -> None:
        """Checks every weight of the network on the batch of the newest frame; one sentence tells the end."""
        frame = self._model.frame
        if frame is None or not frame.rows:
            self.warned.emit(NO_BATCH)
            return
        self._waits_for_batch = True
        self._model.session.watch(ALL, (BATCH,))
        self._on_frame()

    def _on_frame(self) -> None:
        batch = self._batch if self._waits_for_batch else None
        if batch is None:
            return
        self._waits_for_batch = False
        self._model.session.watch(ALL, ())
        if self._all is not None:
            self._all.cancel()  # the weights have moved on
        iteration = batch.iteration
        self._all = self._model.session.jobs.start("Gradient check", batch.check_all)
        self._all.partial.connect(self._say_so_far)
        self._all.finished.connect(lambda summary: self._tell(summary, iteration))
        self._all.ended.connect(self._show_ready)

    @property
    def _batch(self) -> _Batch | None:
        return _Batch.of(self._model.frame, self._document.project.training.seed)

    def _say_so_far(self, summary: GradientSummary) -> None:
        if self._asked is None:
            self._say(f"Largest relative error so far: {_error(summary.worst)}, at {summary.place}.", "text2")

    def _tell(self, summary: GradientSummary, iteration: int) -> None:
        agreeing = summary.checked - summary.differing
        many = f"{count(agreeing)} of {count(summary.checked)}" if summary.differing else f"All {count(summary.checked)}"
        sentence = (
            f"{many} gradients of iteration {count(iteration)} agree with finite differences to {scientific(AGREES, 1)}; "
            f"the largest relative error is {_error(summary.worst)}, at {summary.place}"
        )
        if summary.worst.relative_error <= SUSPICIOUS:
            self.told.emit(f"{sentence}.")
        else:
            self.warned.emit(f"{sentence}: a kink of the loss, or a wrong backward pass.")

    def _show(self, result: GradientCheck) -> None:
        if (result.parameter, result.index) != self._asked:
            return  # another weight is looked at meanwhile
        self.result = result
        self.value.set_number(result.value)
        self.gradient.set_number(result.gradient)
        self.difference.set_number(result.difference)
        self.error.set_text(_error(result))
        for row in (self.value, self.gradient, self.difference, self.error):
            row.setVisible(True)
        where = " after this update" if self._model.phase == UPDATE else ""
        h = scientific(result.step, 2)
        if result.agrees:
            self._say(f"They agree, with h = {h} at the weights{where or ' of this operation'}.", "text2", "check")
        else:
            self._say(f"They differ with h = {h}: the loss has a kink near this weight, or the backward pass is wrong.", "warn", "warning")

    def _fail(self, sentence: str) -> None:
        self._clear(sentence)

    def _say(self, sentence: str, color: str, sign: str = "") -> None:
        self.verdict.setText(sentence)
        self.verdict.set_color(color)
        self._sign.setVisible(bool(sign))
        if sign:
            side = self._theme.metrics.icon
            self._sign.setPixmap(icon(self._theme, sign, color="accent" if sign == "check" else "warn").pixmap(side, side))


def _error(result: GradientCheck) -> str:
    return scientific(result.relative_error, 2) if result.relative_error else "0"
