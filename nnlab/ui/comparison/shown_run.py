"""One run of a comparison as every part of it is shown: its name, what tells its marks from the others', and the moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nnlab.ui.comparison.run_keys import RUN_KEYS, RunKey
from nnlab.ui.comparison.statement import KEY_TITLES, titled
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.transport_bar import Figure

LONGEST_NAME, SHORTER_NAME = 20, 13  # letters of a run's name above its figure, where there are two runs and where there are more


@dataclass(frozen=True, eq=False)
class ShownRun:
    """`name`: the value that differs; `title`: that with what it is a value of, where it is only a number.

    `view` is the moment as this run shows it; `stopped` why it stays behind, empty while it goes on. `first_gradient`: the norm of the
    first batch's gradient, where it is known (else NaN): at iteration 0 no other has been recorded.
    """

    name: str
    title: str
    key: RunKey
    view: LiveView
    stopped: str = ""
    first_gradient: float = math.nan


def run_title(key: str, name: str) -> str:
    """The value that differs in a run as people read it, with what it is a value of where it is only a number."""
    words = titled(key, name) if key else name
    return f"{KEY_TITLES.get(key, key)} {words}" if words[:1].isdigit() else words


def shown_runs(view: LiveView, key: str, first_gradients: Sequence[float] = ()) -> tuple[ShownRun, ...]:
    """The project's own run and those beside it; `key` is what they differ in, `first_gradients` are in the same order."""
    views = [view.of_run(view.run), *(view.of_run(other.run) for other in view.others)]
    stopped = ["", *(other.stopped for other in view.others)]
    found = []
    for place, (run, reason) in enumerate(zip(views, stopped, strict=True)):
        name = titled(key, run.name) if key else run.name
        first = first_gradients[place] if len(first_gradients) == len(views) else math.nan
        found.append(ShownRun(name, run_title(key, run.name), RUN_KEYS[place], run, reason, first))
    return tuple(found)


def score_figures(runs: Sequence[ShownRun], scores: Sequence[str], samples: str) -> tuple[Figure, ...]:
    """How good each run is, as its picture says; none where there is one alone, which shows its losses."""
    if len(runs) < 2:
        return ()
    measure = "accuracy" if runs[0].view.data.target.classes else "R²"
    most = LONGEST_NAME if len(runs) == 2 else SHORTER_NAME
    found = []
    for place, (run, score) in enumerate(zip(runs, scores, strict=True)):
        name = run.title if len(run.title) <= most else run.name  # what it is a value of is said by the statement
        name = name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
        label = f"{measure}, {name}" if place == 0 else name
        found.append(Figure(label, score, tip=f"{measure} of the run with {run.title}, of the {samples} samples"))
    return tuple(found)
