"""The examples that ship with NN Lab, and opening whatever a person names: an example, a project, a graph, a table.

An example is one file, `resources/examples/<name>.json`, in the form of a project.json (`nnlab.files.schema`) with a title and a
sentence. Adding the file is the whole of adding an example; where its nodes stand on the canvas is worked out from the graph.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import msgspec

from nnlab.core.dataset import CATEGORIES, datasets
from nnlab.core.errors import DataError, FileError, NNLabError
from nnlab.core.preparation import file_of, with_file
from nnlab.core.sizes import MEGABYTE
from nnlab.files import schema
from nnlab.files.graph_file import read_graph
from nnlab.files.initial_weights import decode
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import SUFFIX, load_project, named
from nnlab.files.starting_network import project_for_images, project_for_table
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.images.idx import is_idx
from nnlab.resources_path import resource
from nnlab.tables.reader import table_suffixes

STARTER = "spiral"
MAX_TEXT = 32 * MEGABYTE
_ZIP = b"PK"


@dataclass(frozen=True)
class Example:
    name: str
    title: str
    description: str  # one sentence
    category: str  # of its data set, see nnlab.core.dataset.CATEGORIES


def example_names() -> tuple[str, ...]:
    """Names in alphabetical order; nothing is read but the folder."""
    return tuple(sorted(path.stem for path in resource("examples").glob("*.json")))


def examples() -> tuple[Example, ...]:
    """All examples: by the kind of their data, then by title; the one to start with comes first."""
    found = []
    for name in example_names():
        path = resource("examples", f"{name}.json")
        try:
            heading = schema.heading(_read(path))
        except NNLabError as error:
            raise named(error, path.name) from error
        found.append(Example(name, heading.title, heading.description, datasets[heading.data].category))
    return tuple(sorted(found, key=lambda e: (e.name != STARTER, CATEGORIES.index(e.category), e.title)))


def load_example(name: str) -> Project:
    """The project of an example; raises FileError with similar names when there is none of that name."""
    if name not in example_names():
        raise FileError(f"There is no example {name!r}{_similar(name)}")
    path = resource("examples", f"{name}.json")
    try:
        return _example(_read(path))
    except NNLabError as error:
        raise named(error, path.name) from error


def open_any(text: str) -> tuple[SavedProject, str]:
    """What `text` names, and a name for the window's title.

    `text` is the name of an example, or the path of a project (.nnlab), of a graph or project.json (.json), of a table (text, Excel,
    OpenDocument, Parquet) or of images (a folder, an IDX file). A file that has the name of an example is opened as ./name. Raises
    NNLabError in one sentence.
    """
    if text in example_names():
        return SavedProject(load_example(text)), text
    path = Path(text).expanduser()
    try:
        exists, is_file = path.exists(), path.is_file()
    except (OSError, ValueError) as error:
        raise FileError(f"{text!r} is not the name of a file: {error}.") from error
    if not exists:
        raise FileError(f"There is no file or example {text!r}{_similar(text)}")
    if path.is_dir() or (is_file and is_idx(path)):
        try:
            return SavedProject(project_for_images(path)), path.stem
        except DataError as error:
            raise FileError(str(error)) from error
    if not is_file:
        raise FileError(f"{text} is not a file; name a project, a graph or a table.")
    suffix = path.suffix.lower()
    start = _start(path)
    if suffix in table_suffixes():
        return SavedProject(project_for_table(path)), path.stem
    if suffix == SUFFIX or (suffix != ".json" and start.startswith(_ZIP)):
        return load_project(path), path.stem
    if suffix == ".json" or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return SavedProject(_read_json(path)), path.stem
    return SavedProject(project_for_table(path)), path.stem


def project_for_graph(graph: Graph) -> Project:
    """A project around a bare graph: the two spirals, or the sine curve for a network with one input."""
    features = graph.input_nodes[0].settings["features"] if graph.input_nodes else 2
    base = load_example("sine" if features == 1 else "spiral")
    return _arranged(replace(base, graph=graph))


@lru_cache(maxsize=64)
def _example(content: bytes) -> Project:
    """The project of an example's text: most lessons begin on one, and every opening would read and place it anew."""
    return _arranged(_with_initial(schema.decode(content)))


def _with_initial(document: schema.ProjectDocument) -> Project:
    """The project with the initial weights that the text itself holds; others lie beside project.json, in an archive."""
    part = document.initial
    return document.project if part is None or part.values is None else replace(document.project, initial=decode(part, None))


def _arranged(project: Project) -> Project:
    """The project with its nodes placed, unless the file placed them or they form a cycle, which has no order."""
    graph = project.graph
    if any(node.position != (0.0, 0.0) for node in graph.nodes):
        return project
    try:
        graph.topological()
    except NNLabError:
        return project
    return replace(project, graph=arrange(graph))


def _read_json(path: Path) -> Project:
    """A project from a project.json, or from a bare graph as `Graph.to_json` writes it."""
    try:
        content = _read(path)
        if not _is_project(content):
            return project_for_graph(read_graph(content))
        project = _arranged(_with_initial(schema.decode(content)))
    except NNLabError as error:
        raise named(error, path.name) from error
    place = file_of(project.data)
    if place:  # a table beside the file, wherever NN Lab was started
        beside = (path.parent / Path(place).expanduser()).absolute()
        return replace(project, data=with_file(project.data, str(beside)))
    return project


def _is_project(content: bytes) -> bool:
    """Whether the text is a project.json rather than a graph; what is no JSON at all is left to the reader to explain."""
    try:
        raw = msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(raw, dict) and "schema" in raw


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_TEXT:
            raise FileError(f"the file has {size / MEGABYTE:,.0f} MB; a graph or project.json has at most {MAX_TEXT // MEGABYTE} MB")
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"it cannot be read: {error.strerror}") from error


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(256)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error


def _similar(text: str) -> str:
    names = difflib.get_close_matches(text.lower(), example_names(), n=1)
    return f"; did you mean the example {names[0]!r}?" if names else "; `nnlab examples` lists the examples."
