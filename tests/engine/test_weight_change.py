"""Weights set by hand: what a change holds, and what an engine does with it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.weight_change import Entries, WeightChange

GRAPH = mlp([2, 3, 1])


def run() -> Run:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(20, 2))
    return Run(Setup(GRAPH, x, x[:, :1] * x[:, 1:], update=Update("adam", 1e-2), batch_size=5, seed=1))


def entries(value: float, place: int = 3, shape: tuple[int, ...] = (3, 2)) -> dict[str, Entries]:
    return {"dense_1.weight": Entries(shape, np.array([place]), np.array([value]))}


def test_only_what_differs_is_carried() -> None:
    before, after = np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32)
    after[1, 0] = 2.5
    change = WeightChange.between({"w": before, "b": before[0]}, {"w": after, "b": before[0]})
    assert list(change.after) == ["w"]
    assert (change.before["w"].places.tolist(), change.before["w"].values.tolist()) == ([3], [0.0])
    assert (change.after["w"].places.tolist(), change.after["w"].values.tolist()) == ([3], [2.5])
    assert not change.is_nothing and WeightChange.between({"w": before}, {"w": before}).is_nothing


def test_a_gestures_changes_join_into_the_first_before_and_the_last_after() -> None:
    steps = [np.array(v, np.float32) for v in ([0, 0, 0, 0], [0, 0, 1, 0], [0, 7, 2, 0], [5, 7, 2, 0])]
    whole = WeightChange({}, {})
    for old, new in itertools.pairwise(steps):
        whole = whole.then(WeightChange.between({"w": old}, {"w": new}))
    assert whole.before["w"].places.tolist() == whole.after["w"].places.tolist() == [0, 1, 2]
    assert whole.before["w"].values.tolist() == [0, 0, 0]
    assert whole.after["w"].values.tolist() == [5, 7, 2]


def test_there_and_back_is_nothing() -> None:
    zero, one = np.zeros(2), np.ones(2)
    there, back = WeightChange.between({"w": zero}, {"w": one}), WeightChange.between({"w": one}, {"w": zero})
    assert there.then(back).is_nothing


def test_setting_one_weight_leaves_all_others_and_the_moments() -> None:
    one = run()
    one.train(10)
    before = one.state.arena[: one.program.moments_end].copy()
    one.set_entries(entries(1.25))
    after = one.state.arena[: one.program.moments_end]
    assert one.state["dense_1.weight"][1, 1] == np.float32(1.25)
    assert np.flatnonzero(before != after).tolist() == [one.program.places["dense_1.weight"].offset + 3]
    assert one.train(5) == 5


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (entries(np.nan), "dense_1.weight: a weight cannot be NaN or infinity; give a finite number below 3.4e+38."),
        (entries(1e300), "dense_1.weight: a weight cannot be NaN or infinity; give a finite number below 3.4e+38."),
        (entries(1.0, shape=(4, 2)), "dense_1.weight has shape (3, 2), but numbers for shape (4, 2) were given."),
        ({"nobody.weight": Entries.whole(np.ones(2))}, "There is no parameter 'nobody.weight'; this network has"),
    ],
)  # fmt: skip
def test_what_no_weight_can_be_is_refused_in_words_and_nothing_is_written(given: dict[str, Entries], sentence: str) -> None:
    one = run()
    one.stepper.forward()
    before = one.state.arena.copy()
    with pytest.raises(NNLabError) as caught:
        one.set_entries(entries(0.5, place=0) | given)
    assert str(caught.value).startswith(sentence)
    np.testing.assert_array_equal(one.state.arena, before)
    assert one.stepper.inside


def test_a_begun_iteration_starts_over_with_the_weight_that_was_set() -> None:
    stepped, straight = run(), run()
    for _ in range(6):
        stepped.stepper.forward()
    stepped.set_entries(entries(0.75))
    assert not stepped.stepper.inside and not stepped.stepper.can_go_back
    assert stepped.iteration == 0
    straight.set_entries(entries(0.75))
    stepped.train(7)
    straight.train(7)
    np.testing.assert_array_equal(stepped.state.arena[: stepped.program.moments_end], straight.state.arena[: straight.program.moments_end])
