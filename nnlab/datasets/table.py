"""A table of one's own, of any kind that can be read, used as its plan says.

The plan is a setting: the import page writes it, and whoever leaves it empty gets the one that the cells suggest, as long as they leave
nothing to be asked. What has to be fitted is fitted on the training rows alone (`nnlab.tables.encoding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.errors import DataError
from nnlab.core.setting import Setting, Value
from nnlab.core.telling import tell
from nnlab.tables.encoding import fit
from nnlab.tables.plan import read_plan
from nnlab.tables.planned import read_planned
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table

_READ = 0.9  # the share of the work that is done when every cell is a number


def make(settings: Mapping[str, Value], seed: int) -> Table:
    path = str(settings["path"]).strip()
    if not path:
        raise DataError("No table is chosen; set the path of one.")
    plan = read_plan(str(settings["plan"]))
    done = 0.0  # of a table that is open on the import page nothing has to be read

    def on_read(share: float, words: str) -> None:
        nonlocal done
        done = share / 2
        tell(done, words)

    cells = read_table(Path(path).expanduser(), None if plan is None else plan.wanted, on_read)
    if plan is None:
        proposal = propose(cells, str(settings["target_column"]).strip())
        plan = proposal.plan
        for question in proposal.open_questions(plan):
            raise DataError(f"{cells.name} leaves a question open. {question.text} Open it by File › Import and answer there.")
    planned = read_planned(cells, plan, lambda share: tell(done + (_READ - done) * share, "preparing samples"))
    tell(_READ, "preparing samples")
    return Table(
        np.empty((len(planned.y), 0)), planned.y, (), planned.target, fit=partial(fit, plan, planned.columns),
        groups=planned.groups, times=planned.times, notes=(*cells.notes, *planned.notes),
    )  # fmt: skip


register(
    Dataset(
        name="table",
        title="Table",
        category="File",
        description="A table of your own: CSV, Excel, OpenDocument or Parquet, with columns of numbers, categories and dates.",
        settings=(
            Setting("path", "", title="File", tip="A CSV, Excel, OpenDocument or Parquet file."),
            Setting("target_column", "", tip="The column that is to be predicted; empty for the last that can be.", hidden=True),
            Setting("plan", "", tip="How each column is used; empty for what the cells suggest.", reader=read_plan, hidden=True),
        ),
        make=make,
        standardize=True,
        files=("path",),
    )
)
