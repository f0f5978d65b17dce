"""The text of a condition to stop at: judged at every key, taken with Enter.

Below it stands what is wrong with it, or why it cannot be evaluated now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from nnlab.core.setting import Setting
from nnlab.engine.stop_condition import MOST_TIMES, StopCondition
from nnlab.graph.graph import Graph
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.text_undo import share_undo

TIMES = Setting(
    "times", 1, "Stops from time", "Training stops from this time on that it becomes true", minimum=1, maximum=MOST_TIMES, logarithmic=True
)
HINT = "Stop when… e.g. norm(grad(dense_1.weight)) > 1.5"
TIP = (
    "Training stops after the iteration at which it becomes true, at full speed too.\n"
    "loss, iteration, epoch, gradient_norm; dense_1.weight[0, 0]; grad(dense_1.weight); act(dense_1);\n"
    "norm, mean, sum, min, max, max_abs, zeros of a tensor; arithmetic, comparisons, and, or, not."
)


def in_names_of(graph: Graph, words: str) -> str:
    """A hint or tip with the network's own first layer in place of dense_1; without a layer the loss alone is an example."""
    layer = next(((node, p) for node in graph for p in node.parameters if len(p.shape.split()) > 1), None)
    if layer is None:
        return words.replace("norm(grad(dense_1.weight)) > 1.5", "loss < 0.1").replace("norm(grad(dense_1.weight))", "loss")
    node, parameter = layer
    first = ", ".join("0" for _ in parameter.shape.split())
    words = words.replace("dense_1.weight[0, 0]", f"{node.id}.{parameter.name}[{first}]")
    return words.replace("dense_1.weight", f"{node.id}.{parameter.name}").replace("act(dense_1)", f"act({node.id})")


class ConditionField(QLineEdit):
    """`taken(text)` with Enter, or on leaving a field whose text changed, if nothing is wrong with it. `judge` says what is."""

    taken = Signal(str)
    judged = Signal(str)

    def __init__(
        self, name: str, judge: Callable[[str], str], hint: str = HINT, tip: str = TIP, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        share_undo(self)
        self._judge, self._hint, self._tip = judge, hint, tip
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setMaxLength(1000)
        self.textEdited.connect(self._check)
        self.editingFinished.connect(self._take)

    def name_after(self, graph: Graph) -> None:
        """Hint and tooltip name what there is in a network."""
        self.setPlaceholderText(in_names_of(graph, self._hint))
        self.setToolTip(in_names_of(graph, self._tip))

    def set_text(self, text: str) -> None:
        """Shows a text from outside, unless somebody is typing."""
        if not self.isModified() and text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.undo()
            self.setModified(False)
            self._show("")
        else:
            super().keyPressEvent(event)

    def _check(self, text: str) -> None:
        self._show(self._judge(text) if text.strip() else "")

    def _take(self) -> None:
        if not self.isModified():
            return
        text = self.text().strip()
        problem = self._judge(text) if text else ""
        self._show(problem)
        if not problem:
            self.setModified(False)
            self.taken.emit(text)

    def _show(self, problem: str) -> None:
        if bool(problem) != bool(self.property("invalid")):
            self.setProperty("invalid", bool(problem))
            self.style().unpolish(self)
            self.style().polish(self)
        self.setAccessibleDescription(problem)
        self.judged.emit(problem)


class FormulaRow(QWidget):
    """A formula in a field with parts before and behind it; below them what is wrong with it, or why it has no value.

    `written(text)` another formula in its place; `removed` by its button, or by an empty field.
    """

    written = Signal(str)
    removed = Signal()

    def __init__(
        self, theme: Theme, field: ConditionField, before: Sequence[QWidget], behind: Sequence[QWidget], remove: str
    ) -> None:  # fmt: skip
        super().__init__()
        self._theme, self.field, self.text, self._fault = theme, field, "", ""
        self.remove = IconButton.of(theme, icon(theme, "close", color="text2"), remove)
        self.problem = Label(theme, "", "caption", "error")
        self.problem.setWordWrap(True)
        self._row = QHBoxLayout()
        for part in (*before, field, *behind, self.remove):
            self._row.addWidget(part, 1 if part is field else 0)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._row)
        self._column.addWidget(self.problem)
        field.taken.connect(self._on_taken)
        field.judged.connect(self._show_problem)
        self.remove.clicked.connect(self.removed)
        follow(theme, self)

    def show_formula(self, text: str, fault: str) -> None:
        """`fault`: why it cannot be evaluated."""
        self.text, self._fault = text, fault
        self.field.set_text(text)
        self._show_problem(self.field.accessibleDescription())

    def _on_taken(self, text: str) -> None:
        if text:
            self.written.emit(text)
        else:
            self.removed.emit()

    def _show_problem(self, problem: str) -> None:
        said = problem or self._fault
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.px(2), metrics.grid, metrics.px(2))
        self._column.setSpacing(metrics.px(2))
        self._row.setSpacing(metrics.grid)


class ConditionRow(FormulaRow):
    """One condition: whether it is on, its text, how often it has become true."""

    switched = Signal(bool)
    times_chosen = Signal(object)

    def __init__(self, theme: Theme, judge: Callable[[str], str]) -> None:
        self.check = Check(theme, name="On", tip="On: training stops when this becomes true.")
        self.hits = Label(theme, "", "caption", "text2")
        self.times = NumberField(theme, TIMES, arrows=False)
        super().__init__(
            theme, ConditionField("Stop when", judge), (self.check,), (self.hits, self.times), "Remove this condition"
        )  # fmt: skip
        self.check.clicked.connect(self.switched)
        self.times.committed.connect(self.times_chosen)

    def show_condition(self, condition: StopCondition, hits: int, fault: str) -> None:
        """`hits`: how often it has become true; `fault`: why it cannot be evaluated."""
        text, is_on = condition.text, condition.is_on
        self.check.setChecked(is_on)
        if not self.times.is_busy:
            self.times.set_value(condition.times)
        reached = f"{count(hits)} {'hit' if hits == 1 else 'hits'}"
        self.hits.setText(f"{count(hits)}×")
        self.hits.setToolTip("How often it has become true since the run began")
        self.setAccessibleName(f"Stop when {text}, {'on' if is_on else 'off'}, {reached}")
        self.show_formula(text, fault)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        self.times.setFixedWidth(self._theme.metrics.px(44))
