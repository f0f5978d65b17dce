"""Cost: what a training step takes, operator by operator, and where its bytes lie; the same figures stand on the cards of the canvas.

Measured in the background on a copy of the run, while this is looked at; the run itself trains on, so that what is measured meanwhile is
what the copy gets beside it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.jobs.context import JobContext
from nnlab.studies.step_cost import StepCost, step_cost
from nnlab.training.project import Project
from nnlab.ui.look.numbers import count, duration, percent, rate
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

EMPTY = "What a training step takes, operator by operator, is measured here as soon as the network can be trained."
HEADINGS = ("node", "time", "share", "forward", "loss", "backward", "update", "parameters", "bytes of them", "bytes of values")


class CostPanel(LivePanel):
    """`costs_changed` carries (seconds, share) by node id for the canvas; nothing while the panel is not looked at."""

    name = "cost"
    title = "Cost"
    frames_per_second = 1.0

    costs_changed = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self._job: LiveJob | None = None
        self._measured_for: tuple[object, ...] | None = None
        self.cost: StepCost | None = None
        self.measured: tuple[Project, Data] | None = None  # what it is the cost of
        self.words = Label(services.theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self.again = PressButton("Measure again")
        self.again.clicked.connect(self._measure)
        self.add_option(self.again)
        self.rows = QTableWidget(0, len(HEADINGS))
        self.rows.setHorizontalHeaderLabels(HEADINGS)
        for column in range(len(HEADINGS)):
            heading = self.rows.horizontalHeaderItem(column)
            assert heading is not None
            heading.setTextAlignment(_side(column))
        self.rows.setAccessibleName("Cost of every node")
        self.rows.setShowGrid(False)
        self.rows.setTabKeyNavigation(False)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.verticalHeader().hide()
        self.rows.horizontalHeader().setHighlightSections(False)
        self.rows.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setSpacing(0)
        self._column.addWidget(self.words)
        self._column.addWidget(self.rows, 1)
        self.set_content(page)
        services.document.settled.connect(self._follow)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._column.setContentsMargins(metrics.px(8), 0, 0, 0)
            self.words.setContentsMargins(metrics.px(8), metrics.px(4), metrics.padding, metrics.px(6))
            self.rows.setFont(self._theme.font("body"))
            self.rows.horizontalHeader().setFont(self._theme.font("caption"))
            self.rows.verticalHeader().setDefaultSectionSize(metrics.value_row)

    def sight_changed(self) -> None:
        self._tell()
        self._follow()

    def draw(self, view: object) -> None:
        self._follow()

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "cost"):
            self._forget()

    def _forget(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.cost = self._measured_for = self.measured = None
        self.costs_changed.emit({})

    @property
    def _key(self) -> tuple[object, ...]:
        """What the cost depends on."""
        project = self._services.document.project
        return project.graph, project.data, project.training.batch_size, project.training.optimizer, project.training.schedule

    def _follow(self) -> None:
        """Measures what has not been measured, while somebody looks."""
        if not self._is_fed or self._key == self._measured_for:
            return
        self._measure()

    def _measure(self) -> None:
        session, project = self._services.session, self._services.document.project
        data = session.data
        self._forget()
        if data is None or not session.can_run:
            self.set_empty(EMPTY)
            return

        def measure(context: JobContext) -> StepCost:
            return step_cost(project, data, context)

        self._measured_for, self.measured = self._key, (project, data)
        self._job = session.jobs.start("Measuring what a step costs", measure, quiet=True, lane="cost")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._fail)

    def _take(self, cost: StepCost) -> None:
        if self.sender() is not self._job:
            return
        self.cost = cost
        self.set_empty(None)
        self.words.setText(
            f"A step of {count(cost.rows)} samples takes {duration(cost.seconds)}, {duration(cost.operators)} of it in operators: "
            f"{rate(cost.samples_per_second)} samples a second. {count(cost.parameters)} parameters; {size(cost.arena_bytes)} in the arena."
        )
        self.setAccessibleDescription(self.words.text())
        self.rows.setRowCount(len(cost.nodes))
        for row, node in enumerate(cost.nodes):
            texts = (
                node.node or "schedule", duration(node.total) if node.total else "", percent(node.share),
                *(duration(seconds) if seconds else "" for seconds in node.seconds),
                count(node.parameters) if node.parameters else "",
                *(size(part) if part else "" for part in (node.parameter_bytes, node.value_bytes)),
            )  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_side(column))
                self.rows.setItem(row, column, item)
        self._tell()

    def _fail(self, sentence: str, detail: str) -> None:
        self.set_empty(sentence)

    def _tell(self) -> None:
        cost = self.cost if self._is_fed else None
        self.costs_changed.emit({} if cost is None else {node.node: (node.total, node.share) for node in cost.nodes})

    def picture_widget(self) -> QWidget | None:
        return self.rows

    def table(self) -> ExportTable | None:
        if self.cost is None:
            return None
        rows = [
            (n.node, n.total, n.share, *n.seconds, n.parameters, n.parameter_bytes, n.value_bytes) for n in self.cost.nodes
        ]  # fmt: skip
        names = ("node", "seconds", "share", "forward", "loss", "backward", "update", "parameters", "parameter_bytes", "value_bytes")
        return ExportTable(names, tuple(zip(*rows, strict=True)))


def _side(column: int) -> Qt.AlignmentFlag:
    """Names at the left, numbers at the right, headings over them."""
    return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight)


def size(bytes_: int) -> str:
    """Bytes as people read them: 1.2 kB."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if bytes_ >= factor:
            return f"{bytes_ / factor:.3g} {unit}"
    return f"{bytes_} B"
