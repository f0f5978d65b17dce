"""Editing a trained network: what is unchanged stays, and widening or inserting a layer keeps the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import graphs, mlp, targets
from renamed import ADAPTER, renamed

from nnlab.core.errors import GraphError
from nnlab.engine.carry_over import carry_over, lost
from nnlab.engine.compile import Update, compile
from nnlab.engine.run import Former, Run
from nnlab.engine.setup import Setup
from nnlab.engine.state import initial
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import insert_neutral

ROWS = 12


def trained(graph: Graph, real: str = "float32", optimizer: str = "adam") -> Run:
    generator = np.random.default_rng(5)
    features = int(graph.input_nodes[0].settings["features"])
    x, y = generator.standard_normal((ROWS, features)), targets(graph, ROWS, generator)
    run = Run(Setup(graph, x, y, update=Update(optimizer, 0.02), batch_size=4, seed=3, real=real))
    run.train(20)
    return run


def edited(old: Run, graph: Graph) -> Run:
    x, y = old.samples.x, old.samples.y
    return Run(Setup(graph, x, y, update=Update("adam", 0.02), batch_size=4, seed=3, real=old.program.real), Former(old))


def outputs(run: Run) -> np.ndarray:
    run.evaluator.load(run.state.arena)
    return run.evaluator.predict(run.samples.x)


def assert_same_function(old: Run, new: Run) -> None:
    np.testing.assert_allclose(outputs(new), outputs(old), rtol=0, atol=1e-6)


def learns_on(run: Run) -> None:
    def loss() -> float:
        run.evaluator.load(run.state.arena)
        return run.evaluator.loss(run.samples.x, run.samples.y)[0]

    before = loss()
    run.train(200)
    assert loss() < before


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("layer", ["dense_1", "dense_2"])
def test_widening_keeps_the_function(layer: str, activation: str) -> None:
    old = trained(mlp([3, 5, 4, 2], activation))
    new = edited(old, edits.configure(old.program.graph, layer, units=9))
    assert_same_function(old, new)
    kept = old.state.parameters()[f"{layer}.weight"]
    np.testing.assert_array_equal(new.state.parameters()[f"{layer}.weight"][: len(kept)], kept)
    learns_on(new)


def test_new_units_are_not_copies_and_take_part_from_the_first_step() -> None:
    old = trained(mlp([3, 5, 2]))
    new = edited(old, edits.configure(old.program.graph, "dense_1", units=8))
    rows = new.state.parameters()["dense_1.weight"]
    assert len(np.unique(rows.round(6), axis=0)) == 8
    assert not new.state.parameters()["dense_2.weight"][:, 5:].any()
    new.train(1)
    assert new.state.parameters()["dense_2.weight"][:, 5:].all()


def test_moments_follow_the_units() -> None:
    old = trained(mlp([3, 5, 2]))
    new = edited(old, edits.configure(old.program.graph, "dense_1", units=8))
    mean = new.state["dense_1.weight.mean"]
    np.testing.assert_array_equal(mean[:5], old.state["dense_1.weight.mean"])
    assert not mean[5:].any()
    np.testing.assert_array_equal(new.state["dense_1.weight.step"], old.state["dense_1.weight.step"])


def test_narrowing_keeps_the_first_units() -> None:
    old = trained(mlp([3, 5, 2]))
    new = edited(old, edits.configure(old.program.graph, "dense_1", units=3))
    np.testing.assert_array_equal(new.state.parameters()["dense_1.weight"], old.state.parameters()["dense_1.weight"][:3])
    np.testing.assert_array_equal(new.state.parameters()["dense_2.weight"], old.state.parameters()["dense_2.weight"][:, :3])


def test_widening_before_a_concatenation_moves_the_columns_behind_it() -> None:
    b = GraphBuilder()
    x = b.input(features=3)
    left, right = b.tanh(b.dense(x, units=4)), b.tanh(b.dense(x, units=5))
    b.mse(b.dense(b.concat(left, right), units=2))
    old = trained(b.build())
    for layer in ("dense_1", "dense_2"):
        assert_same_function(old, edited(old, edits.configure(old.program.graph, layer, units=7)))


def test_widening_both_branches_of_a_sum() -> None:
    b = GraphBuilder()
    x = b.input(features=3)
    left, right = b.dense(x, units=4), b.dense(x, units=4)
    b.mse(b.dense(b.tanh(b.add(left, right)), units=2))
    old = trained(b.build())
    wide = edits.configure(edits.configure(old.program.graph, "dense_1", units=6), "dense_2", units=6)
    assert_same_function(old, edited(old, wide))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_inserting_a_layer_keeps_the_function(activation: str) -> None:
    old = trained(mlp([3, 5, 2], activation))
    graph = insert_neutral(old.program.graph, Edge(f"{activation}_1", "dense_2", "x"), "dense", (0, 0))
    new = edited(old, graph)
    assert_same_function(old, new)
    graph = insert_neutral(graph, Edge("dense_3", "dense_2", "x"), "relu", (0, 0))  # what passed a ReLU once passes it again
    if activation == "relu":
        assert_same_function(old, edited(old, graph))
    learns_on(new)


def test_widening_a_convolution_keeps_the_function() -> None:
    b = GraphBuilder()
    image = b.reshape(b.input(features=16), shape="1, 4, 4")
    h = b.relu(b.conv2d(image, filters=3, kernel_size=3, padding=1))
    h = b.relu(b.conv2d(b.max_pool2d(h), filters=4, kernel_size=2))
    b.mse(b.dense(b.flatten(h), units=2))
    old = trained(b.build())
    for layer in ("conv2d_1", "conv2d_2"):
        assert_same_function(old, edited(old, edits.configure(old.program.graph, layer, filters=6)))


def test_a_batch_norm_widens_with_its_layer() -> None:
    b = GraphBuilder()
    h = b.relu(b.batch_norm(b.dense(b.input(features=3), units=4)))
    b.mse(b.dense(h, units=2))
    old = trained(b.build())
    new = edited(old, edits.configure(old.program.graph, "dense_1", units=6))
    assert_same_function(old, new)
    np.testing.assert_array_equal(new.state["batch_norm_1.running_mean"][:4], old.state["batch_norm_1.running_mean"])


def test_another_feature_starts_without_influence() -> None:
    old = trained(mlp([3, 5, 2]))
    graph = edits.configure(old.program.graph, "input_1", features=4)
    x = np.hstack([old.samples.x, np.random.default_rng(1).standard_normal((ROWS, 1))])
    new = Run(Setup(graph, x, old.samples.y, update=Update("adam", 0.02), batch_size=4, seed=3), Former(old))
    assert_same_function(old, new)


def test_another_operator_of_the_same_name_starts_afresh() -> None:
    old = trained(mlp([3, 5, 2]))
    graph = old.program.graph
    renamed = edits.rename_node(edits.rename_node(graph, "dense_1", "x"), "dense_2", "dense_1")
    new = edited(old, renamed)
    assert new.state.parameters()["dense_1.weight"].shape == (2, 5)


@given(graph=graphs(), data=st.data())
@settings(max_examples=40, deadline=None)
def test_an_edit_elsewhere_keeps_every_unchanged_parameter(graph: Graph, data: st.DataObject) -> None:
    old = trained(graph, "float64")
    read_by_loss = {edge.source for loss in graph.losses for edge in graph.incoming(loss.id)}
    layers = [n.id for n in graph.nodes if n.operator == "dense" and n.id not in read_by_loss]
    changes: dict[str, Any] = {"position": (1.0, 2.0)}
    new = edited(old, edits.move_nodes(graph, {graph.nodes[-1].id: changes["position"]}))
    for name, values in old.state.parameters().items():
        np.testing.assert_array_equal(new.state.parameters()[name], values)
    if layers:  # widening any hidden layer leaves all parameters of nodes that do not read it as they were
        layer = data.draw(st.sampled_from(layers))
        wide = edits.configure(graph, layer, units=int(graph[layer].settings["units"]) + 2)
        try:
            wider = edited(old, wide)
        except GraphError:  # a sum of this layer with another does not fit any more
            return
        for name, values in old.state.parameters().items():
            after = wider.state.parameters()[name]
            if after.shape == values.shape:
                np.testing.assert_array_equal(after, values)


def test_another_optimiser_starts_its_moments_afresh() -> None:
    """The mean of Lion is no mean of Adam's, and Adam's count of steps belongs to its own averages."""
    graph = mlp([2, 3, 1])
    x, y = np.ones((4, 2)), np.ones((4, 1))
    old = Run(Setup(graph, x, y, update=Update("lion", 0.01), batch_size=4))
    old.train(5)
    new = Run(Setup(graph, x, y, update=Update("adam", 0.01), batch_size=4), Former(old))
    assert not any(new.state[name].any() for name in new.program.moments)
    again = Run(Setup(graph, x, y, update=Update("lion", 0.05), batch_size=4), Former(old))
    np.testing.assert_array_equal(again.state["dense_1.weight.mean"], old.state["dense_1.weight.mean"])


def test_new_places_of_a_moment_start_where_the_optimiser_says() -> None:
    graph = mlp([2, 3, 1])
    update = Update("adagrad", 0.01, {"initial_accumulator_value": 0.5})
    x, y = np.ones((4, 2)), np.ones((4, 1))
    old = Run(Setup(graph, x, y, update=update, batch_size=4))
    new = Run(Setup(edits.configure(graph, "dense_1", units=5), x, y, update=update, batch_size=4), Former(old))
    assert (new.state["dense_2.weight.squares"] == 0.5).all()


def concatenation(*order: str) -> Graph:
    b = GraphBuilder()
    x = b.input(features=3)
    branches = {name: b.tanh(b.dense(x, units=units, id=name), id=f"{name}_bent") for name, units in (("a", 2), ("b", 3), ("c", 3))}
    joined = b.concat(*(branches[name] for name in order)) if len(order) > 1 else branches[order[0]]
    b.mse(b.dense(joined, units=2, id="last"))
    return b._graph


@pytest.mark.parametrize("order", ["cab", "acb"])  # no column stays where it was; those of the first stay
def test_the_inputs_of_a_concatenation_may_change_places(order: str) -> None:
    old = trained(concatenation("a", "b", "c"))
    assert_same_function(old, edited(old, concatenation(*order)))


def test_a_branch_taken_from_a_concatenation_takes_its_columns_along() -> None:
    old = trained(concatenation("a", "b", "c"))
    new = edited(old, concatenation("a", "c"))
    weight = old.state.parameters()["last.weight"]
    np.testing.assert_array_equal(new.state.parameters()["last.weight"], weight[:, [0, 1, 5, 6, 7]])


def test_a_plateau_is_not_judged_by_another_loss() -> None:
    x, y = np.ones((4, 2)), np.ones((4, 1))
    update = Update("sgd", 0.01, {}, "plateau", {"patience": 0, "factor": 0.5})
    graph = mlp([2, 3, 1])
    old = Run(Setup(graph, x, y, update=update, batch_size=4))
    old.train(3)
    assert old.state["schedule/best"][0] < 1e30
    other = Run(Setup(edits.replace_operator(graph, "mse_1", "mae"), x, y, update=update, batch_size=4), Former(old))
    assert other.state["schedule/best"][0] > 1e37
    same = Run(Setup(edits.configure(graph, "dense_1", units=4), x, y, update=update, batch_size=4), Former(old))
    assert same.state["schedule/best"][0] == old.state["schedule/best"][0]


def test_a_parameter_whose_name_has_two_dots_is_carried_over() -> None:
    """An adapter's, as the contract names it: hidden.lora_A.task_b."""
    program = compile(mlp([3, 4, 2]), 4, update=Update("adam"))
    old, fresh = (initial(renamed(program, "dense_1"), 4, seed) for seed in (1, 2))
    name = f"dense_1.{ADAPTER}"
    old[name][...] = np.arange(12).reshape(4, 3)
    old[f"{name}.mean"][...] = 7.0
    carry_over(old, fresh)
    assert fresh[name].tolist() == old[name].tolist() and set(fresh[f"{name}.mean"].ravel()) == {7.0}
    assert lost(old, fresh) == {}


def test_widening_before_a_concatenation_of_rows_keeps_the_function() -> None:
    b = GraphBuilder()
    rows = b.reshape(b.input(features=6), shape="2, 3")
    left, right = b.tanh(b.dense(rows, units=4)), b.tanh(b.dense(rows, units=5))
    b.mse(b.dense(b.flatten(b.dense(b.concat(left, right), units=2)), units=1))
    old = trained(b.build())
    for layer in ("dense_1", "dense_2"):
        assert_same_function(old, edited(old, edits.configure(old.program.graph, layer, units=7)))


@pytest.mark.parametrize("order", [("left", "right"), ("right", "left")])
def test_rows_that_change_places_take_their_columns_along(order: tuple[str, str]) -> None:
    """The first axis of what is read, the rows, is what it was, and the shape of the weights too."""

    def joined(*order: str) -> Graph:
        b = GraphBuilder()
        rows = b.reshape(b.input(features=6), shape="2, 3")
        branches = {name: b.tanh(b.dense(rows, units=units, id=name)) for name, units in (("left", 4), ("right", 5))}
        b.mse(b.dense(b.flatten(b.dense(b.concat(*(branches[name] for name in order)), units=2, id="reader")), units=1))
        return b.build()

    old = trained(joined("left", "right"))
    new = edited(old, joined(*order))
    assert_same_function(old, new)
    assert (new.state["reader.weight"] == old.state["reader.weight"]).all() == (order == ("left", "right"))


def test_the_position_is_carried_over_but_no_batch_and_no_batch_size() -> None:
    from nnlab.core.kernel.context import BATCH_SIZE, ITERATION
    from nnlab.core.kernel.context import ROWS as ROWS_WORD

    old = trained(mlp([3, 5, 2]))
    fresh = initial(compile(mlp([3, 6, 2]), 4, update=Update("adam")), 2, 9)
    carry_over(old.state, fresh)
    assert [int(fresh.context[word]) for word in (ITERATION, ROWS_WORD, BATCH_SIZE)] == [20, 0, 2]
