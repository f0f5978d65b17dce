"""A sweep of a project: its trials, and that they come out the same whatever runs them."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnlab.core.errors import SettingError
from nnlab.core.preparation import Data, prepare
from nnlab.files.examples import open_any
from nnlab.graph import edits
from nnlab.jobs.context import TaskContext
from nnlab.jobs.workers import LocalWorkers
from nnlab.studies.sweeps.axes import read_axis
from nnlab.studies.sweeps.sweep import ProjectTrial, Sweep, apply_settings, plan
from nnlab.studies.sweeps.trial_file import TrialFile
from nnlab.studies.sweeps.trials import run_trials
from nnlab.training.complete_run import prepare_run, result_of, train
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.project import Project


@pytest.fixture(scope="module")
def project() -> Project:
    return open_any("spiral")[0].project


@pytest.fixture(scope="module")
def data(project: Project) -> Data:
    return prepare(project.data)


def sweep_of(project: Project, *texts: str, **others: int) -> Sweep:
    return Sweep(project, tuple(read_axis(text, project) for text in texts), **others)


def test_a_grid_is_every_combination_with_every_seed(project: Project, data: Data) -> None:
    found = plan(sweep_of(project, "units=2,4", "learning_rate=0.1,0.01,0.001", seeds=2, steps=5), data)
    wanted = list(itertools.product((2, 4), (0.1, 0.01, 0.001), (project.training.seed, project.training.seed + 1)))
    assert [tuple(trial.settings.values()) for trial in found.trials] == wanted
    assert found.settings == ("units", "learning_rate", "seed")
    assert found.values == ("loss", "validation_loss", "accuracy", "parameters", "iterations")
    assert len({trial.identity for trial in found.trials}) == 12


def test_random_trials_are_different_and_more_of_them_begin_with_the_same(project: Project, data: Data) -> None:
    few, many = (plan(sweep_of(project, "units=1..64", "learning_rate=0.001..1:log", random=n, steps=5), data) for n in (5, 20))
    assert many.trials[:5] == few.trials
    assert len({trial.identity for trial in many.trials}) == 20
    assert len(plan(sweep_of(project, "units=1..3", random=50, steps=5), data).trials) == 3  # there are no more


def test_a_trial_is_the_same_in_an_extended_sweep_and_another_one_of_anything_else(project: Project, data: Data) -> None:
    def identity(of: Project = project, with_data: Data = data, text: str = "units=4,8", **others: int) -> str:
        return plan(sweep_of(of, text, **{"steps": 5, **others}), with_data).trials[0].identity

    same = identity()
    node = next(iter(project.graph))
    moved = replace(project, graph=edits.move_nodes(project.graph, {node.id: (900.0, 50.0)}))
    assert identity(text="units=4,16,32", seeds=3) == identity(moved) == same
    rate = replace(project, training=replace(project.training, learning_rate=0.123))
    other_data = prepare(replace(project.data, seed=project.data.seed + 1))
    assert same not in (identity(rate), identity(steps=6), identity(with_data=other_data), identity(text="units=8,4"))


@pytest.mark.parametrize("workers", [1, 2])
def test_same_seeds_give_the_same_bits_whatever_the_workers_and_as_training_itself(project: Project, data: Data, workers: int) -> None:
    sweep = sweep_of(project, "units=3,5", "activation=tanh,relu", seeds=2, steps=40)
    found = plan(sweep, data)
    results = {r.trial: r for r in run_trials(ProjectTrial.of(sweep, data), found.trials[::-1], LocalWorkers(workers))}
    assert len(results) == 8
    for trial, result in ((trial, results[trial]) for trial in found.trials):
        derived = apply_settings(project, trial.settings)
        run = prepare_run(derived.graph, data, derived.training)
        train(run, 40, lambda done: None)
        own = result_of(run, data)
        assert result.error == "" and result.values == {
            "loss": own.loss, "validation_loss": own.validation_loss, **own.metrics, "parameters": own.parameters, "iterations": 40,
        }  # fmt: skip


def test_initial_weights_of_the_project_are_what_a_trial_starts_from_unless_seeds_draw_them(project: Project, data: Data) -> None:
    values = {"dense_1.weight": np.full((8, 2), 0.25, dtype=np.float32)}
    given = replace(project, initial=InitialWeights("by hand", "all the same", values))

    def losses(of: Project, **others: int) -> list[object]:
        sweep = sweep_of(of, "learning_rate=0.1,0.01", steps=2, **others)
        return [r.values["loss"] for r in run_trials(ProjectTrial.of(sweep, data), plan(sweep, data).trials, LocalWorkers(0))]

    run = prepare_run(given.graph, data, replace(given.training, learning_rate=0.1), start=given.initial)
    train(run, 2, lambda done: None)
    assert losses(given)[0] == result_of(run, data).loss != losses(project)[0]
    assert losses(given, seeds=2) == losses(project, seeds=2)
    sweeps = [sweep_of(of, "learning_rate=0.1,0.01", steps=2) for of in (given, project)]
    assert plan(sweeps[0], data).trials[0].identity != plan(sweeps[1], data).trials[0].identity


def test_a_killed_sweep_goes_on_with_what_is_left(project: Project, data: Data, tmp_path: Path) -> None:
    sweep = sweep_of(project, "units=3,5", seeds=3, steps=20)
    found = plan(sweep, data)
    uninterrupted = {r.trial.identity: r.values for r in run_trials(ProjectTrial.of(sweep, data), found.trials, LocalWorkers(0))}
    with TrialFile.open(tmp_path / "a.csv", found.settings, found.values) as file:
        results = run_trials(ProjectTrial.of(sweep, data), found.trials, LocalWorkers(0), file=file)
        for _ in range(3):
            next(results)
        results.close()
    with TrialFile.open(tmp_path / "a.csv", found.settings, found.values, resume=True) as file:
        results = run_trials(ProjectTrial.of(sweep, data), found.trials, LocalWorkers(2), file=file)
        assert {r.trial.identity: r.values for r in results} == uninterrupted


def test_without_a_number_of_iterations_a_trial_takes_its_epochs(project: Project, data: Data) -> None:
    sweep = sweep_of(project, "batch_size=10,100", "epochs=1,3")
    values = [r.values["iterations"] for r in run_trials(ProjectTrial.of(sweep, data), plan(sweep, data).trials, LocalWorkers(0))]
    per_epoch = [-(-len(data.x) // size) for size in (10, 100)]
    assert values == [per_epoch[0], 3 * per_epoch[0], per_epoch[1], 3 * per_epoch[1]]


def test_numbers_that_go_wrong_are_a_result_with_a_sentence() -> None:
    project = open_any("diabetes")[0].project
    data = prepare(project.data)
    sweep = sweep_of(project, "optimizer=adam,sgd", steps=200)
    found = list(run_trials(ProjectTrial.of(sweep, data), plan(sweep, data).trials, LocalWorkers(0)))
    assert found[0].error == "" and found[1].error.startswith("Training stopped at iteration") and found[1].seconds is not None


def test_settings_of_one_optimizer_may_be_varied_together_with_it(project: Project, data: Data) -> None:
    sweep = sweep_of(project, "momentum=0,0.9", "optimizer=adam,sgd", steps=3)
    results = run_trials(ProjectTrial.of(sweep, data), plan(sweep, data).trials, LocalWorkers(0))
    found = {tuple(r.trial.settings.values())[:2]: r for r in results}
    assert "There is no 'momentum'" in found[0, "adam"].error
    assert found[0, "sgd"].error == "" == found[0.9, "sgd"].error
    assert found[0, "sgd"].values["loss"] != found[0.9, "sgd"].values["loss"]


def test_what_goes_to_a_process_can_be_sent_though_the_data_knows_its_formula() -> None:
    project = open_any("sine")[0].project
    data = prepare(project.data)
    assert data.truth is not None
    trial = ProjectTrial.of(sweep_of(project, "units=2,3", steps=3), data)
    again = pickle.loads(pickle.dumps(trial))
    assert again({"units": 2, "seed": 0}, TaskContext()) == trial({"units": 2, "seed": 0}, TaskContext())


def test_kernels_of_every_variant_are_known_beforehand(project: Project, data: Data) -> None:
    found = plan(sweep_of(project, "activation=tanh,gelu", "optimizer=adam,rmsprop", steps=1), data)
    assert {"tanh", "gelu", "adam", "rmsprop", "dense"} <= found.kernels


@pytest.mark.parametrize(
    ("texts", "others", "words"),
    [
        ((), {}, "Nothing is varied"),
        (("units=2,4", "units=8,16"), {}, "units is varied twice"),
        (("speed=1,2",), {}, "There is no 'speed' that could differ"),
        (("units=0,2",), {}, "units is 0; it must be"),
        (("units=2,many",), {}, "units is 'many'; it must be a number"),
        (("dense_9.units=2,4",), {}, "there is no node 'dense_9'"),
        (("loss=mse,foo",), {}, "loss=foo is not known"),
        (("seed=1,2",), {"seeds": 2}, "The seed is varied, so it cannot be repeated with 2 seeds"),
        (("learning_rate=0.1..1",), {}, "is a range, for random trials"),
        (("learning_rate=-1..1",), {"random": 3}, "learning_rate is -1"),
        (("units=1..64",), {"random": 50_001, "seeds": 2}, "has 100,002 trials; at most 100,000 fit"),
        (("loss=mse,cross_entropy",), {}, "is no network that can be trained"),
    ],
)
def test_what_cannot_be_swept_is_said_before_anything_runs(
    project: Project, data: Data, texts: tuple[str, ...], others: dict[str, int], words: str
) -> None:
    with pytest.raises(SettingError, match=words):
        plan(sweep_of(project, *texts, **others), data)
