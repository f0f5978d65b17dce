"""One watched formula as a row: its text, a sparkline of its values, the value now; the right button chooses how numbers are written."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QContextMenuEvent
from PySide6.QtWidgets import QMenu

from nnlab.engine.watched_formula import WatchedFormula
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.controls.condition_field import ConditionField, FormulaRow
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.sparkline import Sparkline

HINT = "Watch… e.g. norm(grad(dense_1.weight))"
TIP = (
    "Its value is followed after every iteration, and at every moment of Step.\n"
    "loss, iteration, epoch, gradient_norm; dense_1.weight[0, 0]; grad(dense_1.weight); act(dense_1);\n"
    "norm, mean, sum, min, max, max_abs, zeros of a tensor; arithmetic, comparisons. A tensor alone is watched as its norm."
)
FORMAT_WORDS = {
    "auto": "Automatic", "decimals": "Six decimals", "scientific": "Scientific", "percent": "Percent", "exact": "Every digit",
}  # fmt: skip


def written(value: float, number_format: str) -> str:
    """A value in the format of choice."""
    if not math.isfinite(value):
        return numbers.number(value)
    match number_format:
        case "decimals":
            return numbers.fixed(value, 6)
        case "scientific":
            return numbers.scientific(value, 4)
        case "percent":
            return f"{numbers.fixed(100 * value, 2)} %"
        case "exact":
            return numbers.editable(value)
    return numbers.number(value)


class WatchRow(FormulaRow):
    """`format_chosen(name)`; `stop_wanted`: training is to stop by it."""

    format_chosen = Signal(str)
    stop_wanted = Signal()

    def __init__(self, theme: Theme, judge: Callable[[str], str]) -> None:
        self._format = "auto"
        self.spark = Sparkline(theme, "Values of the watched formula", 22)
        self.value = Label(theme, "", "counter")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        field = ConditionField("Watched formula", judge, HINT, TIP)
        super().__init__(theme, field, (), (self.spark, self.value), "Watch this no more")
        field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the row has one

    def show_watch(self, watch: WatchedFormula, value: float | None, values: np.ndarray, at: int | None, fault: str) -> None:
        """`value`: None while nothing is known of the network; `values`: what the sparkline shows, of which `at` is the present one;
        `fault`: why it has no value.
        """
        self._format = watch.format
        self.field.setToolTip(f"{watch.text}\n\n{TIP}")
        text = "" if fault else numbers.NOTHING if value is None else written(value, watch.format)
        self.value.setText(text)
        self.value.setToolTip(f"{watch.text} = {numbers.editable(value)}" if text and value is not None else fault)
        self.spark.set_values(values, at)
        self.setAccessibleName(f"Watch {watch.text}: {text or fault}")
        self.show_formula(watch.text, fault)

    def menu(self) -> QMenu:
        """How numbers are written, and what else can be done with it."""
        menu, group = QMenu(self), QActionGroup(self)
        for name, words in FORMAT_WORDS.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(name == self._format)
            action.setActionGroup(group)
            action.triggered.connect(lambda checked=False, name=name: self.format_chosen.emit(name))
        menu.addSeparator()
        menu.addAction("Stop training by it…", self.stop_wanted.emit)
        menu.addAction("Watch no more", self.removed.emit)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def apply_metrics(self) -> None:
        super().apply_metrics()
        self.spark.setFixedWidth(self._theme.metrics.px(64))
        self.value.setMinimumWidth(self._theme.metrics.px(52))
