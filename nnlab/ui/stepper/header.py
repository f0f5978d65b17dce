"""The stepper's header: what ran, which element of it is explained, which of the written tensors, and copies of the formula."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from nnlab.engine.program import UPDATE
from nnlab.ui.look.icons import icon
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.elements import NamedAxis
from nnlab.ui.stepper.exports import StepExports
from nnlab.ui.stepper.formula_content import FormulaContent
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.place_picker import PlacePicker
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.segmented import Option, Segmented

AXES = 5  # a tensor has at most so many axes to choose along
_WORDS = {"d_x": "input", "d_a": "first input", "d_b": "second input", "y": "output", "sample_loss": "one sample", "loss": "mean"}


def words_for(target: str) -> str:
    """A written tensor as people call it: weight for d_weight, output for y."""
    return _WORDS.get(target, target.removeprefix("d_").replace("_", " "))


class StepHeader(QWidget):
    """Phase, title, pickers of the element, choice of the tensor, copy."""

    def __init__(self, theme: Theme, model: StepModel, exports: StepExports, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model, self._exports = theme, model, exports
        self.phase = Label(theme, "", "name")
        self.title = ElidedLabel(theme, "", "name")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.pickers = tuple(PlacePicker(theme) for _ in range(AXES))
        self._axes: tuple[NamedAxis, ...] = ()
        self._targets: Segmented | None = None
        self._shown_targets: tuple[str, ...] = ()
        self._copy = self._copy_button()
        self.predict_button = QToolButton()
        self.predict_button.setIcon(icon(theme, "predict", color="text2"))
        self.predict_button.setCheckable(True)
        self.predict_button.setToolTip("Predict first: hides the numbers of every moment until you have said what they will be")
        self.predict_button.setAccessibleName("Predict first")
        self.predict_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.neuron_button = QToolButton()
        self.neuron_button.setText("Neuron")
        self.neuron_button.setToolTip("Opens this neuron in the laboratory: its numbers to drag, its row of W")
        self.neuron_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.phase)
        self._row.addWidget(self.title)
        for place, picker in enumerate(self.pickers):
            self._row.addWidget(picker)
            picker.chosen.connect(lambda chosen, k=place: self._choose(k, chosen))
        self._row.addStretch(1)
        self._row.addWidget(self.neuron_button)
        self._row.addWidget(self.predict_button)
        self._row.addWidget(self._copy)
        follow(theme, self)

    @property
    def targets(self) -> Segmented | None:
        """The choice between several written tensors; None where one is written."""
        return self._targets

    def refresh(self, content: FormulaContent | None) -> None:
        model, instruction = self._model, self._model.instruction
        self._exports.content = content
        if instruction is None or model.moment is None:
            return
        of, title = model.batch, PHASE_LOOKS[instruction.phase].title
        self.phase.setText(title if of is None or instruction.phase == UPDATE else f"{title}, batch {of[0]} of {of[1]}")
        self.phase.set_color(PHASE_LOOKS[instruction.phase].color)
        self.title.setText(model.title(instruction))
        found = model.layout(model.moment.target)
        axes = found.axes
        if found.has_batch:  # the neuron first, as people say it: neuron 4 of 8, sample 4 of 8
            axes = (*axes[1:], axes[0])
        self._axes = tuple(axis for axis in axes if axis.length > 1)
        for picker, axis in zip(self.pickers, self._axes, strict=False):
            picker.show_axis(axis, model.place(axis))
        for place, picker in enumerate(self.pickers):
            picker.setVisible(place < len(self._axes))
        self._show_targets(model.targets, model.target)
        self._fit()
        self._copy.setEnabled(content is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where the row is too narrow, the pickers leave out how many there are, the button its word, and the phase goes."""
        shown = self.pickers[: len(self._axes)]
        gap = self._theme.metrics.grid
        others = [w.sizeHint().width() for w in (self.phase, self.title, *([self._targets] if self._targets is not None else []))]
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - sum(others) - gap * (len(others) + len(shown) + 1)
        full, short = (sum(picker.size_of(is_short).width() for picker in shown) for is_short in (False, True))
        button = self._theme.metrics.px(96) + self.predict_button.sizeHint().width() + gap
        self.neuron_button.setVisible(self._model.neuron is not None and full + button + self.neuron_button.sizeHint().width() <= room)
        if not self.neuron_button.isHidden():
            button += self.neuron_button.sizeHint().width() + gap
        for picker in shown:
            picker.set_short(full + button > room)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if short + button > room else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self._copy.setToolButtonStyle(style)
        self._row.setSpacing(gap // 2 if short + button > room else gap)
        icons = self._theme.metrics.px(28) + self.predict_button.sizeHint().width()
        self.phase.setVisible(short + icons <= room)  # the scrubber says it too

    def _choose(self, place: int, chosen: int) -> None:
        self._model.choose_place(self._axes[place], chosen)

    def _show_targets(self, targets: tuple[str, ...], current: str) -> None:
        if targets != self._shown_targets:
            self._shown_targets = targets
            if self._targets is not None:
                self._row.removeWidget(self._targets)
                self._targets.hide()
                self._targets.deleteLater()
                self._targets = None
            if len(targets) > 1:
                options = [Option(t, words_for(t), f"Explains how {words_for(t)} is computed") for t in targets]
                self._targets = Segmented(self._theme, options, "Tensor to explain")
                self._targets.chosen.connect(self._model.choose_target)
                self._row.insertWidget(self._row.count() - 3, self._targets)
        if self._targets is not None:
            self._targets.choose(current)

    # Copying

    def _copy_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(self._theme, "copy", color="text2"))
        button.setText("LaTeX")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip("Copies the formula with its numbers as LaTeX; the arrow offers SVG, MathML and a table of the iteration")
        button.setAccessibleName("Copy the formula as LaTeX")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        menu = QMenu(button)
        self._exports.fill(menu)
        button.setMenu(menu)
        button.clicked.connect(self._exports.copy_latex)
        return button

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.px(40))
        self._row.setContentsMargins(metrics.padding + metrics.grid, 0, metrics.padding, 0)
        self._row.setSpacing(metrics.grid)
        for button in (self._copy, self.neuron_button):
            button.setFont(self._theme.font("body"))
