"""A project that starts where a kept run ended: its weights become the initial weights, which is an edit like any other."""

from __future__ import annotations

from dataclasses import replace

from nnlab.core.errors import NNLabError
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.kept_run import KeptRun
from nnlab.training.project import Project


def restored(project: Project, run: KeptRun) -> Project:
    """The project from the weights that the run's best seed ended with; with the run's network where they do not fit the present one.

    Raises NNLabError where no weights were kept.
    """
    weights = run.best.weights
    if not weights:
        raise NNLabError(f"“{run.name}” was kept without its weights, which were too large; its settings and curves are there.")
    initial = InitialWeights(run.name, f"the weights of {run.name} after {run.best.iteration:,} iterations", weights)
    graph = run.project.graph if initial.misfits(project.graph) else project.graph
    return replace(project, graph=graph, initial=initial)


def set_up_like(project: Project, run: KeptRun) -> Project:
    """The project with network, data and settings of training as the run had them at its end; it starts from the seed."""
    return replace(project, graph=run.project.graph, data=run.project.data, training=run.project.training, initial=None)
