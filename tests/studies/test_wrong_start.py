"""A confidently wrong start: sure of the wrong labels, the same bits every time, and what each loss's gradient is worth from there."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import Any

import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.examples import load_example
from nnlab.graph import edits
from nnlab.jobs.context import Cancelled, JobContext, TaskContext
from nnlab.studies import comparison
from nnlab.studies.comparison import compare, starts_of
from nnlab.studies.wrong_start import with_swapped_labels, wrong_start
from nnlab.training.complete_run import prepare_run, result_of
from nnlab.training.difference import Difference, differences
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.project import Project
from nnlab.training.varied import varied

CURVE = load_example("points_above_curve")
DATA = prepare(CURVE.data)
FEW = SwappedLabels(updates=300)


def started(project: Project, recipe: SwappedLabels = FEW) -> Project:
    return replace(project, initial=wrong_start(project, recipe=recipe))


@pytest.mark.parametrize(("name", "labels"), [("points_above_curve", {0: 1, 1: 0}), ("iris", {0: 1, 1: 2, 2: 0})])
def test_every_label_stands_for_the_next_one(name: str, labels: dict[int, int]) -> None:
    data = prepare(load_example(name).data)
    swapped = with_swapped_labels(data)
    for before, after in ((data.y, swapped.y), (data.validation_y, swapped.validation_y)):
        assert after.dtype == before.dtype and after.tolist() == [labels[label] for label in before.tolist()]
    assert swapped.x is data.x


@pytest.mark.parametrize("name", ["points_above_curve", "iris", "digits"])
def test_it_is_sure_and_wrong(name: str) -> None:
    """A loss of more than 2 says that the true class gets less than e^-2 on the average."""
    project = load_example(name)
    data = prepare(project.data)
    run = prepare_run(project.graph, data, project.training, start=wrong_start(project, data))
    found = result_of(run, data)
    assert found.training_metrics["accuracy"] < 0.05 and found.loss > 2


def test_both_losses_start_from_the_bits_that_were_learned_with_cross_entropy() -> None:
    mse = varied(CURVE, Difference("loss", "mse"))
    first, second = wrong_start(CURVE, DATA, FEW), wrong_start(mse, DATA, FEW)
    assert first == second == wrong_start(CURVE, None, FEW)
    weights = {start.weights for start in starts_of([replace(p, initial=first) for p in (CURVE, mse)], DATA)}
    assert len(weights) == 1
    assert first.words == "Learned the swapped labels of Above and below a curve (Adam 0.02, 300 updates)" and first.recipe == FEW


def test_the_gradient_of_mse_vanishes_and_that_of_cross_entropy_does_not() -> None:
    """On a sigmoid with p near 0 for the true class: 1 - p at the logit for cross-entropy, 2p(1 - p)^2 for MSE."""
    project = started(CURVE, SwappedLabels())
    mse = varied(project, Difference("loss", "mse"))
    entropy_norm, mse_norm = (start.gradient for start in starts_of((project, mse), DATA))
    fresh_entropy, fresh_mse = (s.gradient for s in starts_of([replace(p, initial=None) for p in (project, mse)], DATA))
    assert entropy_norm > 50 * mse_norm, "the same weights, the same batch"
    assert mse_norm < 0.2 * fresh_mse and entropy_norm > fresh_entropy, "against a fresh start the one is small, the other larger"


def test_the_first_gradient_is_the_one_that_training_records() -> None:
    run = prepare_run(CURVE.graph, DATA, CURVE.training)
    run.train(1)
    names = [f"{layer}.d_{what}" for layer in ("dense_1", "dense_2") for what in ("weight", "bias")]
    squares = sum(float((run.state[name] ** 2).sum()) for name in names)
    assert starts_of((CURVE,), DATA)[0].gradient == pytest.approx(math.sqrt(squares), rel=1e-6)


def test_numbers_have_no_labels_to_swap() -> None:
    with pytest.raises(NNLabError, match="needs classes whose labels can be swapped, but this target is numbers"):
        wrong_start(load_example("sine"))


def test_a_network_that_cannot_be_trained_says_why() -> None:
    with pytest.raises(NNLabError):
        wrong_start(replace(CURVE, graph=edits.remove_nodes(CURVE.graph, ["dense_2"])))
    with pytest.raises(NNLabError, match="There is no optimiser named 'adamm'|no optimiser"):
        wrong_start(CURVE, DATA, SwappedLabels("adamm"))


def test_numbers_that_go_wrong_on_the_way_are_one_sentence() -> None:
    project = load_example("iris")
    with pytest.raises(NNLabError, match="The swapped labels could not be learned: .*; there is no wrong start."):
        wrong_start(varied(project, Difference("activation", "relu")), recipe=SwappedLabels("sgd", 1000.0, 4000))


def test_it_tells_how_far_it_is_and_can_be_cancelled() -> None:
    told = []
    wrong_start(CURVE, DATA, FEW, TaskContext(told.append))
    assert told[0].fraction == 0 and told[-1].fraction == 1 and "Learning the swapped labels, update 0 of 300" in told[0].words

    def stop(progress: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        wrong_start(CURVE, DATA, FEW, TaskContext(stop))


def test_a_comparison_over_several_seeds_learns_a_wrong_start_from_each() -> None:
    project = started(CURVE)
    found = compare(project, DATA, differences("loss=mse,binary_cross_entropy"), steps=3, seeds=2)
    assert found.equal_weights and found.start == project.initial
    for seed in (0, 1):
        own = project.initial if seed == 0 else wrong_start(CURVE.with_seed(1), DATA, FEW)
        weights = starts_of([replace(CURVE.with_seed(seed), initial=own)], DATA)[0].weights
        assert {run.initial_weights_sha256 for run in found.runs if run.seed == seed} == {weights}
    assert {run.seed for run in found.runs} == {0, 1}


def test_given_weights_are_the_same_for_every_seed_and_the_verdict_says_so() -> None:
    given = InitialWeights("by hand", "", prepare_run(CURVE.graph, DATA, CURVE.training).state.stored())
    project = replace(CURVE, initial=given)
    found = compare(project, DATA, differences("loss=mse,binary_cross_entropy"), steps=3, seeds=2)
    assert len({run.initial_weights_sha256 for run in found.runs}) == 1 and "Every seed started from the weights “by hand”" in found.verdict
    whole = replace(project, training=replace(project.training, batch_size=len(DATA.x)))
    assert len(compare(whole, DATA, differences("loss=mse,binary_cross_entropy"), steps=3).runs) == 2, "one seed is all there is"
    with pytest.raises(NNLabError, match="every seed is the same run; leave the seeds out, or start fresh"):
        compare(whole, DATA, differences("loss=mse,binary_cross_entropy"), steps=3, seeds=2)


def test_where_an_operator_draws_random_numbers_seeds_differ_also_from_given_weights() -> None:
    whole = replace(CURVE, training=replace(CURVE.training, batch_size=len(DATA.x)))
    given = InitialWeights("by hand", "", prepare_run(CURVE.graph, DATA, CURVE.training).state.stored())
    dropped = edits.insert_on_edge(CURVE.graph, CURVE.graph.incoming("dense_2")[0], "dropout", (0.0, 0.0))
    found = compare(replace(whole, graph=dropped, initial=given), DATA, differences("loss=mse,binary_cross_entropy"), steps=3, seeds=2)
    assert len({run.result.loss for run in found.runs if run.setting == "loss=mse"}) == 2


def test_what_is_too_short_for_an_operator_is_one_sentence() -> None:
    """Batches of one sample have no variance: the runs cannot share them."""
    normed = edits.insert_on_edge(CURVE.graph, CURVE.graph.incoming("tanh_1")[0], "batch_norm", (0.0, 0.0))
    with pytest.raises(NNLabError, match="batch_size=1 is no network that can be trained: .*batch_norm_1"):
        compare(replace(CURVE, graph=normed), DATA, differences("batch_size=80,1"), steps=3)


def test_cancelling_a_comparison_reaches_the_start_it_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    project, cancelled = started(CURVE), threading.Event()

    def cancelled_meanwhile(*arguments: Any) -> InitialWeights:
        cancelled.set()
        return wrong_start(*arguments)

    monkeypatch.setattr(comparison, "wrong_start", cancelled_meanwhile)
    with pytest.raises(Cancelled):
        compare(project, DATA, differences("loss=mse,hinge"), steps=3, seeds=2, context=JobContext(cancelled=cancelled))
    assert cancelled.is_set()


def test_a_data_set_of_its_own_is_prepared_when_none_is_given() -> None:
    assert "Spiral" in wrong_start(replace(CURVE, data=DataSettings("spiral")), recipe=FEW).words
