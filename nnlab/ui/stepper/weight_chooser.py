"""Chooses one weight of the network: a parameter, and a place in it that every part of the stepper shares.

Or one activation: an element of what an operation writes, of one sample.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from nnlab.engine.step import gradient_name
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.elements import Layout, NamedAxis
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.place_picker import PlacePicker

MOST_AXES = 4  # of a parameter: a filter's channels, rows and columns; of an activation: sample, channel, row and column


class WeightChooser(QWidget):
    """By itself it takes the parameter of the moment, or of the node that is selected. `changed` when another weight is chosen."""

    changed = Signal()

    def __init__(
        self, theme: Theme, model: StepModel, name: str, selection: Selection | None = None, parent: QWidget | None = None,
        activations: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._model, self._selection, self._activations = theme, model, selection, activations
        self._axes: tuple[NamedAxis, ...] = ()
        self.parameter = QComboBox()
        self.parameter.setAccessibleName(name)
        self.parameter.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.parameter.currentIndexChanged.connect(self._refresh)
        self.pickers = tuple(PlacePicker(theme) for _ in range(MOST_AXES))
        self._places = QGridLayout()
        self._places.setColumnStretch(2, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.parameter)
        self._column.addLayout(self._places)
        for k, picker in enumerate(self.pickers):
            picker.chosen.connect(lambda place, axis=k: self._choose(axis, place))
        model.changed.connect(self._follow_moment)
        model.element_changed.connect(self._refresh)
        if selection is not None:
            selection.changed.connect(self._follow_selection)
        follow(theme, self)
        self._follow_moment()

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.px(4))

    @property
    def name(self) -> str:
        """The parameter's; "" where there is none."""
        return self.parameter.currentText()

    @property
    def index(self) -> tuple[int, ...]:
        layout = self._layout()
        return layout.index(self._model.place) if layout is not None else ()

    def _follow_moment(self) -> None:
        """Takes the parameter that the moment is about, keeps the chosen one otherwise."""
        program, instruction = self._model.program, self._model.instruction
        names = [info.name for info in program.trained] if program is not None else []
        written = self._written()
        names += written
        current = self.parameter.currentText()
        if [self.parameter.itemText(k) for k in range(self.parameter.count())] != names:
            self.parameter.blockSignals(True)
            self.parameter.clear()
            self.parameter.addItems(names)
            self.parameter.setCurrentText(current if current in names else "")
            self.parameter.setCurrentIndex(max(self.parameter.currentIndex(), 0 if names else -1))
            self.parameter.blockSignals(False)
        if instruction is not None:
            trained = {info.name for info in program.trained} if program is not None else set()
            touched = [instruction.parameter] if instruction.parameter else [o.tensor for o in instruction.operands if o.tensor in trained]
            if touched and self.name not in touched and self.name not in written:  # an activation was chosen by a person
                self.parameter.setCurrentText(touched[0] or "")
        self._refresh()

    def _written(self) -> list[str]:
        """What operations write and have a gradient of: activations."""
        program = self._model.program
        if program is None or not self._activations:
            return []
        parameters = {info.name for info in program.parameters}
        found = {name: None for i in program.instructions[: program.forward_end] for name in sorted(i.writes)}
        return [n for n in found if n not in parameters and gradient_name(n) in program.places and program.places[n].has_batch]

    def _follow_selection(self) -> None:
        """Takes the first parameter of the node that was selected."""
        program, node_id = self._model.program, self._selection.current if self._selection is not None else None
        own = [info.name for info in program.trained if info.node_id == node_id] if program is not None else []
        if own and self.parameter.currentText() not in own:
            self.parameter.setCurrentText(own[0])

    def _layout(self) -> Layout | None:
        program, name = self._model.program, self.parameter.currentText()
        info = next((i for i in program.parameters if i.name == name), None) if program is not None else None
        if info is not None:
            return self._model.parameter_layout(name, info.place.shape)
        frame = self._model.frame
        if program is None or not name or frame is None or not frame.rows or name not in program.places:
            return None
        return self._model.activation_layout(name, (frame.rows, *program.places[name].shape))

    def follow_frame(self) -> None:
        """An activation has as many samples as the newest frame, which arrives after the moment."""
        found = self._layout()
        if (found.axes if found is not None else ()) != self._axes:
            self._refresh()

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
        self.changed.emit()
