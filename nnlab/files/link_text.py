"""A link: a line of text that opens an example, or any project, in a given state.

    nnlab:spiral?network=2-8-8-1 tanh&learning_rate=0.05&seed=3&iteration=300&workspace=train
    nnlab:project?content=eJyr…&iteration=300

What differs from the example is written as on the command line (KEY=VALUE). A project that is no example with a few differences is carried
as a whole, packed; weights are not in a link: the same seed makes the same ones, and `iteration` says how far to train. Reading one
executes nothing and loads nothing; what does not come out as it went in is refused when the link is made.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, quote

from nnlab.core.errors import FileError, NNLabError
from nnlab.core.preparation import file_of
from nnlab.files import schema
from nnlab.files.examples import example_names, load_example
from nnlab.files.network_text import placed, read_network
from nnlab.files.project import View
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import HiddenLayer, mlp_line
from nnlab.training.difference import Difference
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import varied

SCHEME, WHOLE = "nnlab:", "project"
MOST_ITERATIONS = 1_000_000
MOST_LINK = 60_000  # characters
MOST_CONTENT = 4_000_000  # bytes of a packed project
_LINE = "content"


@dataclass(frozen=True)
class LinkedState:
    """What a link opens: a project by name, how far to train it, and the workspace it is shown in (empty: as it comes)."""

    project: Project
    name: str
    iteration: int = 0
    workspace: str = ""


def is_link(text: str) -> bool:
    """Whether a text is meant as a link."""
    return text.strip().startswith(SCHEME)


def read_link(text: str) -> LinkedState:
    """Raises NNLabError in one sentence for a link that cannot be read."""
    text = text.strip()
    if len(text) > MOST_LINK:
        raise FileError(f"The link has {len(text):,} characters; a link of NN Lab has at most {MOST_LINK:,}.")
    if not is_link(text):
        raise FileError(f"This is no link of NN Lab, which begins with {SCHEME}")
    name, _, query = text.removeprefix(SCHEME).partition("?")
    given = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    iteration, workspace = _count(given.pop("iteration", "0")), given.pop("workspace", "")
    if name == WHOLE:
        return LinkedState(_unpacked(given.get(_LINE, "")), "link", iteration, workspace)
    if name not in example_names():
        raise FileError(f"The link names the example {name!r}, which there is not; `nnlab examples` lists them.")
    project = load_example(name)
    line = given.pop("network", "")
    if line:
        project = read_network(line, project).project
    for key, value in given.items():
        try:
            project = varied(project, Difference(key, value))
        except NNLabError as error:
            raise FileError(f"The link cannot set {key} to {value}: {str(error).rstrip('.')}.") from error
    return LinkedState(project, name, iteration, workspace)


def write_link(project: Project, iteration: int = 0, workspace: str = "") -> str:
    """The shortest link that opens this project. Raises FileError for one whose data are in a file, or that is too large."""
    if file_of(project.data):
        raise FileError("The data of this project are in a file of this computer, which a link cannot carry; save the project instead.")
    project = replace(project, debugging=Project().debugging, branch=Project().branch)
    state = [("iteration", str(iteration))] if iteration else []
    state += [("workspace", workspace)] if workspace else []
    for name in example_names():
        example = load_example(name)
        if example.data == project.data:
            parts = _differences(example, project)
            link = _joined(name, [*parts, *state])
            if _opens_as(link, project):
                return link
    packed = base64.urlsafe_b64encode(zlib.compress(schema.encode(project, View(), None), 9)).decode().rstrip("=")
    link = _joined(WHOLE, [(_LINE, packed), *state])
    if len(link) > MOST_LINK or not _opens_as(link, project):
        raise FileError("This project is too large for a link, or has numbers set by hand, which a link does not carry; save it instead.")
    return link


def _opens_as(link: str, project: Project) -> bool:
    try:
        found = read_link(link).project
    except NNLabError:
        return False
    return project.computes_the_same_as(found) and project.comparison == found.comparison and not project.adapters


def _differences(example: Project, project: Project) -> Iterator[tuple[str, str]]:
    if not replace(project, training=example.training, initial=example.initial).computes_the_same_as(example):
        line = _line(project.graph)
        if line:
            yield "network", line
    for field in fields(TrainingSettings):
        before, now = getattr(example.training, field.name), getattr(project.training, field.name)
        if before != now and isinstance(now, int | float | str):
            yield field.name, str(now).lower() if isinstance(now, bool) else str(now)


def _line(graph: Graph) -> str:
    """The network as a line such as 2-8-8-1 tanh, "" where it is no chain of dense layers; whether the line says all its reading tells."""
    try:
        nodes = graph.topological()
    except NNLabError:
        return ""
    layers, features = [], 0
    for node in nodes:
        if node.kind.is_input:
            features = int(node.settings["features"])
        elif node.operator == "dense":
            layers.append(HiddenLayer(int(node.settings["units"]), ""))
        elif node.kind.is_activation and layers:
            layers[-1] = HiddenLayer(layers[-1].units, node.operator)
    return mlp_line(layers[:-1], features, layers[-1].units) if layers and features else ""


def _joined(name: str, parts: list[tuple[str, str]]) -> str:
    query = "&".join(f"{key}={quote(value, safe=' .,-()_:')}" for key, value in parts)
    return f"{SCHEME}{name}" + (f"?{query}" if query else "")


def _count(text: str) -> int:
    if not text.isdigit() or int(text) > MOST_ITERATIONS:
        raise FileError(f"The link asks for iteration {text!r}; it is a whole number up to {MOST_ITERATIONS:,}.")
    return int(text)


def _unpacked(text: str) -> Project:
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(packed, MOST_CONTENT)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise FileError("The link is damaged: its project cannot be unpacked; copy it again as a whole.") from error
    if not unpacking.eof:
        raise FileError("The link is cut off or its project is too large; copy it again as a whole.")
    project = schema.decode(content).project
    if file_of(project.data):
        raise FileError("The link names a file of another computer, which is not opened.")
    return replace(project, graph=placed(project.graph))
