"""Vanishing and exploding gradients on chains of single weights, where the gradient at every layer is a product worked out by hand.

The layers are y = w x, one behind another, so the gradient for a layer's output is that for the last one's times all weights behind it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nnlab
from nnlab.core.preparation import DataSettings
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph import edits
from nnlab.graph.graph import Graph
from nnlab.training.diagnoses import exploding_gradients, learning_rate_too_high, learning_rate_too_low, vanishing_gradients
from nnlab.training.diagnosis import Diagnosis
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.observation import Observation
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

X, Y = np.linspace(-1.0, 1.0, 8)[:, None], np.full((8, 1), 3.0)


def chain(count: int) -> Graph:
    b = nnlab.GraphBuilder()
    out = b.input(features=1)
    for _ in range(count):
        out = b.dense(out, units=1, bias=False)
    b.mse(out)
    return b.build()


def seen(*weights: float) -> Observation:
    training = TrainingSettings("sgd", learning_rate=1e-3)
    run = Run(Setup(chain(len(weights)), X, Y, update=Update("sgd", 1e-3), batch_size=8), frames=False)
    values = {f"dense_{k}.weight": np.array([[weight]], np.float32) for k, weight in enumerate(weights, start=1)}
    return replace(Observation.of_run(run, training), parameters={**run.state.stored(), **values})


def vanishing(*weights: float) -> Diagnosis | None:
    return next(vanishing_gradients.find(seen(*weights)), None)


def exploding(*weights: float) -> Diagnosis | None:
    return next(exploding_gradients.find(seen(*weights)), None)


def test_the_layer_with_the_least_gradient_is_named_wherever_it_stands() -> None:
    """1/4096 at dense_2, 64/4096 at dense_1: powers of two, which are exact."""
    one = vanishing(1.0, 64.0, 2.0**-12)
    assert one is not None and one.node == "dense_2"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((2.0**-12, 2.0**-12))
    assert one.chart is not None and one.chart.meant == (1,)


def test_the_factor_of_a_layer_is_the_root_over_the_layers_between() -> None:
    """1/64 by each of two layers."""
    one = vanishing(1.0, 2.0**-6, 2.0**-6)
    assert one is not None and one.node == "dense_1"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((2.0**-12, 2.0**-6))
    assert one.figures["norm_dense_1"] == pytest.approx(2.0**-12 * one.figures["norm_dense_3"])


@pytest.mark.parametrize(("weight", "speaks"), [(0.9e-3, True), (1.1e-3, False), (0.0, False)])
def test_a_thousandth_is_where_it_vanishes_and_nothing_at_all_is_another_fault(weight: float, speaks: bool) -> None:
    assert (vanishing(1.0, 1.0, weight) is not None) == speaks


def test_two_layers_tell_nothing_of_a_flow() -> None:
    assert vanishing(1.0, 1e-6) is None and exploding(1.0, 1e6) is None


def test_the_layer_with_the_greatest_gradient_is_named_wherever_it_stands() -> None:
    """512 at dense_2, 128 at dense_1."""
    one = exploding(1.0, 0.25, 512.0)
    assert one is not None and one.node == "dense_2"
    assert (one.figures["ratio"], one.figures["factor_per_layer"]) == pytest.approx((512.0, 512.0))
    assert one.evidence == "The gradient at dense_2 is 512 times that at dense_3: every layer on the way back multiplies it by 512."
    assert (one.figure, one.mark) == ("512 ×", "gradient 512 times that at dense_3")


@pytest.mark.parametrize(("weight", "speaks"), [(90.0, False), (110.0, True)])
def test_a_hundred_times_is_where_it_explodes(weight: float, speaks: bool) -> None:
    assert (exploding(1.0, 1.0, weight) is not None) == speaks


def test_a_ratio_beyond_a_million_is_told_by_its_power_of_ten() -> None:
    one = exploding(1.0, 2.0**12, 2.0**12)
    assert one is not None and (one.node, one.figure) == ("dense_1", "2e+07 ×")
    assert one.figures["factor_per_layer"] == pytest.approx(4096.0)


# The words, and where they begin


def test_a_vanished_gradient_is_said_with_what_every_layer_leaves() -> None:
    one = vanishing(1.0, 2.0**-6, 2.0**-6)
    assert one is not None
    assert one.evidence == "The gradient at dense_1 is 0.00024 of that at dense_3: every layer on the way back leaves 0.016 of it."
    assert (one.figure, one.mark, one.harm) == ("0.0002", "gradient 0.0002 of that at dense_3", 0.9)
    assert one.chart is not None
    assert one.chart.values == pytest.approx([one.figures[f"norm_dense_{k}"] for k in (1, 2, 3)])
    assert (one.chart.labels, one.chart.logarithmic) == (("dense_1", "dense_2", "dense_3"), True)


@pytest.mark.parametrize(("weight", "speaks"), [(100.0, False), (101.0, True)])
def test_exactly_a_hundred_times_is_no_explosion(weight: float, speaks: bool) -> None:
    """Eight rows of x = 1 through weights 1, 1 and 100 give 100; 4 too many make a gradient of 2 · 4 / 8 = 1, and 100 before it."""
    graph, training = chain(3), TrainingSettings("sgd", learning_rate=1e-3)
    run = Run(Setup(graph, np.ones((8, 1)), np.full((8, 1), weight - 4), update=Update("sgd", 1e-3), batch_size=8), frames=False)
    values = {f"dense_{k}.weight": np.array([[w]], np.float32) for k, w in enumerate((1.0, 1.0, weight), start=1)}
    one = next(exploding_gradients.find(replace(Observation.of_run(run, training), parameters={**run.state.stored(), **values})), None)
    assert (one is not None) == speaks


@pytest.mark.parametrize(("power", "figure"), [(9, "262,144 ×"), (10, "1e+06 ×")])  # 2¹⁸, and 2²⁰ = 1,048,576
def test_up_to_a_million_a_ratio_is_written_out(power: int, figure: str) -> None:
    one = exploding(1.0, 2.0**power, 2.0**power)
    assert one is not None
    assert (one.figure, one.mark) == (figure, f"gradient {figure[:-2]} times that at dense_3")


# Trials of other rates: of y = w x with x = 1 and the target 3 the loss is (3 − w)², and a step multiplies 3 − w by 1 − 2 η


def at_rate(rate: float, steps: int, begin: float = 0.0) -> Observation:
    training = TrainingSettings("sgd", learning_rate=rate, batch_size=8)
    initial = {"dense_1.weight": np.array([[begin]], np.float32)}
    setup = Setup(chain(1), np.ones((8, 1)), Y, update=Update("sgd", rate), batch_size=8, initial=initial)
    run = Run(setup, frames=False)
    run.train(steps)
    return Observation.of_run(run, training)


def test_a_rate_that_is_too_low() -> None:
    one = next(learning_rate_too_low.find(at_rate(1e-4, 20)), None)
    assert one is not None
    now = 9 * (1 - 2e-4) ** 40
    after, higher = now * (1 - 2e-4) ** 100, now * (1 - 2e-2) ** 100
    assert dict(one.figures) == pytest.approx(
        {"rate": 1e-4, "suggested": 0.003, "loss": now, "loss_after": after, "loss_at_higher": higher}, rel=1e-4
    )
    words = f"In 50 steps from here the rate lowers the loss from {now:.3g} to {after:.3g}, one 100 times higher to {higher:.3g}."
    assert one.evidence == words
    assert one.chart is not None
    assert one.chart.values == pytest.approx([now, after, higher], rel=1e-4)
    assert (one.chart.labels, one.chart.meant) == (("now", "0.0001", "0.01"), (1,))
    (remedy,) = one.remedies
    assert remedy.label == "Learning rate 0.0001 → 0.003"


@pytest.mark.parametrize(
    ("rate", "steps", "speaks"),
    [
        (1e-4, 19, False), (1e-4, 20, True),  # it takes twenty iterations
        (2e-4, 20, True), (6e-4, 20, False),  # 1 − (1 − 200 η)^100 is 98 and 100 %, 1 − (1 − 2 η)^100 is 3.9 and 11 %: 20 times 5
        (2e-6, 20, False), (3e-6, 20, True),  # a hundred times the rate lowers it by 3.9 and 5.8 %
        (2e-4, 800, True), (2e-4, 900, False),  # 0.9996^(2 · 866) is a half: below half of the first loss it has learned
    ],
)  # fmt: skip
def test_where_a_rate_is_too_low(rate: float, steps: int, speaks: bool) -> None:
    assert (next(learning_rate_too_low.find(at_rate(rate, steps)), None) is not None) == speaks


def test_a_rate_that_is_too_high() -> None:
    """3 − w is multiplied by −1.1, so the loss by 1.21 in every step; with a tenth of the rate by 0.79²."""
    one = next(learning_rate_too_high.find(at_rate(1.05, 2)), None)
    assert one is not None
    reached, smaller = 9 * 1.1**100, 9 * 0.79**100
    assert one.figures["first_loss"] == pytest.approx(9.0)
    assert one.figures["loss"] == pytest.approx(reached, rel=1e-3)
    assert one.figures["loss_at_suggested"] == pytest.approx(smaller, abs=1e-9)
    assert (one.figures["rate"], one.figures["suggested"]) == (1.05, pytest.approx(0.105))
    words = f"In 50 steps from the start the rate leads from 9 to {one.figures['loss']:,.0f}, a rate 10 times smaller to "
    assert one.evidence.startswith(words)
    assert one.chart is not None
    assert (one.chart.labels, one.chart.meant) == (("before", "1.05", "0.105"), (1,))
    assert one.chart.caption == "loss after 50 steps from the start, by learning rate"
    (remedy,) = one.remedies
    assert remedy.label == "Learning rate 1.05 → 0.105, from iteration 0"


@pytest.mark.parametrize(("rate", "factor"), [(1.05, 10.0), (15.0, 100.0), (150.0, 1000.0), (0.9, None), (1.0002, None), (1.0003, 10.0)])
def test_the_smaller_rate_is_the_first_that_does_better(rate: float, factor: float | None) -> None:
    """At 15 a tenth is 1.5, which diverges as well. At 1.0002 fifty steps end at 1.0004^100 = 1.041 times the loss, at 1.0003 at 1.062."""
    one = next(learning_rate_too_high.find(at_rate(rate, 1)), None)
    if factor is None:
        assert one is None
    else:
        assert one is not None and one.figures["suggested"] == pytest.approx(rate / factor)


def test_what_squashes_between_layers_is_replaced_and_what_the_loss_reads_is_not() -> None:
    """A sigmoid leaves a quarter at most: of six on the way back less than a thousandth."""
    b = nnlab.GraphBuilder()
    out = b.input(features=1)
    for _ in range(7):
        out = b.sigmoid(b.dense(out, units=1))
    b.mse(out)
    graph = b.build()
    run = Run(Setup(graph, X, Y, update=Update("sgd", 1e-3), batch_size=8), frames=False)
    one = next(vanishing_gradients.find(Observation.of_run(run, TrainingSettings("sgd", learning_rate=1e-3))), None)
    assert one is not None and one.node == "dense_1"
    remedy = next(remedy for remedy in one.remedies if remedy.label == "Use ReLU instead of sigmoid")
    changed = remedy.apply(Project(graph, DataSettings("circle"))).graph
    activations = [node.operator for node in changed.topological() if node.kind.category == "Activations"]
    assert activations == ["relu"] * 6 + ["sigmoid"] and remedy.starts_over
    assert all(node.settings["init"] == "he_uniform" for node in changed if node.operator == "dense" and node.id != "dense_7")


def test_long_gradients_are_clipped_where_the_rule_can_and_does_not_yet() -> None:
    observation = seen(1.0, 0.25, 512.0)
    (one,) = exploding_gradients.find(observation)
    assert one.harm == 0.95
    remedy = next(remedy for remedy in one.remedies if remedy.label == "Clip gradients to a norm of 1")
    changed = remedy.apply(Project(chain(3), DataSettings("circle"), TrainingSettings("sgd", {"momentum": 0.5}, 1e-3)))
    assert changed.training.optimizer_settings["clip_norm"] == 1.0
    clipped = replace(observation, training=TrainingSettings("sgd", {"clip_norm": 5.0}, 1e-3))
    (one,) = exploding_gradients.find(clipped)
    assert not any("Clip" in remedy.label for remedy in one.remedies)


def test_ratios_of_gradients_are_said_with_three_digits_and_factors_with_two() -> None:
    """At 12.34² behind two layers."""
    one = exploding(1.0, 12.34, 12.34)
    assert one is not None
    assert one.evidence == "The gradient at dense_1 is 152 times that at dense_3: every layer on the way back multiplies it by 12."


def test_weights_are_drawn_anew_where_they_were_not_drawn_for_what_is_behind_them() -> None:
    label = "Draw the weights for their activations"
    observation = seen(1.0, 0.25, 512.0)
    (one,) = exploding_gradients.find(observation)
    assert label not in [remedy.label for remedy in one.remedies], "that is how they were drawn"
    (one,) = exploding_gradients.find(replace(observation, are_drawn=False))
    remedy = next(remedy for remedy in one.remedies if remedy.label == label)
    project = Project(chain(3), DataSettings("circle"), initial=InitialWeights("mine", "", {"dense_1.weight": np.ones((1, 1))}))
    assert remedy.starts_over and remedy.apply(project).initial is None
    other = replace(observation, graph=edits.configure(observation.graph, "dense_2", init="zeros"))
    (one,) = exploding_gradients.find(other)
    remedy = next(remedy for remedy in one.remedies if remedy.label == label)
    assert remedy.apply(replace(project, graph=other.graph)).graph == chain(3)
