"""Diagnosis: what goes wrong while the network learns, in words, with its evidence and with remedies; silent when nothing does.

A row that is chosen opens, selects its node, and `node_wanted` asks the canvas to bring it into view. A remedy is one undoable edit.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.engine.convergence import OVERFITTING, PLATEAU
from nnlab.training.diagnosis import diagnoses
from nnlab.ui.document.node_finding import NodeFinding
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.finding_row import FindingRow, ShownFinding, shown_first
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_diagnosis import Findings, LiveDiagnosis
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import Label

EMPTY = "What goes wrong in training is said here, with what helps. Press Space to train."


class DiagnosisPanel(LivePanel):
    """`node_wanted(id)` when a node should be seen, `marked(NodeFinding or None)` what of the network the chosen finding is about.

    `row_made(FindingRow)`: a row was added.
    """

    name = "diagnosis"
    title = "Diagnosis"
    frames_per_second = 4.0

    node_wanted = Signal(str)
    marked = Signal(object)
    row_made = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        self._diagnosis = services.shared(LiveDiagnosis)
        self._chosen: ShownFinding | None = None
        self._marked: NodeFinding | None = None
        self.findings: tuple[ShownFinding, ...] = ()
        self._rows: list[FindingRow] = []
        self.summary = Label(services.theme, "", "caption", "text2")
        self.summary.setWordWrap(True)
        page = QWidget()
        page.setAccessibleName("List of findings")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._foot = QVBoxLayout()
        self._foot.addWidget(self.summary)
        self._column.addLayout(self._foot)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(page)
        self.set_content(self._area)
        self._diagnosis.changed.connect(self._show)
        self.apply_metrics()
        self._show()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_foot"):
            metrics = self._theme.metrics
            self._foot.setContentsMargins(metrics.padding, metrics.px(10), metrics.padding, metrics.px(10))

    def draw(self, view: LiveView) -> None:
        self._diagnosis.look(view)
        if self._diagnosis.findings is None:
            self.set_empty("Looking at the run…" if len(view.curves.mean) else EMPTY)

    @property
    def found(self) -> Findings | None:
        """What the rows tell, with the moment it was found at."""
        return self._diagnosis.findings

    @property
    def all_rows(self) -> list[FindingRow]:
        """Also those that wait for a finding."""
        return list(self._rows)

    @property
    def rows(self) -> list[FindingRow]:
        """Those that show a finding."""
        return self._rows[: len(self.findings)]

    def _show(self) -> None:
        now = self._diagnosis.findings
        findings = _findings(now) if now is not None else ()
        is_same = findings == self.findings
        self.findings = findings
        self.setWindowTitle(f"{self.title} {len(findings)}" if findings else self.title)  # what the tab of its dock says
        while len(self._rows) < len(findings):
            self._add_row()
        self.summary.setText(_summary(now))
        self.summary.setToolTip("\n".join(f"{kind.title}: {kind.test}" for kind in diagnoses))
        self.setAccessibleDescription("; ".join(finding.title for finding in findings) or self.summary.text())
        self.set_empty(EMPTY if now is None else None)
        if not is_same or len(self.rows) != len(findings):
            self._choose(shown_first(findings, self._chosen))
        else:
            for row, finding in zip(self.rows, findings, strict=True):
                row.show_finding(finding, row.is_current)

    def _choose(self, place: int) -> None:
        for k, row in enumerate(self._rows):
            row.setVisible(k < len(self.findings))
            if k < len(self.findings):
                row.show_finding(self.findings[k], k == place)
        self._chosen = self.findings[place] if self.findings else None
        self._mark()

    def _mark(self) -> None:
        """On the canvas only what the chosen row is about, and only while that row can be seen."""
        chosen = self._chosen if self._is_fed else None
        marked = NodeFinding(chosen.node, chosen.mark, chosen.units) if chosen is not None and chosen.node and chosen.mark else None
        if marked != self._marked:
            self._marked = marked
            self.marked.emit(marked)

    def sight_changed(self) -> None:
        self._mark()

    def _add_row(self) -> None:
        row = FindingRow(self._theme)
        row.picked.connect(self._pick)
        row.moved.connect(self._move)
        row.remedy_chosen.connect(self._diagnosis.apply)
        self._column.insertWidget(len(self._rows), row)
        self._rows.append(row)
        self.row_made.emit(row)

    def _pick(self) -> None:
        self._pick_place(self._rows.index(self.sender()))  # type: ignore[arg-type]  # it is one of them

    def _pick_place(self, place: int) -> None:
        self._choose(place)
        node = self.findings[place].node
        if node is not None and node in self._services.document.graph:
            self._services.selection.set([node])
            self.node_wanted.emit(node)

    def _move(self, steps: int) -> None:
        place = min(len(self.findings) - 1, max(0, self._rows.index(self.sender()) + steps))  # type: ignore[arg-type]
        self._rows[place].setFocus(Qt.FocusReason.TabFocusReason)
        self._pick_place(place)
        self._area.ensureWidgetVisible(self._rows[place], 0, 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.rows:
            self.rows[0].setFocus(event.reason())

    def table(self) -> ExportTable | None:
        """What was found, where, and what helps."""
        if not self.findings:
            return None
        rows = [(f.title, f.node or "", f.figure, f.evidence, "; ".join(r.label for r in f.remedies)) for f in self.findings]
        return ExportTable(("finding", "node", "figure", "evidence", "remedies"), tuple(zip(*rows, strict=True)))


def _findings(now: Findings) -> tuple[ShownFinding, ...]:
    found = []
    for one in now.found:
        title = f"{one.title} in {one.node}" if one.node else one.title
        test, mark = diagnoses[one.kind].test, one.mark or one.title
        found.append(ShownFinding(title, one.figure, one.evidence, test, one.node, one.remedies, one.chart, mark, one.units))
    verdict = now.convergence
    if verdict.verdict in (PLATEAU, OVERFITTING):  # the others are the evidence of a learning rate that is too high
        found.append(ShownFinding(verdict.title, "", verdict.sentence, verdict.test))
    return tuple(found)


def _summary(now: Findings | None) -> str:
    if now is None:
        return ""
    silent = len(diagnoses.names()) - len({one.kind for one in now.found})
    at = f"at iteration {numbers.count(now.iteration)}"
    if not now.found:
        return f"Nothing is wrong {at}: {silent} checks found nothing."
    return f"{silent} other checks found nothing {at}."
