"""What lessons name of a network, against NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lesson_run import OneRun

from nnlab.core.preparation import prepare
from nnlab.lessons.lesson import StartingState
from nnlab.lessons.starting import started
from nnlab.training.project import Project


def test_dead_units_and_accuracy_are_those_of_the_formulas() -> None:
    now = OneRun(started(Project(), StartingState("circle", "2-6-1 relu", weights={"dense_1.bias": -4.0}))).now()
    weight, bias = now.values("dense_1.weight"), now.values("dense_1.bias")
    hidden = np.maximum(now.data.x @ weight.T + bias, 0.0)  # type: ignore[union-attr]
    assert now.measured("dead_units") == np.count_nonzero((hidden == 0).all(axis=0))
    z = hidden @ now.values("dense_2.weight").T + now.values("dense_2.bias")  # type: ignore[union-attr]
    assert now.measured("training_accuracy") == pytest.approx(np.mean((z[:, 0] > 0) == (now.data.y > 0.5)))
    assert math.isnan(now.measured("sup_error"))  # classes are no function
    drawn = OneRun(started(Project(), StartingState("circle"))).now()
    assert math.isnan(drawn.measured("change_share_1"))  # nothing was kept to compare with


def test_share_of_the_change_and_rank_of_an_update() -> None:
    run = OneRun(started(Project(), StartingState("digits", learned=5)))
    before = run.project.initial.values["dense_1.weight"].astype(np.float64)  # type: ignore[union-attr]
    run.run.train(20)
    values = np.linalg.svd(run.run.state["dense_1.weight"] - before, compute_uv=False)
    assert run.now().measured("change_share_4") == pytest.approx(np.sum(values[:4] ** 2) / np.sum(values**2), rel=1e-6)
    adapted = OneRun(started(Project(), StartingState("digits", settings={"fine_tuning": "lora_2"})))
    assert adapted.now().measured("update_rank") == 0  # B is 0
    adapted.run.train(3)
    assert adapted.now().measured("update_rank") == 2


def test_errors_of_a_fit_are_the_largest_and_the_root_of_the_mean_square() -> None:
    project = started(Project(), StartingState("ripple", weights={"dense_2.weight": 0.0, "dense_2.bias": 0.0}))
    now = OneRun(project).now()
    x = np.linspace(-3.0, 3.0, 2001)
    target = np.sin(2 * x) + 0.3 * np.cos(5 * x)  # the network says 0 everywhere
    assert now.measured("rms_error") == pytest.approx(math.sqrt(np.mean(target**2)), rel=1e-6)
    assert now.measured("sup_error") == pytest.approx(np.abs(target).max(), rel=1e-6)
    assert prepare(project.data).truth is not None
