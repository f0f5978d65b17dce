"""What an exporter is: a form of a model that other programs read, one file each in `nnlab/exchange/exporters/`.

    register(Exporter(name="onnx", title="ONNX", suffix=".onnx", description="...", write=write))

`write(model, path, job)` writes what the form asks for, checks it against the model's own outputs, and returns sentences about it. What
the form cannot hold is told for all nodes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnlab.core.errors import FileError, GraphError
from nnlab.core.registry import Registry
from nnlab.graph.graph import Node
from nnlab.jobs.context import TaskContext

if TYPE_CHECKING:  # which brings in the machine; a list of forms needs none
    from nnlab.exchange.model import Model

MOST_NODES = 8  # named in a sentence


@dataclass(frozen=True, eq=False)
class Exporter:
    """A form of a model. `suffix`: of the file it writes, "" for a folder; `needs_training`: nothing to write without weights."""

    name: str
    title: str
    suffix: str
    description: str  # one sentence
    write: Callable[[Model, Path, TaskContext], tuple[str, ...]]


exporters: Registry[Exporter] = Registry("form to export to", "nnlab.exchange.exporters")


def register(exporter: Exporter) -> Exporter:
    """Makes a form known to the command line, the window and tests."""
    return exporters.add(exporter)


def check_path(exporter: Exporter, path: Path) -> None:
    """Raises FileError for a name that the form does not have, or a folder that is not there, before anything is computed."""
    if exporter.suffix and path.suffix.lower() != exporter.suffix:
        raise FileError(f"{path}: the name of {exporter.title} ends in {exporter.suffix}.")
    if exporter.suffix and path.is_dir():
        raise FileError(f"{path} is a folder; name a file in it.")
    if not path.absolute().parent.is_dir():
        raise FileError(f"{path}: there is no folder {path.absolute().parent}; create it first.")


def refuse(form: str, nodes: Iterable[Node]) -> None:
    """Raises GraphError naming every node that a form has no words for; nothing where there is none."""
    found = list(nodes)
    if found:
        listed = ", ".join(f"{node.id} ({node.kind.title})" for node in found[:MOST_NODES])
        more = f" and {len(found) - MOST_NODES} more" if len(found) > MOST_NODES else ""
        which = "it" if len(found) == 1 else "them"
        raise GraphError(f"{form} cannot hold {listed}{more}; replace {which}, or choose another form.", found[0].id)
