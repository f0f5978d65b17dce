"""A table of one's own, in any format that tables are read in: a project with a first network that fits it."""

from __future__ import annotations

from pathlib import Path

from nnlab.exchange.importer import AS_PROPOSED, ImportChoices, Imported, Importer, register
from nnlab.files.project import SavedProject
from nnlab.files.starting_network import project_for_table
from nnlab.jobs.context import TaskContext
from nnlab.tables.reader import table_suffixes


def read(path: Path, into: SavedProject | None, job: TaskContext, choices: ImportChoices = AS_PROPOSED) -> Imported:
    """Raises DataError naming line and column of what cannot be read."""
    job.check()
    project = project_for_table(path, choices.target, choices.answers)
    return SavedProject(project), (f"{len(project.graph)} nodes for its columns, not trained yet",)


register(
    Importer(
        name="table", title="A table", suffixes=table_suffixes(), fits=lambda path: path.suffix.lower() in table_suffixes(), read=read,
        accepts=frozenset({"target", "answers"}),
    )
)  # fmt: skip
