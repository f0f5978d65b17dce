"""What the lesson's document holds when a step begins."""

from __future__ import annotations

from nnlab.core.errors import NNLabError
from nnlab.files.examples import load_example
from nnlab.files.network_text import read_network
from nnlab.lessons.lesson import Lesson, StartingState
from nnlab.training.difference import Difference
from nnlab.training.project import Project
from nnlab.training.varied import varied


def started(project: Project, start: StartingState) -> Project:
    """`project` with what the step asks for. Raises NNLabError for a setting that the network does not have."""
    if start.example:
        project = load_example(start.example)
    if start.network:
        project = read_network(start.network, project).project
    for key, text in start.settings.items():
        try:
            project = varied(project, Difference(key, text))
        except NNLabError as error:
            raise NNLabError(f"The lesson cannot set {key} to {text}: {str(error).rstrip('.')}.") from error
    return project


def state_before(lesson: Lesson, place: int) -> Project:
    """What a lesson that is taken up again at a step starts from: its newest starting state until then, nothing learned."""
    project = Project()
    for step in lesson.steps[: place + 1]:
        if step.start is not None:
            project = started(project, step.start)
    return project
