"""What an importer is: a form of a model or of data that becomes a project, one file each in `nnlab/exchange/importers/`.

    register(Importer(name="onnx", title="ONNX", fits=lambda path: path.suffix == ".onnx", read=read))

`read(path, into, job, choices)` gives a project that can be saved, and sentences about it; `into` is the project that is already there
under the name of the new one, which weights and adapters need. Everything or nothing: what cannot be imported is told, all of it, and
nothing is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnlab.core.errors import FileError
from nnlab.core.registry import Registry
from nnlab.files.project import SavedProject
from nnlab.jobs.context import TaskContext


@dataclass(frozen=True)
class ImportChoices:
    """What a person chose where what is imported leaves a choice; empty values leave it as it is proposed.

    Of a table: the column to predict, and by column the notation where its cells allow two. Of images: (height, width) in pixels, colour,
    and the IDX file of labels.
    """

    target: str = ""
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    size: tuple[int, int] | None = None
    is_color: bool | None = None
    labels: str = ""

    @property
    def given(self) -> frozenset[str]:
        """The names of the choices that were made."""
        return frozenset(name for name in ("target", "answers", "size", "is_color", "labels") if getattr(self, name) not in ("", {}, None))


AS_PROPOSED = ImportChoices()
Imported = tuple[SavedProject, tuple[str, ...]]  # and sentences about it


@dataclass(frozen=True, eq=False)
class Importer:
    """A form that can be read. `fits` looks at the path alone; `suffixes` are for a dialog.

    `needs_project`: what it reads goes into the project that is there. `accepts`: those of `ImportChoices` that it follows.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    fits: Callable[[Path], bool]
    read: Callable[[Path, SavedProject | None, TaskContext, ImportChoices], Imported]
    needs_project: bool = False
    accepts: frozenset[str] = frozenset()


importers: Registry[Importer] = Registry("form to import", "nnlab.exchange.importers")


def register(importer: Importer) -> Importer:
    """Makes a form known to the command line, the window and tests."""
    return importers.add(importer)


def importer_for(path: Path) -> Importer:
    """The importer that a path is meant for; raises FileError with the forms that there are."""
    if not path.exists():
        raise FileError(f"There is no file {path}.")
    found = next((importer for importer in importers if importer.fits(path)), None)
    if found is None:
        known = ", ".join(f"{importer.title} ({', '.join(importer.suffixes) or 'a folder'})" for importer in importers)
        raise FileError(f"{path.name} is of no form that can be imported; known are {known}.")
    return found
