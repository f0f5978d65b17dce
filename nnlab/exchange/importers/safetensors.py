"""safetensors: weights under PyTorch's names, into a network that is there, or into the one that a file of ours describes itself.

A file of tensors does not say which network they belong to. Every tensor of the network has to be there with its shape, and none may be
left over: one wrong tensor refuses all of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from nnlab.core.errors import FileError
from nnlab.core.fitted_preparation import decode
from nnlab.core.tensor_file import read_metadata, read_tensors
from nnlab.exchange.importer import AS_PROPOSED, ImportChoices, Imported, Importer, register
from nnlab.exchange.torch_names import torch_names
from nnlab.files.graph_file import read_graph
from nnlab.files.project import SavedProject
from nnlab.files.session_file import saved_session, session_of
from nnlab.jobs.context import TaskContext
from nnlab.training.adapter_folder import CONFIG
from nnlab.training.session import Session

MOST_BYTES = 2**31
_IGNORED = "num_batches_tracked"  # PyTorch counts batches beside the running statistics
_TYPES = ("F16", "F32", "F64", "I64")


def read(path: Path, into: SavedProject | None, job: TaskContext, choices: ImportChoices = AS_PROPOSED) -> Imported:
    """Raises FileError naming tensors that are missing, left over or of another shape."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"{path.name} has more than 2 GB; it is too large to be imported.")
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    job.report(0, 2, "Reading")
    tensors = {name: values for name, values in read_tensors(content, path.name, _TYPES).items() if not name.endswith(_IGNORED)}
    session = _session(path, into, read_metadata(content))
    job.report(1, 2, "Setting weights")
    names = torch_names(session.graph, (*session.parameters, *session.buffers))
    shapes = {name: values.shape for name, values in {**session.parameters, **session.buffers}.items()}
    _check(path, {theirs: shapes[own] for own, theirs in names.items()}, tensors)
    session.set_parameters({own: tensors[theirs] for own, theirs in names.items()})
    return saved_session(session), (f"{len(tensors)} tensors, {sum(values.size for values in tensors.values()):,} numbers",)


def _session(path: Path, into: SavedProject | None, metadata: dict[str, str]) -> Session:
    if into is not None:
        return session_of(into)
    if "graph" not in metadata:
        raise FileError(
            f"{path.name} does not say which network its tensors belong to; give -o the name of a project whose layers have their names."
        )
    session = Session(read_graph(metadata["graph"].encode()))
    if "preparation" in metadata:
        session.preparation = decode(metadata["preparation"].encode())
    return session


def _check(path: Path, wanted: dict[str, tuple[int, ...]], tensors: dict[str, np.ndarray]) -> None:
    problems: list[str] = [f"{name} is missing" for name in wanted if name not in tensors]
    problems += [f"{name} belongs to no layer" for name in tensors if name not in wanted]
    for name, shape in wanted.items():
        if name in tensors and tensors[name].shape != shape:
            problems.append(f"{name} has the shape {_words(tensors[name].shape)}, but the network needs {_words(shape)}")
    if problems:
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise FileError(f"{path.name} does not fit the network: {'; '.join(problems[:5])}{more}.")


def _words(shape: tuple[int, ...]) -> str:
    return json.dumps(list(shape))


def fits(path: Path) -> bool:
    """A file of tensors that does not lie in an adapter's folder."""
    return path.suffix.lower() == ".safetensors" and not (path.parent / CONFIG).is_file()


register(
    Importer(name="safetensors", title="safetensors", suffixes=(".safetensors",), fits=fits, read=read, needs_project=True)
)
