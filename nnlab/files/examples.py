"""Examples that ship with NN Lab, and `open_any`: from what a person names to a project.

An example is one file in resources/examples/: the project.json of a project file, with a title and a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nnlab.core.dataset import Target
from nnlab.core.errors import FileError, NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files import schema
from nnlab.files.graph_file import read_graph
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import SUFFIX, load_project, named
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.resources_path import resource
from nnlab.training.settings import TrainingSettings

MOST_JSON = 32 * 1024 * 1024
LOSSES = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}


@dataclass(frozen=True)
class Example:
    name: str
    title: str
    description: str


@cache
def examples() -> tuple[Example, ...]:
    """Every example, the starter first, then by title."""
    found = []
    for path in resource("examples").glob("*.json"):
        document = schema.decode(path.read_bytes())
        found.append(Example(path.stem, document.title, document.description))
    return tuple(sorted(found, key=lambda e: (e.name != "spiral", e.title.lower())))


def load_example(name: str) -> Project:
    """The project of an example; raises FileError naming the examples there are."""
    if name not in {example.name for example in examples()}:
        raise FileError(f"There is no example {name!r}; there are {', '.join(e.name for e in examples())}.")
    return schema.decode(resource("examples", f"{name}.json").read_bytes()).project


def open_any(source: str) -> tuple[Project | SavedProject, str]:
    """(project, its name) from an example's name or the path of a project, a graph (.json) or a table (.csv).

    Raises NNLabError naming the file, and the node, column or line at fault.
    """
    if source in {example.name for example in examples()}:
        return load_example(source), source
    path = Path(source).expanduser()
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise FileError(f"{source} {what}; name a file (.nnlab, .json, .csv) or one of the examples {', '.join(e.name for e in examples())}.")
    if path.suffix == SUFFIX:
        return load_project(path), path.stem
    if path.suffix == ".csv":
        return project_for_table(path), path.stem
    if path.suffix == ".json":
        return _read_json(path), path.stem
    raise FileError(f"{path.name} is none of the files NN Lab reads: projects (.nnlab), graphs (.json) and tables (.csv).")


def _read_json(path: Path) -> Project:
    if path.stat().st_size > MOST_JSON:
        raise FileError(f"{path.name} has {path.stat().st_size:,} bytes; a graph may have {MOST_JSON:,}.")
    content = path.read_bytes()
    try:
        if b'"schema"' in content:
            return schema.decode(content).project
        graph = read_graph(content)
    except NNLabError as error:
        raise named(error, path.name) from error
    return project_for_graph(graph)


def project_for_graph(graph: Graph) -> Project:
    """A project around a bare graph: the first generated data set that it can be trained on, else the starter's."""
    from nnlab.graph.validation import DataShape, validate

    for name in ("spiral", "plane", "function"):
        data = prepare(DataSettings(name))
        if not any(d.severity == "error" for d in validate(graph, DataShape(data.x.shape[1], data.target))):
            return Project(graph, DataSettings(name))
    return Project(graph)


def project_for_table(path: Path) -> Project:
    """A project on a CSV file: features in, one or two hidden layers, and the output and loss that the last column asks for."""
    settings = DataSettings("csv_file", {"path": str(path.resolve())})
    try:
        data = prepare(settings)
    except NNLabError as error:
        raise error if path.name in str(error) else named(error, path.name) from error
    samples = len(data.x)
    training = TrainingSettings("adam", {}, 3e-3, min(32, max(1, samples // 4)), 0, 100)
    return Project(graph_for(data.x.shape[1], data.target), settings, training)


def graph_for(features: int, target: Target) -> Graph:
    """A multi-layer perceptron that suits `features` inputs and the target."""
    b = GraphBuilder()
    hidden = b.input(features=features)
    for units in (16, 8):
        hidden = b.tanh(b.dense(hidden, units=units))
    outputs = target.classes if target.kind == "classes" else target.outputs
    b.node(LOSSES[target.kind], b.dense(hidden, units=outputs))
    return b.build()
