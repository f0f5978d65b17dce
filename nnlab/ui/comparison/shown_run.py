"""One run of a comparison as every part of it is shown: its name, what tells its marks from the others', and the moment."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.ui.comparison.run_keys import RUN_KEYS, RunKey
from nnlab.ui.comparison.statement import KEY_TITLES, titled
from nnlab.ui.run.live_view import LiveView


@dataclass(frozen=True, eq=False)
class ShownRun:
    """`name`: the value that differs; `title`: that with what it is a value of, where it is only a number.

    `view` is the moment as this run shows it; `stopped` why it stays behind, empty while it goes on.
    """

    name: str
    title: str
    key: RunKey
    view: LiveView
    stopped: str = ""


def shown_runs(view: LiveView, key: str) -> tuple[ShownRun, ...]:
    """The project's own run and those beside it; `key` is what they differ in."""
    views = [view.of_run(view.run), *(view.of_run(other.run) for other in view.others)]
    stopped = ["", *(other.stopped for other in view.others)]
    found = []
    for place, (run, reason) in enumerate(zip(views, stopped, strict=True)):
        name = titled(key, run.name) if key else run.name
        title = f"{KEY_TITLES.get(key, key)} {name}" if name[:1].isdigit() else name
        found.append(ShownRun(name, title, RUN_KEYS[place], run, reason))
    return tuple(found)
