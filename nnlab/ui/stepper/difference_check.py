"""The finite difference of one weight, on request: is the gradient what the loss really does?

The check runs on a thread of its own, for the first one may have to compile kernels in double precision.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.frame import BATCH, Frame
from nnlab.engine.gradient_check import GradientCheck, GradientChecker
from nnlab.engine.program import UPDATE
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import scientific
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.elements import Layout, NamedAxis, parameter_layout
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.place_picker import PlacePicker
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.value_row import ValueRow

EXPLAIN = "Moves one weight up and down by a small h, in double precision, and compares the slope of the loss with the gradient."
NO_BATCH = "The check needs a batch: step once or train an iteration."


def _batch(frame: Frame) -> tuple[np.ndarray, np.ndarray] | None:
    """The batch the frame is of; None for a frame that was made before somebody asked for it."""
    assert frame.program.target_name is not None
    x, y = frame.get(frame.program.input_name), frame.get(frame.program.target_name)
    return None if x is None or y is None else (x, y)


class _CheckSignals(QObject):
    """Carries answers from the thread to the window."""

    finished = Signal(object)  # GradientCheck
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)  # waits for its work when it is destroyed
        self._pool.setMaxThreadCount(1)

    def start(self, frame: Frame, seed: int, parameter: str, index: tuple[int, ...]) -> None:
        program, batch = frame.program, _batch(frame)
        assert batch is not None
        parameters = {info.name: frame.get(info.name) for info in program.parameters}
        x, y = batch

        def check() -> None:
            try:
                checker = GradientChecker(program.graph, parameters, x, y, seed, frame.iteration)  # type: ignore[arg-type]
                self.finished.emit(checker.check(parameter, index))
            except NNLabError as error:
                self.failed.emit(str(error))

        self._pool.start(check)


class DifferenceCheck(QWidget):
    """Chooses a weight and shows both answers. By itself it takes the parameter of the moment, or of the node that is selected."""

    def __init__(
        self, theme: Theme, model: StepModel, document: Document, selection: Selection | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._model, self._document, self._selection = theme, model, document, selection
        self._work = _CheckSignals(self)
        self._work.finished.connect(self._show)
        self._work.failed.connect(self._fail)
        self._axes: tuple[NamedAxis, ...] = ()
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self.result: GradientCheck | None = None
        self._make()
        model.changed.connect(self._follow_moment)
        model.element_changed.connect(self._refresh)
        model.view_changed.connect(self._show_ready)
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
        self.parameter = QComboBox()
        self.parameter.setAccessibleName("Parameter to check")
        self.parameter.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.parameter.currentIndexChanged.connect(self._refresh)
        self.pickers = (PlacePicker(theme), PlacePicker(theme))
        self.value = ValueRow(theme, "weight", "The weight as it is now")
        self.gradient = ValueRow(theme, "backward pass", "∂L/∂w from the backward pass, in double precision", signed=True)
        self.difference = ValueRow(theme, "difference", "(L(w + h) − L(w − h)) / 2h", signed=True)
        self.error = ValueRow(theme, "relative error", "Difference of the two, divided by the larger one")
        self.verdict = Label(theme, "", "caption", "text2")
        self.verdict.setWordWrap(True)
        self._sign = QLabel()
        head, places = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.button)
        for picker in self.pickers:
            places.addWidget(picker)
        places.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addWidget(self.parameter)
        self._column.addLayout(places)
        for row in (self.value, self.gradient, self.difference, self.error):
            self._column.addWidget(row)
        said = QHBoxLayout()
        said.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.verdict, 1)
        self._column.addLayout(said)
        self.pickers[0].chosen.connect(lambda place: self._choose(0, place))
        self.pickers[1].chosen.connect(lambda place: self._choose(1, place))

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
        return parameter_layout(program.graph, info.node_id, info.place.shape)

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
        for k, picker in enumerate(self.pickers):
            picker.setVisible(k < len(self._axes))
            if k < len(self._axes):
                picker.show_place(self._axes[k].word, self._model.place(self._axes[k]), self._axes[k].length)
        self._clear("")
        self._show_ready()

    def _show_ready(self) -> None:
        frame = self._model.frame
        ready = bool(self._axes) and frame is not None and frame.rows > 0 and _batch(frame) is not None
        self.button.setEnabled(ready)
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
        frame, index = self._model.frame, self.index
        if frame is not None and index and frame.rows and _batch(frame) is not None:
            self._asked = (self.parameter.currentText(), index)
            self._say("Checking …", "text2")
            self._work.start(frame, self._document.project.training.seed, *self._asked)

    def _show(self, result: GradientCheck) -> None:
        if (result.parameter, result.index) != self._asked:
            return  # another weight is looked at meanwhile
        self.result = result
        self.value.set_number(result.value)
        self.gradient.set_number(result.gradient)
        self.difference.set_number(result.difference)
        self.error.set_text(scientific(result.relative_error, 2) if result.relative_error else "0")
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
