"""A PEFT adapter: a folder with adapter_config.json and adapter_model.safetensors, attached to the project that is already there."""

from __future__ import annotations

import warnings
from pathlib import Path

from nnlab.core.errors import FileError
from nnlab.exchange.importer import AS_PROPOSED, ImportChoices, Imported, Importer, register
from nnlab.files.project import SavedProject
from nnlab.files.session_file import saved_session, session_of
from nnlab.jobs.context import TaskContext
from nnlab.training.adapter_folder import CONFIG


def read(path: Path, into: SavedProject | None, job: TaskContext, choices: ImportChoices = AS_PROPOSED) -> Imported:
    """Raises FileError or GraphError naming the layer that does not fit."""
    job.check()
    if into is None:
        raise FileError(f"{path.name} is an adapter, which needs its network: give -o the name of the project that it was trained on.")
    session = session_of(into)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        name = session.load_adapter(path)
    remarks = [f"adapter {name} attached to {', '.join(session.adapters[name].layers)}", *(str(warning.message) for warning in told)]
    return saved_session(session), tuple(remarks)


def fits(path: Path) -> bool:
    """A folder with an adapter, or one of its two files."""
    return path.is_dir() or path.name == CONFIG or (path.suffix == ".safetensors" and (path.parent / CONFIG).is_file())


register(Importer(name="peft", title="PEFT adapter", suffixes=(), fits=fits, read=read, needs_project=True))
