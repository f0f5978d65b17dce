"""Starting states of steps, against runs and arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.lessons.lesson import StartingState
from nnlab.lessons.starting import started
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.project import Project


def test_what_was_learned_is_what_so_many_iterations_lead_to() -> None:
    project = load_example("xor").with_seed(3)
    run = prepare_run(project.graph, prepare(project.data), project.training)
    run.train(40)
    found = started(Project(), StartingState("xor", learned=40), seed=3).initial
    assert found is not None
    for name, values in run.state.stored().items():
        assert found.values[name].tobytes() == values.tobytes()


def test_whole_parameters_of_one_value_and_the_others_as_drawn() -> None:
    project = load_example("xor")
    drawn = prepare_run(project.graph, prepare(project.data), project.training).state.stored()
    found = started(Project(), StartingState("xor", weights={"dense_1.bias": -3.0})).initial
    assert found is not None
    assert (found.values["dense_1.bias"] == -3.0).all()
    assert found.values["dense_1.weight"].tobytes() == drawn["dense_1.weight"].tobytes()


def test_settings_of_the_data_and_what_trains_beside() -> None:
    found = started(Project(), StartingState("digits", settings={"data.turned": "90", "batch_size": "10"}, compare="seed=4"))
    assert found.data.settings["turned"] == "90" and found.training.batch_size == 10
    assert found.comparison == (Difference("seed", "4"),)
    assert started(found, StartingState(compare="none")).comparison == ()
    with pytest.raises(NNLabError, match="no data set 'nothing'"):
        started(Project(), StartingState("xor", settings={"data.name": "nothing"}))


def test_a_wrong_start_says_the_other_class() -> None:
    project = started(Project(), StartingState("gaussians", wrong=200))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training, start=project.initial)
    z = data.x @ run.state["dense_1.weight"].T + run.state["dense_1.bias"]
    assert np.mean((z[:, 0] > 0) == (data.y.ravel() > 0.5)) < 0.1
