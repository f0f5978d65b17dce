"""The numbers of a run: read and set by name, checked before the first of them is written."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import DataError, NNLabError
from nnlab.core.kernel.context import BATCH_SIZE, SEED, TRAINING
from nnlab.engine.compile import Update, compile
from nnlab.engine.state import State, initial, new_state
from nnlab.engine.weight_change import Entries

NAMES = ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"]


@pytest.fixture
def state() -> State:
    return initial(compile(mlp([2, 3, 1]), 4, update=Update("adam", 0.25)), 4, 7)


def test_a_new_state_has_its_constants_and_nothing_learned(state: State) -> None:
    made = new_state(state.program, 4, 7)
    assert (made.context[SEED], made.context[BATCH_SIZE], made.context[TRAINING]) == (7, 4, 1)
    assert all(not values.any() for values in made.parameters().values())
    offset, value = made.program.constants["optimizer/learning_rate"]
    assert value == made.arena[offset] == 0.25
    made.set_constant("optimizer/learning_rate", 0.5)
    assert made.arena[offset] == 0.5 and (offset, 0.5) in made.live_constants()
    other = new_state(state.program, 4, 7)
    other.set_live_constants(made.live_constants())
    assert other.arena[offset] == 0.5


def test_weights_are_a_function_of_the_seed_and_of_what_is_given(state: State) -> None:
    program, drawn = state.program, state.parameters()
    assert list(drawn) == NAMES
    again = initial(program, 4, 7).parameters()
    assert all(np.array_equal(drawn[name], again[name]) for name in NAMES)
    assert not np.array_equal(drawn["dense_1.weight"], initial(program, 4, 8).parameters()["dense_1.weight"])
    given = {"dense_1.weight": np.full((3, 2), 0.5, np.float32), "dense_2.weight": np.ones((2, 3), np.float32)}
    found = initial(program, 4, 7, given).parameters()
    np.testing.assert_array_equal(found["dense_1.weight"], given["dense_1.weight"])
    np.testing.assert_array_equal(found["dense_2.weight"], drawn["dense_2.weight"], "one of another shape is drawn")


def test_what_is_handed_out_are_copies(state: State) -> None:
    for found in (state.parameters(), state.stored(), state.copies(["dense_1.bias"])):
        found["dense_1.bias"][...] = 9.0
    assert not (state["dense_1.bias"] == 9.0).any()
    state["dense_1.bias"][...] = 2.0
    assert (state.parameters()["dense_1.bias"] == 2.0).all(), "by name it is a view"


def test_parameters_are_checked_before_any_is_written(state: State) -> None:
    before = state.parameters()
    good = {"dense_1.bias": np.ones(3)}
    for bad, words in (
        ({"dense_2.bias": np.ones(2)}, r"dense_2.bias has shape \(1,\), but values of shape \(2,\) were given"),
        ({"dense_2.bias": np.array([np.nan])}, "dense_2.bias: the given values contain NaN or infinity"),
        ({"dense_9.bias": np.ones(1)}, f"There is no parameter 'dense_9.bias'; this network has {', '.join(NAMES)}"),
        ({"dense_2.bias": np.array([1e39])}, "dense_2.bias: the given values contain NaN or infinity"),
    ):
        with pytest.raises(NNLabError, match=words):
            state.set_parameters(good | bad)
    with pytest.raises(NNLabError, match="as a dict of arrays"):
        state.set_parameters([1, 2])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="dense_1.bias holds text"):
        state.set_parameters({"dense_1.bias": np.array(["a", "b", "c"])})
    assert all(np.array_equal(before[name], values) for name, values in state.parameters().items())
    state.set_parameters(good)
    assert state.parameters()["dense_1.bias"].tolist() == [1.0, 1.0, 1.0]


def test_single_numbers_are_set_by_their_places(state: State) -> None:
    before = state.parameters()["dense_1.weight"]
    state.set_entries({"dense_1.weight": Entries((3, 2), np.array([1, 4]), np.array([0.5, -0.25], np.float32))})
    after = state.parameters()["dense_1.weight"]
    assert (after[0, 1], after[2, 0]) == (0.5, -0.25)
    assert (before != after).sum() == 2
    with pytest.raises(NNLabError, match=r"dense_1.weight has shape \(3, 2\), but numbers for shape \(2, 3\) were given"):
        state.set_entries({"dense_1.weight": Entries((2, 3), np.array([0]), np.array([1.0], np.float32))})
    with pytest.raises(NNLabError, match=r"a weight cannot be NaN or infinity; give a finite number below 3.4e\+38"):
        state.set_entries({"dense_1.weight": Entries((3, 2), np.array([0]), np.array([1e39]))})
    with pytest.raises(NNLabError, match="There is no tensor 'dense_9.y' in this network"):
        state["dense_9.y"]


def test_room_for_all_numbers_is_asked_for_before_it_is_taken(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnlab.engine import state as module

    asked: list[int] = []
    monkeypatch.setattr(module, "require_memory", asked.append)
    new_state(state.program, 4, 7)
    double = compile(mlp([2, 3, 1]), 4, "float64")
    new_state(double, 4, 7)
    assert asked == [4 * state.program.arena_size, 8 * double.arena_size]


def test_moments_begin_where_the_optimiser_says() -> None:
    update = Update("adagrad", 0.01, {"initial_accumulator_value": 0.5})
    made = new_state(compile(mlp([2, 3, 1]), 4, update=update), 4, 7)
    assert (made["dense_1.weight.squares"] == 0.5).all() and not made["dense_1.bias"].any()
