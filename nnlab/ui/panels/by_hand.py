"""By hand: what a squared error and a cross-entropy are, on three numbers one can drag."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.comparison.hand_legend import HandLegend
from nnlab.ui.comparison.lengths_plot import LengthsPlot
from nnlab.ui.comparison.squares_plot import SquaresPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting import export
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import ElidedLabel, Label


class ByHandPanel(LivePanel):
    """Opens on targets 3, 5, 2 and predictions 4, 2, 3."""

    name = "by_hand"
    title = "By hand"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self.squares, self.lengths = SquaresPlot(theme), LengthsPlot(theme)
        self.reset_button = IconButton.of(theme, icon(theme, "restore"), "Back to 3, 5, 2", "Puts every number back to where it began")
        self.reset_button.clicked.connect(self.reset)
        self.add_option(HandLegend(theme))
        self.add_option(self.reset_button)
        self.mse_words, self.mse = ElidedLabel(theme, "", "body", "text2"), Label(theme, "", "name")
        self.entropy_words, self.entropy = ElidedLabel(theme, "", "body", "text2"), Label(theme, "", "name")
        self.length_title = Label(theme, "−log p is a length; p on a log axis", "caption", "text2")
        page = QWidget()
        self._stack = QVBoxLayout(page)
        self._stack.addWidget(self.squares, 5)
        self._stack.addLayout(_row(self.mse_words, self.mse))
        self._stack.addWidget(self.length_title)
        self._stack.addWidget(self.lengths, 4)
        self._stack.addLayout(_row(self.entropy_words, self.entropy))
        self.set_content(page)
        self.apply_metrics()
        for plot in (self.squares, self.lengths):
            plot.moved.connect(self._write)

    def showEvent(self, event: QShowEvent) -> None:
        """The first time it is seen the engine is asked; a window that opens elsewhere does not wait for that."""
        super().showEvent(event)
        if not self.mse.text():
            for plot in (self.squares, self.lengths):
                plot.tell()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_stack"):
            metrics = self._theme.metrics
            self._stack.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(10))
            self._stack.setSpacing(metrics.px(6))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = export.picture_menu(self, self._theme, event)
        if menu is None:
            event.ignore()
            return
        menu.exec(event.globalPos())
        menu.deleteLater()

    def reset(self) -> None:
        self.squares.reset()
        self.lengths.reset()

    def _write(self) -> None:
        self.mse_words.setText(f"MSE  {self.squares.written()}")
        self.mse.setText(numbers.number(self.squares.results[1]))
        self.entropy_words.setText(f"cross-entropy  {self.lengths.written()}")
        self.entropy.setText(numbers.number(self.lengths.results[1]))


def _row(words: ElidedLabel, value: Label) -> QHBoxLayout:
    row = QHBoxLayout()
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(words, 1)
    row.addWidget(value)
    return row
