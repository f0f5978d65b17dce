"""Where the figures in tables come from: kept runs, what a step costs, and the samples with their statistics and classes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QTableView

from nnlab.studies.step_cost import MEASURED
from nnlab.studies.step_cost import counted as counted_cost
from nnlab.training import provenance, provenance_of_data, provenance_of_runs
from nnlab.training.feature_statistics import TRAINING, VALIDATION
from nnlab.training.probes.predictions import SAMPLES as MOST_PREDICTED
from nnlab.training.probes.scores import SAMPLES as MOST_SCORED
from nnlab.training.provenance import Provenance, Replay
from nnlab.ui.panels.controls.feature_table import FIGURES
from nnlab.ui.panels.controls.sample_table import FIXED, TARGET
from nnlab.ui.panels.cost import HEADINGS, CostPanel
from nnlab.ui.panels.runs import RunsPanel
from nnlab.ui.panels.samples import SamplesPanel
from nnlab.ui.widgets.traced import trace

COUNTED = {"parameters": "parameters", "bytes of them": "parameter_bytes", "bytes of values": "value_bytes"}
AGAIN = f"{MEASURED} “Measure again” measures anew."
LAYOUT = "Counted: the size of every tensor that the program of this network keeps for the node, in bytes of its numbers."


def trace_runs(panel: RunsPanel, replay: Replay) -> None:
    """Every figure of the table of runs."""
    trace(panel.table_.viewport(), partial(_of_run, panel, replay), cursor=False)


def trace_cost(panel: CostPanel) -> None:
    """Every figure of the table of costs, and the time of a whole step."""
    trace(panel.rows.viewport(), partial(_of_cost, panel), cursor=False)
    trace(panel.words, partial(_of_step, panel))


def trace_samples(panel: SamplesPanel, replay: Replay) -> None:
    """Statistics of columns, samples of each class, and every number of the table of samples."""
    trace(panel.statistics.viewport(), partial(_of_column, panel), cursor=False)
    trace(panel.balance, partial(_of_class, panel), cursor=False)
    trace(panel.samples.viewport(), partial(_of_sample, panel, replay), cursor=False)


def _cell(table: QTableView, place: QPointF | None) -> tuple[int, int] | None:
    """Row and column at a place of the viewport; those of the keyboard for None."""
    index = table.currentIndex() if place is None else table.indexAt(place.toPoint())
    return (index.row(), index.column()) if index.isValid() else None


def _of_run(panel: RunsPanel, replay: Replay, place: QPointF | None) -> Provenance | None:
    cell, table = _cell(panel.table_, place), panel.table_
    if cell is None:
        return None
    row = table.rows[cell[0]]
    figure = cell[1] - (table.columnCount() - len(row.figures))
    written = table.item(*cell)
    if figure < 0 or written is None or not written.text():
        return None
    return provenance_of_runs.kept_figure(row.run, figure) if row.run is not None else _of_live_run(panel, figure, replay)


def _of_live_run(panel: RunsPanel, figure: int, replay: Replay) -> Provenance | None:
    view = panel.view
    if view is None:
        return None
    if figure == provenance_of_runs.TRAINING and view.losses.training != view.losses.training:  # nothing was evaluated yet
        return provenance.smoothed_loss(view, replay)
    if figure in (provenance_of_runs.TRAINING, provenance_of_runs.VALIDATION):
        return provenance_of_data.part_loss(view, figure == provenance_of_runs.VALIDATION, replay)
    if figure == provenance_of_runs.SCORE:
        held, curves = len(view.data.validation_x) > 0, view.curves
        values = curves.validation_scores if held else curves.training_scores
        name, at = "accuracy" if view.data.target.classes else "r2", int(curves.validation_iterations[-1])
        return provenance_of_data.score(view, name, held, float(values[-1]), MOST_SCORED, at, replay)
    if figure == provenance_of_runs.ITERATIONS:
        at = view.frame.iteration
        return provenance.counted("Iteration", at, "iteration", at, "Counted by the engine: updates so far.")
    return provenance.counted("Seeds of this run", 1, "seed", None, f"Counted: the seed {view.project.training.seed}.")


def _of_cost(panel: CostPanel, place: QPointF | None) -> Provenance | None:
    cell, cost = _cell(panel.rows, place), panel.cost
    if cell is None or cost is None or not cell[1]:
        return None
    node, heading = cost.nodes[cell[0]], HEADINGS[cell[1]]
    name = node.node or "schedule"
    if heading in COUNTED:
        field, project = COUNTED[heading], panel.measured
        if project is None:
            return None

        def again() -> float:
            found = counted_cost(*project).get(node.node)
            return float("nan") if found is None else float(getattr(found, field))

        return Provenance(f"{heading.capitalize()}, {name}", getattr(node, field), name, None, "none", "", LAYOUT, again)
    if heading == "share":
        return provenance.counted(f"Share of {name}", node.share, "clock", None, AGAIN, r"\frac{t_i}{\sum_j t_j}")
    value = node.total if heading == "time" else node.seconds[HEADINGS.index(heading) - HEADINGS.index("forward")]
    return provenance.counted(f"Seconds of {name} in a step ({heading})", value, "clock", None, AGAIN)


def _of_step(panel: CostPanel, place: QPointF | None) -> Provenance | None:
    if panel.cost is None:
        return None
    words = "Measured by this computer's clock on a copy of the run: whole steps in one go, the fastest stretch of them."
    return provenance.counted(f"Seconds of a step of {panel.cost.rows:,} samples", panel.cost.seconds, "clock", None, words)


def _of_column(panel: SamplesPanel, place: QPointF | None) -> Provenance | None:
    cell, view = _cell(panel.statistics, place), panel.view
    if cell is None or view is None or not cell[1]:
        return None
    part = VALIDATION if len(view.data.raw_validation_x) and panel.part.current == VALIDATION else TRAINING
    _, title, figure = FIGURES[cell[1] - 1]
    return provenance_of_data.column_figure(view.data, part, cell[0], title, figure)


def _of_class(panel: SamplesPanel, place: QPointF | None) -> Provenance | None:
    view, row = panel.view, panel.balance.class_at(0.0 if place is None else place.y())
    return None if view is None or row is None else provenance_of_data.class_size(view.data, row)


def _of_sample(panel: SamplesPanel, replay: Replay, place: QPointF | None) -> Provenance | None:
    """A number of the data, or what the network makes of it."""
    cell, view, model = _cell(panel.samples, place), panel.view, panel.samples.samples
    if cell is None or view is None or model.shown is not view.data or cell[1] < TARGET:
        return None
    sample, column = int(model.order[cell[0]]), cell[1]
    value, held = float(model.column(column)[sample]), sample >= len(view.data.x)
    within = sample - len(view.data.x) if held else sample
    behind = column - len(FIXED) - len(model.features)
    if value != value:
        return None
    if behind < 0:
        return provenance_of_data.stored_number(view.data, model.headings[column], value, held, within)
    at = view.probed_at.get("sample_losses" if behind == 2 else "predictions", view.frame.iteration)
    return provenance_of_data.answer(view, model.headings[column], held, within, value, MOST_PREDICTED, at, replay)
