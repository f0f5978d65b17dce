"""Where the figures of a diagnosis come from: the decisive one of a finding, looked for once more with the weights it was found with."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF

from nnlab.training.diagnosis import diagnoses
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.controls.finding_row import FindingRow
from nnlab.ui.panels.diagnosis import DiagnosisPanel
from nnlab.ui.run.live_diagnosis import observed
from nnlab.ui.widgets.traced import trace


def trace_findings(panel: DiagnosisPanel, replay: Replay) -> None:
    """The figures of every row, also of those that are made later."""
    for row in panel.all_rows:
        _trace_row(panel, replay, row)
    panel.row_made.connect(partial(_trace_row, panel, replay))


def _trace_row(panel: DiagnosisPanel, replay: Replay, row: FindingRow) -> None:
    for widget in row.told:
        trace(widget, partial(_of_row, panel, replay, row))


def _of_row(panel: DiagnosisPanel, replay: Replay, row: FindingRow, place: QPointF | None) -> Provenance | None:
    now, view = panel.found, panel.view
    if now is None or view is None or row not in panel.rows:
        return None
    number = panel.rows.index(row)
    if number >= len(now.found):  # the verdict on the history stands behind the findings
        return _of_verdict(panel, row)
    found, data = now.found[number], view.data
    name = next(iter(found.figures), "")
    if not name:
        return None

    def again() -> float:
        then = replay(now.iteration, now.iteration - 1).frame
        weights = {each: value for each in then.program.stored if (value := then.get(each)) is not None}
        seen = observed(now.project, data, weights, now.curves, now.failure)
        for one in diagnoses[found.kind].find(seen):
            if (one.node, one.columns) == (found.node, found.columns):
                return float(one.figures[name])
        return math.nan

    title = f"{found.title}{f' in {found.node}' if found.node else ''}: {name.replace('_', ' ')}"
    return Provenance(
        title, float(found.figures[name]), found.node or "the run and its data", now.iteration, "at most 512 training rows", "",
        diagnoses[found.kind].test, again,
    )  # fmt: skip


def _of_verdict(panel: DiagnosisPanel, row: FindingRow) -> Provenance | None:
    now = panel.found
    if now is None or not now.convergence.figures:
        return None
    curves, verdict = now.curves, now.convergence
    name, value = next(iter(verdict.figures.items()))
    title = f"{verdict.title}: {name.replace('_', ' ')}"
    return Provenance(
        title, float(value), "the history of the losses", now.iteration, "all that were recorded", "", verdict.test,
        lambda: float(replace(curves).convergence.figures[name]),  # a copy has not been judged yet
    )  # fmt: skip
