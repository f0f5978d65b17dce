"""`nnlab lora SCENARIO`: fine-tuning from one base by LoRA of several ranks, by all parameters and by the last layer alone, over seeds."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nnlab.commands.common import AsJson, announce_kernels, count_option, finite, progress_bar
from nnlab.core.errors import SettingError, TrainingError
from nnlab.core.written import percent

if TYPE_CHECKING:
    from nnlab.studies.lora.study import StudyRow


def lora(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="rotated-digits, inverted-digits, other-digits or shifted-sine; without: lists them")
    ] = "",
    ranks: Annotated[str, typer.Option(metavar="R,R", help="Ranks of LoRA to try")] = "1,2,4,8",
    seeds: Annotated[int, count_option("Seeds to repeat everything with", 1, 1000)] = 3,
    workers: Annotated[int | None, count_option("Processes; default: one per processor; 0: none but this one", 0, 1024)] = None,
    as_json: AsJson = False,
) -> None:
    """Fine-tunes one base by several methods and says what each gains, forgets and costs."""
    from nnlab.studies.lora.scenarios import SCENARIOS

    if not scenario:
        if as_json:
            print(json.dumps({"scenarios": [{"name": s.name, "title": s.title, "words": s.words} for s in SCENARIOS.values()]}))
            return
        for found in SCENARIOS.values():
            print(f"{found.name:16} {found.title}: {found.words}")
        return
    from nnlab.jobs.workers import LocalWorkers
    from nnlab.studies.lora.study import KERNELS, run_study, study_trials

    trials = study_trials(scenario, _ranks(ranks), seeds)
    announce_kernels(KERNELS)
    rows: list[StudyRow] = []
    try:
        with progress_bar(scenario) as context, closing(run_study(trials, LocalWorkers(workers), context)) as ended:
            rows.extend(ended)
    except KeyboardInterrupt:
        _tell(scenario, rows, as_json)
        raise TrainingError(f"Interrupted; {len(rows)} of {len(trials)} trials had ended.") from None
    _tell(scenario, rows, as_json)


def _ranks(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if not part.isascii() or not part.isdigit() or len(part) > 9:
            raise SettingError(f"--ranks is {text[:80]!r}; give whole numbers with commas between them, such as 1,2,4,8.")
    return [int(part) for part in parts]


def _tell(scenario: str, rows: list[StudyRow], as_json: bool) -> None:
    from nnlab.studies.lora.study import recovered, summarize

    stream = sys.stderr if as_json else sys.stdout
    summaries = summarize(rows)
    if summaries:
        print(f"{scenario}: medians over {max(len(s.rows) for s in summaries)} seeds", file=stream)
        print(f"  {'':14} {'new task':>9} {'old task':>9} {'learn':>9} {'optimiser':>12} {'file':>10}", file=stream)
    for found in summaries:
        counts = f"{found.parameters:>9,} {found.optimizer_bytes:>10,} B {found.file_bytes:>8,} B"
        print(f"  {found.title:14} {found.new_accuracy:>9.4f} {found.old_accuracy:>9.4f} {counts}", file=stream)
        share = recovered(summaries, found.rank) if found.rank is not None else None
        if share is not None:
            print(f"  {'':14} {percent(share, 1)} of what full fine-tuning gains", file=stream)
    for row in rows:
        if row.error:
            print(f"  {row.title}, seed {row.seed}: {row.error}", file=stream)
    if as_json:
        print(json.dumps({"scenario": scenario, "rows": [_row(row) for row in rows]}, allow_nan=False), flush=True)


def _row(row: StudyRow) -> dict[str, Any]:
    return {
        "method": row.method, "rank": row.rank, "new_accuracy": finite(row.new_accuracy), "old_accuracy": finite(row.old_accuracy),
        "parameters": row.parameters, "optimizer_bytes": row.optimizer_bytes, "file_bytes": row.file_bytes, "seed": row.seed,
        "seconds": row.seconds, "error": row.error,
    }  # fmt: skip
