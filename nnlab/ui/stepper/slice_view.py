"""The loss along one weight or activation, on request: its slice with the tangent, and the finite difference beside the gradient."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnlab.engine.gradient_check import LossSlice
from nnlab.ui.look.numbers import number, scientific
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.stepper.curve_plot import CurvePicture, CurvePlot
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.value_row import ValueRow

ASK = "Finite difference and slice"
EXPLAIN = "Moves this one number, everything else as it is: up and down by a small h for the slope, and far for the shape of the loss."


class SliceView(QWidget):
    """A button, and what came of it. `wanted` when a person asks; whoever answers calls `show_slice` or `say`."""

    wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.result: LossSlice | None = None
        self.button = PressButton(ASK)
        self.button.setToolTip(EXPLAIN)
        self.button.clicked.connect(self.wanted)
        self.difference = ValueRow(theme, "finite difference", "(L(w + h) − L(w − h)) / 2h", signed=True)
        self.step = ValueRow(theme, "step h", "How far it is moved up and down")
        self.error = ValueRow(theme, "its relative error", "Difference and gradient, divided by the larger one")
        self.words = Label(theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self.plot = CurvePlot(theme)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self.button, self.difference, self.step, self.error, self.words, self.plot):
            self._column.addWidget(part)
        follow(theme, self)
        self.clear()

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.px(4))
        self.plot.setFixedHeight(self._theme.metrics.px(150))

    def clear(self) -> None:
        """Nothing was asked of the element that is shown now."""
        self.result = None
        self._show_parts("")

    def say(self, sentence: str) -> None:
        self.result = None
        self._show_parts(sentence)

    def show_slice(self, result: LossSlice) -> None:
        self.result, check = result, result.check
        self.difference.set_number(check.difference)
        self.step.set_text(scientific(check.step, 2))
        self.error.set_text(scientific(check.relative_error, 2) if check.relative_error else "0")
        description = (
            f"Loss from {number(float(result.at[0]))} to {number(float(result.at[-1]))}; at {number(check.value)} it is "
            f"{number(check.loss)}, with slope {number(check.gradient)}"
        )
        self.plot.show_picture(
            CurvePicture("L along it", result.at, result.losses, (check.value, check.loss), check.gradient, description, ("w", "L"))
        )
        self._show_parts("" if check.agrees else "They differ: the loss has a kink near this number, or the backward pass is wrong.")

    def _show_parts(self, sentence: str) -> None:
        for part in (self.difference, self.step, self.error, self.plot):
            part.setVisible(self.result is not None)
        self.words.setText(sentence)
        self.words.setVisible(bool(sentence))
