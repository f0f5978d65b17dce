"""What the lesson's document holds when a step begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nnlab.core.dataset import datasets
from nnlab.core.errors import NNLabError, SettingError
from nnlab.core.preparation import SEED as DATA_SEED
from nnlab.core.preparation import VALIDATION_SHARE, prepare
from nnlab.core.setting import Value
from nnlab.files.examples import load_example
from nnlab.files.network_text import read_network
from nnlab.lessons.lesson import Lesson, LessonStep, StartingState
from nnlab.studies.wrong_start import wrong_start
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference, differences
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.project import Project
from nnlab.training.varied import read_value, varied

DATA, NOTHING = "data.", "none"
OF_DATA = {setting.name: setting for setting in (DATA_SEED, VALIDATION_SHARE)}


def started(project: Project, start: StartingState, seed: int | None = None, learns: bool = True) -> Project:
    """`project` with what the step asks for, from the weights of `seed` where one is given; without `learns` nothing is trained for it.

    Raises NNLabError for a setting that the network does not have, and for weights that cannot be.
    """
    if start.example:
        project = load_example(start.example)
    if seed is not None and seed != project.training.seed:
        project = project.with_seed(seed)
    if start.network:
        project = read_network(start.network, project).project
        if not start.example:
            project = replace(project, initial=None)  # what another network has learned is not this one's
    for key, text in start.settings.items():
        try:
            project = _with_data(project, key, text) if key.startswith(DATA) else varied(project, Difference(key, text))
        except NNLabError as error:
            raise NNLabError(f"The lesson cannot set {key} to {text}: {str(error).rstrip('.')}.") from error
    if start.weights:
        project = _with_weights(project, start.weights)
    if start.wrong and learns:
        project = replace(project, initial=wrong_start(project, recipe=SwappedLabels(updates=start.wrong)))
    if start.learned and learns:
        project = _learned(project, start.learned)
    if start.compare:
        project = replace(project, comparison=() if start.compare == NOTHING else differences(start.compare))
    return project


def state_before(lesson: Lesson, place: int) -> Project:
    """What a lesson that is taken up again at a step starts from: its newest starting state on the way there, nothing learned."""
    project = Project()
    for step in way_to(lesson, place):
        if step.start is not None:
            project = started(project, step.start)
    return project


def way_to(lesson: Lesson, place: int) -> tuple[LessonStep, ...]:
    """The steps one comes through, from the first to this one; a step that none leads to has the way of those written before it."""
    way: list[LessonStep] = []
    at = 0
    while at < len(lesson.steps) and len(way) <= len(lesson.steps):
        way.append(lesson.steps[at])
        if at == place:
            return tuple(way)
        at = lesson.after(at)
    return lesson.steps[: place + 1]


def _with_data(project: Project, key: str, text: str) -> Project:
    """Another setting of the data set, or data.name for another one."""
    name, data = key.removeprefix(DATA), project.data
    if name == "name":
        if text not in {known.name for known in datasets}:
            raise SettingError(f"there is no data set {text!r}")
        return replace(project, data=replace(data, name=text, settings={}))
    if name in OF_DATA:
        value: Value = read_value(OF_DATA[name], text, "data")
        return replace(project, data=replace(data, **{name: value}))  # type: ignore[arg-type]
    setting = next((s for s in datasets[data.name].settings if s.name == name), None)
    if setting is None:
        raise SettingError(f"the data set {data.name} has no setting {name!r}")
    return replace(project, data=replace(data, settings={**data.settings, name: read_value(setting, text, data.name)}))


def _with_weights(project: Project, wanted: Mapping[str, float]) -> Project:
    """Whole parameters of one value; the others are drawn as they would be."""
    run = prepare_run(project.graph, prepare(project.data), project.training, start=project.initial)
    values = dict(run.state.stored())
    for name, value in wanted.items():
        if name not in values:
            raise NNLabError(f"The lesson cannot set {name}: the network has no such parameter, but {', '.join(sorted(values))}.")
        values[name] = np.full_like(values[name], float(value))
    words = ", ".join(f"{name} = {value:g}" for name, value in wanted.items())
    return replace(project, initial=InitialWeights("the lesson's", f"Drawn from the seed, but {words}"[:200], values))


def _learned(project: Project, iterations: int) -> Project:
    """The project from the weights that so many iterations lead to."""
    run = prepare_run(project.graph, prepare(project.data), project.training, start=project.initial)
    run.train(iterations)
    words = f"Learned for {iterations:,} iterations from seed {project.training.seed}"
    return replace(project, initial=InitialWeights("learned", words, run.state.stored()))
