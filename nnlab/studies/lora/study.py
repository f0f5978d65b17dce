"""The study of a scenario: the base, full fine-tuning, the last layer alone and LoRA of several ranks, over several seeds.

One trial is one method, rank and seed; it learns the base of its seed first, which takes a moment, so that it depends on nothing else.
Results come as trials end, on all cores, with progress and cancel; those that are there stay when the rest is given up.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.preparation import Data, prepare
from nnlab.core.setting import Setting, Value
from nnlab.engine.run import Run
from nnlab.graph.adapters import adapted
from nnlab.jobs.context import TaskContext
from nnlab.jobs.workers import LocalWorkers, Workers
from nnlab.studies.lora.measures import file_bytes, optimizer_bytes, trained_numbers
from nnlab.studies.lora.scenarios import ADAPTER, BASE, FULL, HEAD, LORA, Scenario, scenario_named, task_project, trained_base
from nnlab.studies.sweeps.trials import Trial, TrialResult, TrialStore, run_trials
from nnlab.studies.sweeps.warm import warm_for
from nnlab.training.adapter_folder import saved_bytes
from nnlab.training.complete_run import prepare_run, steps_of_epochs, train
from nnlab.training.metrics import metrics
from nnlab.training.peft import to_stored
from nnlab.training.project import Project
from nnlab.training.snapshots import take_snapshot

RANKS = (1, 2, 4, 8)
SEEDS = Setting("seeds", 3, minimum=1, maximum=1000)
RANK = Setting("ranks", 8, minimum=1, maximum=65536)
SETTINGS, VALUES = ("scenario", "method", "rank", "seed"), ("new_accuracy", "old_accuracy", "parameters", "optimizer_bytes", "file_bytes")
KERNELS = ("input", "dense", "relu", "tanh", "cross_entropy", "mse", "adam", "lora_down", "lora_up")


@dataclass(frozen=True)
class StudyRow:
    """One trial: accuracy on the new and on the old task (R² where the target is numbers), of samples that were not trained on.

    `rank` is None but for LoRA. `error`: one sentence where it came to nothing; the numbers are None then.
    """

    method: str
    rank: int | None
    seed: int
    new_accuracy: float | None = None
    old_accuracy: float | None = None
    parameters: int | None = None
    optimizer_bytes: int | None = None
    file_bytes: int | None = None
    seconds: float | None = None
    error: str = ""

    @property
    def title(self) -> str:
        return f"LoRA, r = {self.rank}" if self.method == LORA else {BASE: "base", FULL: "full", HEAD: "head"}[self.method]


@dataclass(frozen=True)
class StudySummary:
    """One method over its seeds: medians, and the lowest and highest accuracy on the new task."""

    title: str
    method: str
    rank: int | None
    rows: tuple[StudyRow, ...]
    new_accuracy: float
    lowest: float
    highest: float
    old_accuracy: float
    parameters: int
    optimizer_bytes: int
    file_bytes: int


def study_trials(scenario: str, ranks: Iterable[int] = RANKS, seeds: int = 3) -> list[Trial]:
    """Every method with every seed, the first seed of all methods first. Raises SettingError for ranks or seeds that cannot be."""
    found = scenario_named(scenario)
    checked = [int(RANK.check(rank, "the study")) for rank in ranks]
    if not checked:
        raise SettingError("The study needs at least one rank, such as 8.")
    for rank in checked:
        if rank > min(found.hidden):
            units = min(found.hidden)
            raise SettingError(f"Rank {rank} is more than the {units} units of a hidden layer of {scenario}; choose a lower one.")
    count = int(SEEDS.check(seeds, "the study"))
    methods = [(BASE, 0), (FULL, 0), (HEAD, 0), *((LORA, rank) for rank in dict.fromkeys(checked))]
    return [
        Trial({"scenario": scenario, "method": method, "rank": rank, "seed": seed}, study=f"lora: {scenario}, 1")
        for seed in range(count)
        for method, rank in methods
    ]


def run_study(
    trials: Sequence[Trial], workers: Workers | None = None, context: TaskContext | None = None, file: TrialStore | None = None
) -> Generator[StudyRow, None, None]:
    """Yields a row for every trial as it ends. Raises Cancelled when the job is cancelled; what was yielded by then counts."""
    warm_for(KERNELS, context)
    with closing(run_trials(one_trial, trials, workers or LocalWorkers(), context, file)) as results:
        for result in results:
            yield row_of(result)


def row_of(result: TrialResult) -> StudyRow:
    settings, values = result.trial.settings, result.values
    method, rank = str(settings["method"]), int(settings["rank"])
    row = StudyRow(method, rank if method == LORA else None, int(settings["seed"]), seconds=result.seconds, error=result.error)
    if result.error:
        return row
    numbers = {name: None if values[name] is None else float(values[name]) for name in ("new_accuracy", "old_accuracy")}  # type: ignore[arg-type]
    counts = {name: int(values[name]) for name in ("parameters", "optimizer_bytes", "file_bytes")}  # type: ignore[arg-type]
    return StudyRow(row.method, row.rank, row.seed, **numbers, **counts, seconds=row.seconds)  # type: ignore[arg-type]


def summarize(rows: Iterable[StudyRow]) -> list[StudySummary]:
    """What there is by now, by method in the order of the study; a method of which no trial has ended is not there."""
    groups: dict[tuple[str, int | None], list[StudyRow]] = {}
    for row in rows:
        if not row.error:
            groups.setdefault((row.method, row.rank), []).append(row)
    order = {BASE: 0, FULL: 1, HEAD: 2, LORA: 3}
    found = []
    for (method, rank), own in sorted(groups.items(), key=lambda item: (order[item[0][0]], item[0][1] or 0)):
        new = np.array([row.new_accuracy for row in own], dtype=float)
        old = np.array([row.old_accuracy for row in own], dtype=float)
        first = own[0]
        found.append(
            StudySummary(
                first.title, method, rank, tuple(own), float(np.median(new)), float(new.min()), float(new.max()), float(np.median(old)),
                first.parameters or 0, first.optimizer_bytes or 0, first.file_bytes or 0,
            )
        )  # fmt: skip
    return found


def recovered(summaries: Iterable[StudySummary], rank: int) -> float | None:
    """The share of full fine-tuning's gain on the new task that LoRA of this rank has, from the medians; None where either is missing."""
    known = {(s.method, s.rank): s.new_accuracy for s in summaries}
    base, full, lora = known.get((BASE, None)), known.get((FULL, None)), known.get((LORA, rank))
    if base is None or full is None or lora is None or full == base:
        return None
    return (lora - base) / (full - base)


def one_trial(settings: Mapping[str, Value], context: TaskContext) -> Mapping[str, Value | None]:
    """Learns the base of the seed, then the new task by one method; a function of its settings alone."""
    scenario = scenario_named(settings["scenario"])
    project, run = learned(scenario, str(settings["method"]), int(settings["rank"]), int(settings["seed"]), context)
    new, old = prepare(scenario.new), prepare(scenario.old)
    own = {info.name: info.place.view(run.state.arena, 1) for info in run.program.trained}
    adapters = adapted(project.graph)
    size = saved_bytes(to_stored(project.graph, run.state.parameters(), ADAPTER)) if adapters else file_bytes(own)
    return {
        "new_accuracy": _score(run, new), "old_accuracy": _score(run, old), "parameters": trained_numbers(run.program),
        "optimizer_bytes": optimizer_bytes(run.program), "file_bytes": size,
    }  # fmt: skip


def learned(
    scenario: Scenario, method: str, rank: int, seed: int, context: TaskContext | None = None
) -> tuple[Project, Run]:  # fmt: skip
    """A trial's project and its run at the end, for whoever opens it: `take_snapshot(run)` is what the window restores."""
    context = context or TaskContext()
    project = task_project(scenario, method, rank or 1, seed, trained_base(scenario, seed, context))
    run = prepare_run(project.graph, prepare(project.data), project.training, start=project.initial)
    total = 0 if method == BASE else steps_of_epochs(run, project.training.epochs)
    done = 0

    def progress(steps: int) -> None:
        nonlocal done
        done += steps
        context.report(done, total)

    if total:
        train(run, total, progress)
    return project, run


__all__ = [
    "RANKS", "StudyRow", "StudySummary", "learned", "one_trial", "recovered", "run_study", "study_trials", "summarize", "take_snapshot",
]  # fmt: skip


def _score(run: Run, data: Data) -> float:
    """Accuracy, or R² of numbers, on the validation part."""
    run.evaluator.load(run.state.arena)
    outputs = run.evaluator.predict(data.validation_x)
    assert run.program.loss_node is not None
    found = metrics(outputs, data.validation_y, data.target, run.program.graph[run.program.loss_node].kind.link)
    for name in ("accuracy", "r2"):
        if name in found:
            return float(found[name])
    raise NNLabError("The outputs of this scenario cannot be scored.")
