"""What the theorem does not promise really happens, whatever the seed, and the sentences say the engine's figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.preparation import Data, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph import edits
from nnlab.studies.approximation.promises import (
    CONSTRUCTED,
    PROMISES,
    Promise,
    best_polynomial,
    better_weights,
    errors_of_construction,
)  # fmt: skip
from nnlab.training.complete_run import prepare_run, train
from nnlab.training.probe import probes
from nnlab.training.probes.approximation import Approximation
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

SEEDS = range(5)
BY_NAME = {promise.name: promise for promise in PROMISES}


def trained(promise: Promise, seed: int, units: int | None = None) -> tuple[Project, Data, Approximation, Evaluator]:
    project = promise.set_up(Project(training=TrainingSettings(seed=seed)))
    if units is not None:
        project = replace(project, graph=edits.configure(project.graph, "dense_1", units=units))
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training)
    train(run, promise.updates, lambda done: None)
    run.evaluator.load(run.state.arena)
    found = probes["approximation"](run.evaluator, data)
    assert isinstance(found, Approximation) and found.inside is not None and found.outside is not None
    return project, data, found, run.evaluator


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "degree"), [("linear", 1), ("polynomial", 2)])
def test_linear_and_squaring_units_stay_polynomials(name: str, degree: int, seed: int) -> None:
    _, data, found, _ = trained(BY_NAME[name], seed)
    assert found.inside is not None
    inside = (found.x >= -3) & (found.x <= 3)  # even points there
    assert np.abs(np.diff(found.fit[inside], degree + 1)).max() < 1e-5  # differences of a polynomial of this degree vanish
    floor = best_polynomial(data, degree)
    assert floor * 0.999 < found.inside.rms < floor * 1.05 and floor > 0.5


def test_the_best_line_and_parabola_of_known_functions() -> None:
    """On −1 … 1, x³ − 3x/5 is orthogonal to lines and its mean square is 4/175."""
    settings = {"formula": "x^3", "start": -1.0, "end": 1.0}
    data = prepare(replace(PROMISES[0].set_up(Project()).data, settings=settings))
    assert best_polynomial(data, 1) == pytest.approx((4 / 175) ** 0.5, rel=2e-3)
    assert best_polynomial(data, 2) == pytest.approx((4 / 175) ** 0.5, rel=2e-3)
    assert best_polynomial(data, 3) < 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_extrapolation_fails(seed: int) -> None:
    _, _, found, _ = trained(BY_NAME["extrapolation"], seed)
    assert found.inside is not None and found.outside is not None
    assert found.inside.sup < 0.3 and found.outside.sup > 1.0 and found.outside.sup > 5 * found.inside.sup


@pytest.mark.parametrize("seed", SEEDS)
def test_training_is_stuck_though_good_weights_exist_in_the_same_network(seed: int) -> None:
    project, data, found, _ = trained(BY_NAME["stuck"], seed)
    assert found.inside is not None
    better = better_weights(project, data)
    reached = errors_of_construction(better, data)
    assert better.is_same_graph and better.graph == project.graph and reached is not None
    assert reached.sup == pytest.approx(0.049, rel=0.02) and found.inside.sup > 3 * reached.sup and found.inside.rms > 3 * reached.rms


@pytest.mark.parametrize("seed", SEEDS)
def test_a_jump_keeps_half_its_height_as_error_at_every_width(seed: int) -> None:
    errors = [trained(BY_NAME["jump"], seed, units)[2].inside for units in (4, 32)]
    assert all(found is not None and found.sup >= 0.5 - 1e-9 for found in errors)
    assert errors[1] is not None and errors[1].rms < 0.1 and errors[1].sup < 0.75


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_two_sentences_say_the_figures_of_the_moment(promise: Promise) -> None:
    project, data, found, _ = trained(promise, 0)
    first, second = promise.sentences(project, data, found)
    assert first.endswith(".") and second.endswith(".") and len(first) < 200 and len(second) < 200
    assert found.inside is not None
    figure = f"{found.inside.sup:.3g}" if promise.look_at in (CONSTRUCTED, "outside", "sup") else f"{found.inside.rms:.3g}"
    assert figure in first + second
    assert promise.title[0].isupper() and promise.updates > 0


def test_setting_up_keeps_the_seed_and_nothing_of_the_network_before() -> None:
    before = Project(training=TrainingSettings(seed=7, optimizer="sgd"))
    for promise in PROMISES:
        after = promise.set_up(before)
        assert after.training.seed == 7 and after.training.optimizer == "adam" and after.initial is None
        assert promise.set_up(before) == after  # a value, so pressing twice is one edit
