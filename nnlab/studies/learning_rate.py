"""The learning-rate finder on a project: its network, data, optimiser and start, with a rate that grows from step to step."""

from __future__ import annotations

from dataclasses import replace

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, prepare
from nnlab.core.schedule import CONSTANT
from nnlab.jobs.context import TaskContext
from nnlab.training.commands import Snapshot
from nnlab.training.complete_run import prepare_run
from nnlab.training.learning_rate_finder import HIGHEST, LOWEST, RateCurve, rate_curve
from nnlab.training.project import Project


def find_learning_rate(
    project: Project, data: Data | None = None, snapshot: Snapshot | None = None, steps: int = 200, lowest: float = LOWEST,
    highest: float = HIGHEST, context: TaskContext | None = None,
) -> RateCurve:  # fmt: skip
    """Tests a copy of the project's run, from its start or from where `snapshot` stands, with its optimiser and no schedule.

    Reports how far it is and can be cancelled. Raises GraphError where the network does not fit the data, NNLabError where not even the
    smallest rate can be trained with.
    """
    constant = replace(project.training, schedule=CONSTANT, schedule_settings={})
    run = prepare_run(project.graph, data or prepare(project.data), constant, snapshot, project.initial)
    return rate_curve(run, steps, lowest, highest, context)


def with_suggestion(project: Project, curve: RateCurve) -> Project:
    """The project with the rate suggested ("use this"); raises NNLabError where none is."""
    if curve.suggestion is None:
        raise NNLabError(curve.words)
    return project.with_training(replace(project.training, learning_rate=curve.suggestion))
