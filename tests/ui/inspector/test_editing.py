"""The pure functions behind the inspector's fields."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import GraphError
from nnlab.core.operator import operators
from nnlab.core.setting import Setting
from nnlab.graph import edits
from nnlab.ui.inspector.editing import (
    NO_ACTIVATION,
    activation_of,
    activation_setting,
    by_title,
    exchange_setting,
    freeze_label,
    initializer_setting,
    is_partly_frozen,
    shared_settings,
    values_of,
    with_activation,
)  # fmt: skip


def test_an_activation_is_added_exchanged_and_taken_away() -> None:
    graph = mlp([2, 4, 1], "tanh")
    assert activation_of(graph, "dense_1") == operators["tanh"].title and activation_of(graph, "dense_2") == NO_ACTIVATION
    relu = operators["relu"].title
    exchanged = with_activation(graph, "dense_1", relu)
    assert activation_of(exchanged, "dense_1") == relu and len(exchanged.nodes) == len(graph.nodes)
    none = with_activation(exchanged, "dense_1", NO_ACTIVATION)
    assert activation_of(none, "dense_1") == NO_ACTIVATION and len(none.nodes) == len(graph.nodes) - 1
    assert with_activation(none, "dense_1", NO_ACTIVATION) is none
    again = with_activation(none, "dense_1", relu)
    assert [node.operator for node in again.topological()] == ["input", "dense", "relu", "dense", "mse"]
    with pytest.raises((GraphError, StopIteration)):
        with_activation(none, "dense_1", "no such title")


def test_a_loss_is_exchanged_for_a_loss_and_an_activation_for_an_activation() -> None:
    loss, activation = exchange_setting(operators["mse"]), exchange_setting(operators["relu"])
    assert loss is not None and activation is not None and exchange_setting(operators["dense"]) is None
    assert all(operators[by_title(title)].is_loss for title in loss.choices or ())
    assert all(operators[by_title(title)].is_activation for title in activation.choices or ())
    assert operators["mse"].title in (loss.choices or ()) and operators["relu"].title in (activation.choices or ())
    assert (activation_setting().choices or ())[0] == NO_ACTIVATION == activation_setting().default
    assert set(activation_setting().choices or ()) == {NO_ACTIVATION, *(activation.choices or ())}


def test_the_setting_by_which_a_layer_starts() -> None:
    assert initializer_setting(operators["dense"]) == "init"
    assert initializer_setting(operators["relu"]) is None


def test_some_of_its_parameters_are_frozen() -> None:
    graph = mlp([2, 4, 1])
    assert not is_partly_frozen(graph["dense_1"])
    assert is_partly_frozen(edits.freeze(graph, "dense_1", ["bias"])["dense_1"])
    assert not is_partly_frozen(edits.set_frozen(graph, ["dense_1"], True)["dense_1"])
    assert (freeze_label("dense_1", True), freeze_label("dense_1", False)) == ("Freeze dense_1", "Unfreeze dense_1")


def test_settings_that_all_declare_alike_and_their_values() -> None:
    dense = operators["dense"]
    assert shared_settings([dense, dense]) == dense.settings
    assert shared_settings([dense, operators["relu"]]) == ()
    one, other = Setting("a", 1, "A", "first"), Setting("b", 2.5, "B", "second")
    assert values_of((one, other), {"a": 7, "c": 9}) == {"a": 7, "b": 2.5}
