"""Sweeps that are kept: what was swept and its finished trials, so that a sweep goes on after the program was closed.

Each has a folder of its own: `project.nnlab` (the project as it was swept), `sweep.json` (what varies) and `trials.csv` (the results, one
line each as they end). A folder that cannot be read is left alone and not listed.
"""

from __future__ import annotations

import secrets
import shutil
import time
from pathlib import Path

import msgspec

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError, NNLabError
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.studies.sweeps.axes import read_axis
from nnlab.studies.sweeps.sweep import Sweep

PROJECT, SWEEP, TRIALS = "project.nnlab", "sweep.json", "trials.csv"
FORMAT = 1
KEPT = 20  # sweeps; older ones make room


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    """`sweep.json`."""

    format: int
    name: str
    created: float  # seconds since 1970
    axes: list[str]
    seeds: int
    random: int | None
    steps: int | None
    random_seed: int
    total: int


class StoredSweep:
    """One folder. `name` is what its project was called, `total` how many trials it has."""

    def __init__(self, folder: Path, document: _Document) -> None:
        self.folder, self._document = folder, document
        self.name, self.total, self.created = document.name, document.total, document.created

    @property
    def trials(self) -> Path:
        """The table of its results."""
        return self.folder / TRIALS

    @property
    def finished(self) -> int:
        """How many trials stand in its table now."""
        try:
            with self.trials.open("rb") as file:
                return max(0, sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b"")) - 1)
        except OSError:
            return 0

    @property
    def is_whole(self) -> bool:
        return self.finished >= self.total

    @property
    def words(self) -> str:
        """What it is, for a list: "spiral: units, learning_rate, 12 of 40 trials"."""
        keys = ", ".join(text.partition("=")[0] for text in self._document.axes)
        done = f"{self.total:,} trials" if self.is_whole else f"{self.finished:,} of {self.total:,} trials"
        return f"{self.name}: {keys}, {done}"

    def load(self) -> Sweep:
        """The sweep; raises NNLabError when its folder cannot be read any more."""
        document, project = self._document, load_project(self.folder / PROJECT).project
        axes = tuple(read_axis(text, project) for text in document.axes)
        return Sweep(project, axes, document.seeds, document.random, document.steps, document.random_seed)

    def remove(self) -> None:
        """Deletes it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def store_sweep(root: Path, sweep: Sweep, name: str, total: int) -> StoredSweep:
    """A new folder for a sweep that begins; raises WriteError when it cannot be written."""
    folder = root / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
    document = _Document(
        FORMAT, name, time.time(), [str(axis) for axis in sweep.axes], sweep.seeds, sweep.random, sweep.steps, sweep.random_seed, total
    )
    try:
        folder.mkdir(parents=True)
        save_project(folder / PROJECT, SavedProject(sweep.project), with_data=False)
        write_atomically(folder / SWEEP, lambda file: file.write(msgspec.json.encode(document)))
    except (OSError, NNLabError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, NNLabError):
            raise
        raise FileError(f"{folder} cannot be made, so this sweep would not be kept: {error.strerror or error}.") from error
    return StoredSweep(folder, document)


def stored_sweeps(root: Path) -> list[StoredSweep]:
    """Those that are kept in `root`, the newest first."""
    found = []
    for path in root.glob(f"*/{SWEEP}"):
        try:
            document = msgspec.json.decode(path.read_bytes(), type=_Document)
        except (OSError, msgspec.DecodeError):
            continue
        if document.format == FORMAT:
            found.append(StoredSweep(path.parent, document))
    return sorted(found, key=lambda stored: -stored.created)
