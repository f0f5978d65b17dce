"""What the window says of a sweep in words, and which of its columns lead to which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnlab.jobs.remaining import remaining_words
from nnlab.studies.sweeps.best import Ranking
from nnlab.training.difference import SEED_KEY
from nnlab.ui.look import numbers
from nnlab.ui.sweep.columns import SweepColumns, title_of, written
from nnlab.ui.sweep.run import SweepRun

HINT = "Every trial gets a row here. Choose what varies and press Start."


def best_words(run: SweepRun, ranking: Ranking | None) -> str:
    """The best combination with its spread over the seeds, or what will stand there."""
    if ranking is None:
        return "Training…" if run.is_running else HINT
    one, band = ranking.best, ranking.best.band
    settings = ", ".join(f"{title_of(key)} {written(value)}" for key, value in one.settings.items())
    value = f"{title_of(ranking.measure)} {numbers.number(band.median, 3)}"
    if len(one.results) > 1:
        value += f" ({numbers.number(band.lowest, 3)} to {numbers.number(band.highest, 3)} over {len(one.results)} seeds)"
    return f"Best: {value} · {settings}"


def status_words(run: SweepRun, ranking: Ranking | None) -> str:
    """How far it is, how long it still takes, what failed; once it stands still, whether the best is clearly the best."""
    words = [f"{numbers.count(len(run.columns))} of {numbers.count(run.total)} trials" if run.total else ""]
    words.append(remaining_words(run.remaining))
    words.append(f"{numbers.count(run.columns.failed)} failed" if run.columns.failed else "")
    words.append(ranking.verdict if ranking is not None and not run.is_running else "")
    return " · ".join(filter(None, words))


def axes_of(columns: SweepColumns, measure: str) -> Sequence[str]:
    """Settings that vary, then what they led to: the losses, and last what trials are judged by."""
    settings = [key for key in columns.settings if key != SEED_KEY or len(columns.settings) == 1]
    known = [name for name in ("loss", "validation_loss", measure) if name in columns.values]
    return list(dict.fromkeys([*settings, *(name for name in known if np.isfinite(columns.numbers(name)).any())]))
