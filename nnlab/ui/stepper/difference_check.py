"""The finite difference of one weight, on request: is the gradient what the loss really does?

The check is a job, for the first one may have to compile kernels in double precision, and checking every weight of a large network takes
minutes.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnlab.engine.frame import BATCH
from nnlab.engine.gradient_check import AGREES, GradientCheck
from nnlab.engine.program import UPDATE
from nnlab.studies.gradients import GradientSummary
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count, scientific
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.place_picker import PlacePicker
from nnlab.ui.stepper.step_batch import StepBatch
from nnlab.ui.stepper.weight_chooser import WeightChooser
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.value_row import ValueRow

EXPLAIN = "Moves one weight up and down by a small h, in double precision, and compares the slope of the loss with the gradient."
EXPLAIN_ALL = "Checks every weight of the network on this batch, and tells the largest relative error and where it is."
NO_BATCH = "The check needs a batch: step once or train an iteration."
ALL = "gradient check"  # who reads the batch of frames while this is hidden
SUSPICIOUS = 1e-3  # relative error beyond what rounding and curvature leave of a small gradient


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
        self._theme, self._model, self._document = theme, model, document
        self.chooser = WeightChooser(theme, model, "Parameter to check", selection)
        self._one: LiveJob | None = None  # checks the weight that is chosen
        self._all: LiveJob | None = None  # checks every weight
        self._waits_for_batch = False  # to check every weight
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self.result: GradientCheck | None = None
        self._make()
        self.chooser.changed.connect(self._refresh)
        model.view_changed.connect(self._show_ready)
        model.session.ticked.connect(self._on_frame)
        follow(theme, self)
        self._refresh()

    def _make(self) -> None:
        theme = self._theme
        self.title = Label(theme, "Finite difference", "name")
        self.title.setToolTip(EXPLAIN)
        self.button = PressButton("Check")
        self.button.setToolTip(EXPLAIN)
        self.button.clicked.connect(self.check)
        self.all_button = PressButton("Check all")
        self.all_button.setToolTip(EXPLAIN_ALL)
        self.all_button.clicked.connect(self.check_all)
        self.value = ValueRow(theme, "weight", "The weight as it is now")
        self.gradient = ValueRow(theme, "backward pass", "∂L/∂w from the backward pass, in double precision", signed=True)
        self.difference = ValueRow(theme, "difference", "(L(w + h) − L(w − h)) / 2h", signed=True)
        self.error = ValueRow(theme, "relative error", "Difference of the two, divided by the larger one")
        self.verdict = Label(theme, "", "caption", "text2")
        self.verdict.setWordWrap(True)
        self._sign = QLabel()
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.chooser)
        buttons = QHBoxLayout()  # in a row of their own: beside them large type leaves no room for a parameter's name
        buttons.addWidget(self.button)
        buttons.addWidget(self.all_button)
        buttons.addStretch(1)
        self._column.addLayout(buttons)
        for row in (self.value, self.gradient, self.difference, self.error):
            self._column.addWidget(row)
        said = QHBoxLayout()
        said.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.verdict, 1)
        self._column.addLayout(said)

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

    @property
    def parameter(self) -> QComboBox:
        return self.chooser.parameter

    @property
    def pickers(self) -> tuple[PlacePicker, ...]:
        return self.chooser.pickers

    @property
    def index(self) -> tuple[int, ...]:
        return self.chooser.index

    def _refresh(self) -> None:
        self._clear("")
        self._show_ready()

    def _show_ready(self) -> None:
        ready = bool(self.index) and self._batch is not None
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
    def _batch(self) -> StepBatch | None:
        return StepBatch.of(self._model.frame, self._document.project.training.seed, self._model.accumulated)

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
