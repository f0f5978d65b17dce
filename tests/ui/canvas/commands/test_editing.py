"""Edits from the canvas: what is added where, under which name it can be undone."""

import pytest

from nnlab.graph.builder import GraphBuilder
from nnlab.graph.extending import behind
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import validate
from nnlab.ui.canvas.commands.editing import CanvasCommands


@pytest.fixture
def desk(bench, chain):
    return bench(chain)


@pytest.fixture
def commands(desk) -> CanvasCommands:
    return desk.canvas.commands


def errors(graph: Graph):
    return [d.message for d in validate(graph) if d.severity == "error"]


def joined(graph: Graph):
    return {(e.source, e.target) for e in graph.edges}


def test_a_layer_is_added_between_its_neighbours(chain):
    graph = behind(chain, "dense", "tanh_1")
    assert {("tanh_1", "dense_3"), ("dense_3", "dense_2")} <= joined(graph)
    assert errors(graph) == []
    assert graph["dense_2"].position[0] > chain["dense_2"].position[0]  # made room


def test_an_activation_lands_on_its_layers_card(chain):
    graph = behind(chain, "relu", "dense_2")
    assert {("dense_2", "relu_1"), ("relu_1", "mse_1")} <= joined(graph)
    assert graph["relu_1"].position == graph["dense_2"].position
    assert graph["mse_1"].position == chain["mse_1"].position


def test_a_merge_takes_the_node_as_its_first_input_and_leaves_the_rest(chain):
    graph = behind(chain, "add", "tanh_1")
    assert Edge("tanh_1", "add_1", "a") in graph.edges
    assert ("tanh_1", "dense_2") in joined(graph)


def test_a_loss_only_reads():
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    graph = behind(b.build(), "cross_entropy", "dense_1")
    assert {("dense_1", "mse_1"), ("dense_1", "cross_entropy_1")} <= joined(graph)


def test_added_without_a_place_it_goes_before_the_loss(desk, commands):
    assert desk.canvas.add_operator("dense") == "dense_3"
    assert {("dense_2", "dense_3"), ("dense_3", "mse_1")} <= joined(desk.graph)
    assert desk.selection.nodes == ("dense_3",)
    assert desk.document.undo_stack.undoText() == "Add Dense"


def test_added_behind_the_selected_card(desk):
    desk.selection.set(["dense_1"])
    desk.canvas.add_operator("dense")
    assert {("tanh_1", "dense_3"), ("dense_3", "dense_2")} <= joined(desk.graph)


def test_on_an_empty_canvas_the_first_node_stands_alone(bench):
    desk = bench(Graph())
    assert desk.canvas.add_operator("input") == "input_1"
    assert desk.canvas.add_operator("dense") == "dense_1"
    assert joined(desk.graph) == {("input_1", "dense_1")}


def test_an_operator_nobody_knows_is_refused(desk, commands):
    assert commands.add("convolution") is None
    assert desk.refusals == ["There is no operator 'convolution'."]


def test_a_loss_cannot_stand_on_an_edge(desk, commands, chain):
    edge = next(e for e in chain.edges if e.target == "dense_2")
    assert not commands.add_on_edge("mse", edge, (0.0, 0.0))
    assert desk.refusals == ["MSE cannot be inserted between dense_1 and dense_2."]
    assert desk.graph == chain


def test_deleting_a_card_takes_its_activation_along(desk, commands):
    desk.selection.set(["dense_1"])
    commands.delete()
    assert "dense_1" not in desk.graph
    assert "tanh_1" not in desk.graph
    assert desk.document.undo_stack.undoText() == "Delete dense_1"


def test_several_cards_are_deleted_as_one_step(desk, commands, chain):
    desk.selection.set(["dense_1", "dense_2"])
    commands.delete()
    assert desk.document.undo_stack.undoText() == "Delete 2 nodes"
    desk.document.undo()
    assert desk.graph == chain


def test_delete_and_join_closes_the_gap(desk, commands):
    desk.selection.set(["dense_1"])
    commands.delete_and_join()
    assert joined(desk.graph) == {("input_1", "dense_2"), ("dense_2", "mse_1")}


def test_deleting_nothing_is_no_step(desk, commands):
    commands.delete()
    assert not desk.document.can_undo


def test_a_duplicate_keeps_settings_and_the_edges_within(desk, commands):
    desk.selection.set(["dense_1", "dense_2"])
    commands.duplicate()
    assert desk.selection.nodes == ("dense_3", "tanh_2", "dense_4")
    assert {("dense_3", "tanh_2"), ("tanh_2", "dense_4")} <= joined(desk.graph)
    assert desk.graph["dense_3"].settings == desk.graph["dense_1"].settings


def test_moving_a_card_moves_the_activation_on_it(desk, commands):
    commands.move({"dense_1": (64.0, 8.0)})
    assert desk.graph["tanh_1"].position == desk.graph["dense_1"].position == (64.0, 8.0)


def test_tidy_puts_everything_back(desk, commands, chain):
    commands.move({"dense_1": (999.0, 999.0)})
    desk.canvas.arranging.tidy()
    assert desk.graph == chain
