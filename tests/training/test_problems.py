"""Training settings that cannot work, or do not do what they are for: said where they are set, with a fix that helps."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks import mlp

import nnlab
from nnlab.core.errors import GraphError
from nnlab.core.optimizer import optimizers
from nnlab.core.preparation import prepare
from nnlab.core.schedule import schedules
from nnlab.files.examples import example_names, load_example
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.diagnostic import Diagnostic
from nnlab.graph.graph import Graph
from nnlab.training.problems import TrainingFix, patience_problems, too_large, too_short_for_schedule, training_problems
from nnlab.training.settings import TrainingSettings

PLAIN = TrainingSettings().checked()


def with_batch_norm() -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(b.batch_norm(b.dense(b.input(features=2), units=4)), units=1))
    return b.build()


def on_images(size: int) -> Graph:
    b = GraphBuilder()
    image = b.reshape(b.input(features=size * size), shape=f"1, {size}, {size}")
    b.mse(b.dense(b.flatten(b.batch_norm(image)), units=1))
    return b.build()


def found(graph: Graph, rows: int, **training: Any) -> tuple[Diagnostic, ...]:
    return training_problems(graph, rows, replace(PLAIN, **training))


def test_a_batch_size_above_the_samples_is_said_and_can_be_set_to_them() -> None:
    (problem,) = found(mlp([2, 3, 1]), 20, batch_size=32)
    assert problem.message == "The batch size is 32, but there are only 20 training samples: every batch holds all of them."
    assert (problem.severity, problem.setting) == ("warning", "batch_size")
    (fix,) = problem.fixes
    assert isinstance(fix, TrainingFix) and fix.label == "Set batch size to 20"
    assert fix.change(PLAIN).batch_size == 20
    assert found(mlp([2, 3, 1]), 20, batch_size=20) == ()


@pytest.mark.parametrize(
    ("rows", "batch_size", "words", "sets"),
    [
        (100, 1, "a batch has a single sample", 32),
        (33, 32, "of 33 samples in batches of 32, one is left alone in the last batch", 33),
        (41, 8, "of 41 samples in batches of 8, one is left alone", 9),
        (101, 2, "of 101 samples in batches of 2, one is left alone", 3),
        (1, 1, "a batch has a single sample", None),
    ],
)
def test_a_batch_of_one_has_no_variance(rows: int, batch_size: int, words: str, sets: int | None) -> None:
    problem = found(with_batch_norm(), rows, batch_size=batch_size)[0]
    assert problem.is_error and problem.node_id == "batch_norm_1" and problem.setting == "batch_size"
    assert problem.message.startswith(f"batch_norm_1 takes mean and variance over the batch, but {words}")
    assert problem.message.endswith("; it needs at least 2.")
    assert problem.fixes[-1].label == "Remove batch_norm_1"
    repaired = problem.fixes[-1].apply(with_batch_norm())
    assert not any(d.is_error for d in found(repaired, rows, batch_size=batch_size))
    changes = [fix.change(PLAIN).batch_size for fix in problem.fixes if isinstance(fix, TrainingFix)]
    assert changes == ([] if sets is None else [sets])
    for size in changes:
        assert found(with_batch_norm(), rows, batch_size=size) == ()


def test_an_image_has_a_variance_by_itself() -> None:
    assert found(on_images(4), 33, batch_size=32) == () and found(on_images(4), 5, batch_size=1) == ()
    assert found(on_images(1), 33, batch_size=32)[0].is_error


@pytest.mark.parametrize("rows", [1, 33])
def test_python_refuses_it_as_pytorch_does(rows: int) -> None:
    session = nnlab.Session(with_batch_norm())
    before = session.parameters
    with pytest.raises(GraphError, match="batch_norm_1 takes mean and variance over the batch"):
        session.fit(np.zeros((rows, 2)), np.zeros((rows, 1)), batch_size=32)
    with pytest.raises(GraphError, match="a batch has a single sample"):
        session.step(np.zeros((1, 2)), np.zeros((1, 1)))
    assert all((session.parameters[name] == values).all() for name, values in before.items())
    session.step(np.zeros((2, 2)), np.zeros((2, 1)))


def test_python_warns_of_a_batch_size_that_was_given() -> None:
    session, x, y = nnlab.Session(mlp([2, 3, 1])), np.zeros((20, 2)), np.zeros((20, 1))
    with pytest.warns(UserWarning, match="The batch size is 64, but there are only 20 training samples"):
        session.fit(x, y, epochs=1, batch_size=64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session.fit(x, y, epochs=1)
        session.fit(x, y, epochs=1, batch_size=20)


DOUBTFUL = {
    "rate 0": ({"learning_rate": 0.0}, "The learning rate is 0", "Set learning rate to 0.001", "learning_rate"),
    "sgd": ({"optimizer": "sgd", "optimizer_settings": {"nesterov": True}}, "Nesterov", "Set momentum to 0.9", "momentum"),
    "muon": ({"optimizer": "muon", "optimizer_settings": {"momentum": 0.0}}, "Nesterov", "Set momentum to 0.95", "momentum"),
    **{
        name: (
            {"optimizer": name, "learning_rate": 10.0, "optimizer_settings": {"weight_decay": 0.2}},
            "Weight decay times the learning rate is 1 or more", "Set weight decay to 0", "weight_decay",
        )
        for name in ("adamw", "lion")
    },
    "exponential": ({"schedule": "exponential", "schedule_settings": {"gamma": 1.0}}, "With γ at 1", "Set γ to 0.999", "gamma"),
    "step": ({"schedule": "step", "schedule_settings": {"gamma": 1.0}}, "With γ at 1", "Set γ to 0.1", "gamma"),
    "warm-up": ({"schedule": "warm_up", "schedule_settings": {"start_factor": 1.0}}, "The warm-up", "Set start to 0.1", "start_factor"),
    "cosine": ({"schedule": "cosine", "schedule_settings": {"eta_min": 0.1}}, "The minimum rate", "Set minimum rate to 0", "eta_min"),
    "plateau": ({"schedule": "plateau", "schedule_settings": {"min_lr": 0.001}}, "The minimum rate", "Set minimum rate to 0", "min_lr"),
    "plateau ε": ({"schedule": "plateau", "schedule_settings": {"eps": 0.1}}, "Every reduction", "Set ε to 0", "eps"),
}  # fmt: skip


@pytest.mark.parametrize("case", DOUBTFUL)
def test_what_does_nothing_is_said_and_its_fix_helps(case: str) -> None:
    settings, words, label, setting = DOUBTFUL[case]
    training = replace(PLAIN, **settings).checked()
    (problem,) = training_problems(mlp([2, 3, 1]), 100, training)
    assert problem.message.startswith(words) and problem.message.endswith(".")
    assert (problem.severity, problem.setting) == ("warning", setting)
    (fix,) = problem.fixes
    assert isinstance(fix, TrainingFix) and fix.label == label
    assert training_problems(mlp([2, 3, 1]), 100, fix.change(training).checked()) == ()


@pytest.mark.parametrize("optimizer", [o.name for o in optimizers])
@pytest.mark.parametrize("schedule", [s.name for s in schedules])
def test_defaults_raise_no_doubt(optimizer: str, schedule: str) -> None:
    assert found(mlp([2, 3, 1]), 100, optimizer=optimizer, schedule=schedule) == ()


@pytest.mark.parametrize("name", example_names())
def test_no_example_has_such_a_problem(name: str) -> None:
    project = load_example(name)
    assert training_problems(project.graph, len(prepare(project.data).x), project.training) == ()


SPANS = [("cosine", "t_max"), ("one_cycle", "total_steps"), ("warm_up", "total_iters"), ("step", "step_size")]


@pytest.mark.parametrize(("schedule", "setting"), SPANS)
def test_a_run_shorter_than_its_schedule_is_said(schedule: str, setting: str) -> None:
    training = replace(PLAIN, schedule=schedule, schedule_settings={setting: 500}).checked()
    sentence = too_short_for_schedule(training, 499)
    assert "takes 500 updates, but this run ends after 499" in sentence and sentence.endswith(".")
    assert too_short_for_schedule(training, 500) == "" == too_short_for_schedule(PLAIN, 1)


def test_what_is_offered_for_accumulated_batches_does_what_it_says() -> None:
    (many,) = found(mlp([2, 3, 1]), 100, batch_size=50, accumulate=3)
    assert many.message == (
        "An update should take the gradients of 3 batches, but an epoch has only 2: every update takes all of them."
    )
    (fix,) = many.fixes
    assert isinstance(fix, TrainingFix) and fix.label == "Set batches per update to 2"
    assert fix.change(replace(PLAIN, accumulate=3)).accumulate == 2
    (one,) = found(mlp([2, 3, 1]), 50, batch_size=50, accumulate=3)
    assert one.message.endswith("an epoch has only 1: every update takes that one.")
    assert found(mlp([2, 3, 1]), 100, batch_size=50, accumulate=2) == ()
    (kept,) = found(mlp([2, 3, 1]), 100, batch_size=50, zero_gradients=False)
    (fix,) = kept.fixes
    assert isinstance(fix, TrainingFix) and fix.label == "Zero gradients again"
    assert fix.change(replace(PLAIN, zero_gradients=False)).zero_gradients is True
    assert (kept.setting, many.setting) == ("zero_gradients", "accumulate")


@pytest.mark.parametrize(("patience", "rows", "speaks"), [(5, 0, True), (5, 10, False), (0, 0, False)])
def test_patience_needs_something_to_watch(patience: int, rows: int, speaks: bool) -> None:
    problems = patience_problems(rows, replace(PLAIN, patience=patience))
    assert bool(problems) == speaks
    if speaks:
        (fix,) = problems[0].fixes
        assert isinstance(fix, TrainingFix) and fix.change(replace(PLAIN, patience=5)).patience == 0


@pytest.mark.parametrize(
    ("rows", "size", "words"),
    [
        (1, 8, "The batch size is 8, but there is only 1 training sample: every batch holds all of them."),
        (2, 8, "The batch size is 8, but there are only 2 training samples: every batch holds all of them."),
        (7, 1000, "The batch size is 1,000, but there are only 7 training samples: every batch holds all of them."),
        (8, 8, ""), (9, 8, ""), (0, 8, ""),
    ],
)  # fmt: skip
def test_a_batch_size_above_the_samples_is_one_sentence(rows: int, size: int, words: str) -> None:
    assert too_large(rows, size) == words
