"""Groups and comments change nothing that is computed, follow their nodes, and survive being written down."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import GraphError
from nnlab.graph import annotation, card_edits, docking, edits
from nnlab.graph.diff import diff
from nnlab.graph.graph import Graph

GRAPH = mlp([2, 8, 8, 1])
GROUPED = annotation.group_nodes(GRAPH, ["tanh_1", "dense_1"], "First layer")


def test_a_group_keeps_the_order_of_the_nodes_and_computes_the_same() -> None:
    (group,) = GROUPED.groups
    assert (group.title, group.members, group.collapsed) == ("First layer", ("dense_1", "tanh_1"), False)
    difference = diff(GRAPH, GROUPED)
    assert difference.computes_the_same and difference.annotated and not difference.is_empty and not difference.only_moves


def test_a_node_is_in_one_group_and_an_empty_group_is_gone() -> None:
    again = annotation.group_nodes(GROUPED, ["dense_1", "dense_2"])
    assert [(g.title, g.members) for g in again.groups] == [("First layer", ("tanh_1",)), ("Group 2", ("dense_1", "dense_2"))]
    assert not edits.remove_nodes(GROUPED, ["dense_1", "tanh_1"]).groups
    assert edits.rename_node(GROUPED, "dense_1", "hidden").groups[0].members == ("hidden", "tanh_1")
    assert annotation.ungroup(GROUPED, "group_1") == GRAPH


def test_an_activation_docks_within_its_group_only() -> None:
    assert docking.host(GROUPED, "tanh_1") == "dense_1"
    assert docking.host(annotation.group_nodes(GRAPH, ["dense_1"]), "tanh_1") is None


def test_what_is_inserted_between_members_joins_their_group() -> None:
    edge = GROUPED.incoming("tanh_1")[0]
    assert edits.insert_on_edge(GROUPED, edge, "dense", (0, 0)).group_of["dense_4"].id == "group_1"
    assert "dense_4" not in edits.insert_on_edge(GROUPED, GROUPED.incoming("dense_1")[0], "dense", (0, 0)).group_of


def test_groups_fold_and_take_titles() -> None:
    folded = annotation.set_group(GROUPED, "group_1", title="  Encoder \n part ", collapsed=True)
    assert (folded.groups[0].title, folded.groups[0].collapsed) == ("Encoder part", True)
    for title in ("", " ", "x" * 81):
        with pytest.raises(GraphError, match="title has 1 to 80"):
            annotation.set_group(GROUPED, "group_1", title=title)
    with pytest.raises(GraphError, match="no group 'other'"):
        annotation.ungroup(GROUPED, "other")
    with pytest.raises(GraphError, match="at least one node"):
        annotation.group_nodes(GRAPH, [])


def test_comments_are_written_moved_and_removed() -> None:
    graph = annotation.add_comment(GRAPH, " the bottleneck ", (8, 16))
    assert (graph.comments[0].text, graph.comments[0].position) == ("the bottleneck", (8.0, 16.0))
    moved = annotation.set_comment(graph, "comment_1", "wide", (0, 0))
    assert (moved.comments[0].text, moved.comments[0].position) == ("wide", (0.0, 0.0))
    assert annotation.remove_comments(graph, ["comment_1"]) == GRAPH
    with pytest.raises(GraphError, match="1 to 4,000"):
        annotation.add_comment(GRAPH, "  ", (0, 0))
    with pytest.raises(GraphError, match="no comment"):
        annotation.remove_comments(GRAPH, ["comment_1"])


def test_everything_is_read_back() -> None:
    graph = annotation.add_comment(annotation.set_group(GROUPED, "group_1", collapsed=True), "why", (1, 2))
    graph = edits.set_frozen(graph, ["dense_1"], True)
    assert Graph.from_json(graph.to_json()) == graph


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        ('{"id": "g", "title": "G", "members": ["nowhere"]}', "names a node 'nowhere' that is not there"),
        ('{"id": "g", "title": "G", "members": []}', "has no members"),
        ('{"id": "g", "title": "G", "members": ["dense_1", "dense_1"]}', "is in two groups"),
        ('{"id": "", "title": "G", "members": ["dense_1"]}', "every group needs its own"),
    ],
)
def test_wrong_groups_in_a_file_are_refused(group: str, reason: str) -> None:
    text = f'{{"nodes": [{{"id": "dense_1", "operator": "dense"}}], "groups": [{group}]}}'
    with pytest.raises(GraphError, match=reason):
        Graph.from_json(text)


def test_a_node_is_spliced_into_an_edge_and_taken_out_again() -> None:
    loose = edits.add_node(GRAPH, "relu")
    edge = loose.incoming("dense_2")[0]
    spliced = card_edits.splice(loose, "relu_1", edge)
    assert [e.source for e in spliced.inputs("dense_2")] == ["relu_1"] and [e.source for e in spliced.inputs("relu_1")] == ["tanh_1"]
    out = edits.detach_node(spliced, "relu_1")
    assert not out.incoming("relu_1") and not out.outgoing("relu_1") and set(out.edges) == set(GRAPH.edges)
    with pytest.raises(GraphError, match="cannot be inserted between"):
        card_edits.splice(loose, "mse_1", edge)
    with pytest.raises(GraphError, match="already connected to this edge"):
        card_edits.splice(GRAPH, "dense_2", edge)


@pytest.mark.parametrize(("length", "is_refused"), [(80, False), (81, True), (0, True)])
def test_a_title_has_up_to_eighty_letters(length: int, is_refused: bool) -> None:
    graph = annotation.group_nodes(mlp([2, 3, 1]), ["dense_1"])
    if is_refused:
        with pytest.raises(GraphError, match="A group's title has 1 to 80 characters"):
            annotation.set_group(graph, "group_1", title="t" * length)
    else:
        assert annotation.set_group(graph, "group_1", title="t" * length).groups[0].title == "t" * length


@pytest.mark.parametrize(("length", "is_refused"), [(4000, False), (4001, True), (0, True)])
def test_a_comment_has_up_to_four_thousand_letters(length: int, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(GraphError, match="A comment has 1 to 4,000 characters"):
            annotation.add_comment(Graph(), "w" * length, (0.0, 0.0))
    else:
        assert annotation.add_comment(Graph(), "w" * length, (1.0, 2.0)).comments[0].position == (1.0, 2.0)


def test_new_groups_and_comments_take_the_lowest_number_that_is_free() -> None:
    graph = mlp([2, 3, 3, 1])
    for node in ("dense_1", "dense_2", "dense_3"):
        graph = annotation.add_comment(annotation.group_nodes(graph, [node]), node, (0.0, 0.0))
    graph = annotation.remove_comments(annotation.ungroup(graph, "group_2"), ["comment_2"])
    graph = annotation.add_comment(annotation.group_nodes(graph, ["tanh_1"]), "new", (0.0, 0.0))
    assert [(g.id, g.title) for g in graph.groups] == [("group_1", "Group 1"), ("group_3", "Group 3"), ("group_2", "Group 2")]
    assert [c.id for c in graph.comments] == ["comment_1", "comment_3", "comment_2"]


def test_two_nodes_outside_of_any_group_are_in_no_group_together() -> None:
    graph = annotation.group_nodes(mlp([2, 3, 1]), ["dense_1", "tanh_1"])
    assert annotation.same_group(graph, "dense_1", "tanh_1") is True
    assert annotation.same_group(graph, "dense_1", "dense_2") is annotation.same_group(graph, "mse_1", "dense_2") is False
    assert annotation.join_group(graph, "dense_2", "mse_1") is graph and annotation.join_group(graph, "tanh_1", "dense_1") is graph
    assert annotation.join_group(graph, "dense_2", "dense_1").groups[0].members == ("dense_1", "tanh_1", "dense_2")
    assert annotation.join_group(graph, "tanh_1", "dense_2").groups[0].members == ("dense_1",)
