"""Projects, snapshots and hostile archives that the tests of files share."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from networks import graphs, mlp

from nnlab.core.optimizer import optimizers
from nnlab.core.preparation import DataSettings
from nnlab.engine.compile import Update, compile
from nnlab.engine.state import initial
from nnlab.files.project import Project, SavedProject, View
from nnlab.files.project_file import save_project
from nnlab.graph.graph import Graph
from nnlab.training.commands import Snapshot
from nnlab.training.difference import Difference
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.settings import TrainingSettings

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def small_project() -> Project:
    return Project(mlp([2, 3, 1], loss="binary_cross_entropy"), DataSettings("spiral", {"noise": 5.0}), TrainingSettings(batch_size=16))


def snapshot_of(project: Project, seed: int = 0) -> Snapshot:
    """A snapshot as a run of `project` might have it: random weights and moments, somewhere within an epoch."""
    training = project.training
    program = compile(project.graph, 1, "float32", Update(training.optimizer, training.learning_rate, training.optimizer_settings))
    state = initial(program, training.batch_size, seed)
    generator = np.random.default_rng(seed)
    moments = {name: generator.standard_normal(place.shape).astype(np.float32) for name, place in program.moments.items()}
    context = state.context.copy()
    context[1], context[4], context[5], context[7], context[8] = 107, 4, 7, 400, 7 * 16  # iteration, epoch, batch, samples, start
    return Snapshot(state.stored(), moments, context)


def same_arrays(left: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray]) -> bool:
    """Equal names in equal order, shapes and bits."""
    return list(left) == list(right) and all(
        left[name].shape == right[name].shape and left[name].tobytes() == right[name].tobytes() for name in left
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A random network with random settings for data and training."""
    graph: Graph = draw(graphs())
    data = DataSettings(
        name=draw(st.sampled_from(("spiral", "circle", "digits", "function"))),
        seed=draw(st.integers(0, 100)),
        validation_share=draw(st.floats(0.0, 0.9)),
        inputs=tuple(draw(st.lists(st.sampled_from(("x", "y")), unique=True))),
        derived=tuple(draw(st.lists(st.sampled_from(("x2", "sin_y")), unique=True))),
        standardize=draw(st.sampled_from((None, True, False))),
    )
    training = TrainingSettings(
        optimizer=draw(st.sampled_from(optimizers.names())),
        learning_rate=draw(st.floats(0.0, 10.0)),
        batch_size=draw(st.integers(1, 1000)),
        seed=draw(st.integers(0, 2**31 - 1)),
        epochs=draw(st.integers(1, 1000)),
        shuffle=draw(st.booleans()),
    )
    difference = st.builds(Difference, st.sampled_from(("loss", "units")), st.text("mse8", min_size=1))
    comparison = draw(st.lists(difference, max_size=3, unique=True))
    initial = draw(st.none() | st.builds(InitialWeights, st.just("by hand"), st.text("ab", max_size=5), arrays(), recipes()))
    return Project(graph, data, training, initial=initial, comparison=tuple(comparison))


def arrays() -> st.SearchStrategy[dict[str, np.ndarray]]:
    finite = st.lists(st.floats(-(2.0**100), 2.0**100, width=32), max_size=4)
    array = st.builds(np.array, finite, st.sampled_from((np.float32, np.float64)))
    return st.dictionaries(st.sampled_from(("dense_1.weight", "dense_9.bias")), array, min_size=1)


def recipes() -> st.SearchStrategy[SwappedLabels | None]:
    return st.none() | st.builds(SwappedLabels, st.just("sgd"), st.floats(0.0, 1.0), st.integers(1, 9000))


@st.composite
def saved_projects(draw: st.DrawFn) -> SavedProject:
    """A random project, trained or not, with or without a thumbnail."""
    project = draw(projects())
    snapshot = snapshot_of(project, draw(st.integers(0, 100))) if draw(st.booleans()) else None
    view = View(draw(st.sampled_from(("train", "build", "step"))), draw(st.none() | st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))))
    return SavedProject(project, snapshot, draw(st.none() | st.just(PNG)), view)


def entries_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def valid_entries(tmp_path: Path, trained: bool = True) -> dict[str, bytes]:
    """The entries of a good project file, to be spoiled one at a time."""
    project = small_project()
    path = tmp_path / "valid.nnlab"
    save_project(path, SavedProject(project, snapshot_of(project) if trained else None))
    return entries_of(path)


def write_zip(path: Path, entries: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive with exactly these entries, whatever their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    path.write_bytes(buffer.getvalue())
    return path
