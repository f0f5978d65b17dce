"""Sessions in project files: what Python trained opens in the window, and what the window trained goes on in Python.

    s.save("flowers.nnlab")             # or nnlab.save(s, "flowers.nnlab")
    s = nnlab.load("flowers.nnlab")     # a trained session, with its preparation

A project file says everything but the type of the numbers; that is the one of the weights in it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from nnlab.core.errors import FileError, NNLabError, SettingError, shown
from nnlab.core.fitted_preparation import Preparation
from nnlab.core.preparation import prepare
from nnlab.files.examples import open_any, project_for_graph
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import SUFFIX, save_project
from nnlab.graph.validation import check
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.session import Session


def save(session: Session, path: Path | str) -> None:
    """Writes a session as a project file. Raises FileError in one sentence; a file that was there is then unchanged."""
    if not isinstance(session, Session):
        raise SettingError(f"Only a session can be saved, not {shown(session)}.")
    target = Path(path).expanduser()
    if target.suffix.lower() != SUFFIX:
        raise FileError(f"{path}: the name of a project file ends in {SUFFIX}.")
    save_project(target, saved_session(session))
    session.mark_adapters_saved()


def saved_session(session: Session) -> SavedProject:
    """What a file of the session holds."""
    base = session._project or project_for_graph(session.graph)
    start = session._initial
    initial = InitialWeights("session", "What the session started from", start) if start else None
    if base.initial is not None and initial is not None and initial.values.keys() == base.initial.values.keys():
        kept = all(np.array_equal(initial.values[name], base.initial.values[name]) for name in initial.values)
        initial = base.initial if kept else initial  # with its own name and words
    project = replace(base, graph=session.graph, training=session.training_settings, initial=initial)
    return SavedProject(project, session._snapshot(), preparation=session.preparation, runs=session._past)


def load(path: Path | str, dtype: str | None = None) -> Session:
    """The session of a project file, trained as far as it was, with its optimiser and preparation; also of an example, by name.

    `dtype` is that of the weights in the file unless given. Raises NNLabError in one sentence for what cannot be read or cannot run.
    """
    saved, _ = open_any(str(path))
    return session_of(saved, dtype)


def session_of(saved: SavedProject, dtype: str | None = None) -> Session:
    """A session that goes on where a project stands."""
    project, snapshot = saved.project, saved.snapshot
    check(project.graph)
    training = project.training
    wide = snapshot is not None and any(values.dtype == np.float64 for values in snapshot.parameters.values())
    session = Session(
        project.graph, training.optimizer, training.learning_rate, training.seed, dtype or ("float64" if wide else "float32"),
        training.schedule, training.schedule_settings, project.initial, training.zero_gradients, **training.optimizer_settings,
    )  # fmt: skip
    if snapshot is not None:
        session._restore(snapshot)
        session.mark_adapters_saved()
    session._project = project
    session._past = saved.runs
    session.preparation = fitting_preparation(saved)
    return session


def fitting_preparation(saved: SavedProject) -> Preparation | None:
    """The preparation in the file, else the one fitted on the project's data now; None where that cannot be or is for other inputs."""
    found = saved.preparation
    if found is None:
        try:
            found = prepared(saved.project)
        except NNLabError:  # data that is gone keeps nobody from using the network on prepared inputs
            return None
    return found if found.inputs == saved.project.graph.input_nodes[0].settings["features"] else None


def prepared(project: Project) -> Preparation:
    """Fitted on the project's data as it is; raises DataError where that cannot be read."""
    return prepare(project.data).preparation
