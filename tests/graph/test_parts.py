"""Parts of a graph are graphs of their own, and go into any graph under names that are free there."""

from __future__ import annotations

import networks
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlab
from nnlab.graph import annotation, edits, parts
from nnlab.graph.graph import Graph
from nnlab.graph.validation import infer, validate

GRAPH = networks.mlp([2, 8, 8, 1])


def test_a_part_has_its_inner_edges_groups_and_comments() -> None:
    graph = annotation.group_nodes(GRAPH, ["dense_1", "tanh_1"], "First")
    graph = annotation.group_nodes(graph, ["dense_2", "tanh_2"], "Second")
    graph = annotation.add_comment(annotation.add_comment(graph, "one", (0, 0)), "two", (9, 9))
    part = parts.extract(graph, ["dense_1", "tanh_1", "dense_2"], ["comment_2"])
    assert [n.id for n in part] == ["dense_1", "tanh_1", "dense_2"]
    assert [(e.source, e.target) for e in part.edges] == [("dense_1", "tanh_1"), ("tanh_1", "dense_2")]
    assert [g.title for g in part.groups] == ["First"] and [c.text for c in part.comments] == ["two"]


def test_ports_of_a_merge_close_up_so_that_the_part_can_be_read_back() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.add(*(b.dense(x, units=3) for _ in range(3))))
    part = parts.extract(b.build(), ["dense_3", "add_1"])
    assert [e.target_port for e in part.edges] == ["a"]
    assert Graph.from_json(part.to_json()) == part


def test_names_are_free_where_the_part_goes() -> None:
    named = edits.rename_node(GRAPH, "dense_2", "hidden")
    grouped = annotation.add_comment(annotation.group_nodes(named, ["dense_1", "hidden"]), "why", (1, 2))
    grouped = edits.set_frozen(grouped, ["hidden"], True)
    part = parts.extract(grouped, ["dense_1", "hidden"], ["comment_1"])
    result, nodes, comments = parts.insert(grouped, part, (10, 20))
    # dense_2 is free since the renaming
    assert nodes == ("dense_2", "hidden_2") and comments == ("comment_2",)
    assert result["hidden_2"].frozen and result["hidden_2"].position[0] == grouped["hidden"].position[0] + 10
    assert result.groups[-1].members == nodes and result.comments[-1].position == (11.0, 22.0)
    again, nodes, _ = parts.insert(Graph(), part)
    assert nodes == ("dense_1", "hidden") and again == part


@given(graph=networks.graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_part_reads_back_and_goes_in_without_touching_the_rest(graph: Graph, data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from([n.id for n in graph])))
    part = parts.extract(graph, chosen)
    assert Graph.from_json(part.to_json()) == part
    result, nodes, _ = parts.insert(graph, part)
    assert edits.remove_nodes(result, nodes) == graph
    assert len(result) == len(graph) + len(chosen) and infer(result).shapes.items() >= infer(graph).shapes.items()
    validate(result)
