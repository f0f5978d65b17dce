"""Where fixes put what they add: columns of 168, rows of 136, and what stands further right makes room."""

from __future__ import annotations

import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.fixes.building import append, image_of, insert_chain, remove_branch, setting_title, written
from nnlab.graph.graph import Edge, Graph


def chain(**places: tuple[float, float]) -> Graph:
    """input_1 → dense_1 → dense_2 → mse_1."""
    b = GraphBuilder()
    b.mse(b.dense(b.dense(b.input(features=2), units=3), units=1))
    return edits.move_nodes(b._graph, places)


EDGE = Edge("dense_1", "dense_2", "x")


@pytest.mark.parametrize(
    ("right", "steps", "middles", "moved"),
    [(200.0, 1, [200.0], 168.0), (368.0, 1, [200.0], 0.0), (367.0, 1, [200.0], 1.0), (532.0, 1, [282.0], 0.0),
     (200.0, 2, [200.0, 368.0], 336.0)],
)  # fmt: skip
def test_what_is_put_into_an_edge_stands_evenly_between_its_ends(right: float, steps: int, middles: list[float], moved: float) -> None:
    """From x = 32: k operators need k + 1 columns."""
    graph = chain(input_1=(0.0, 0.0), dense_1=(32.0, 8.0), dense_2=(right, 50.0), mse_1=(1200.0, 60.0))
    found = insert_chain(graph, EDGE, (("layer_norm", {}),) * steps)
    assert [found[f"layer_norm_{k + 1}"].position for k in range(steps)] == [(x, 8.0) for x in middles]
    assert found["dense_2"].position == (right + moved, 50.0) and found["mse_1"].position == (1200.0 + moved, 60.0)
    assert found["dense_1"].position == (32.0, 8.0) and found["input_1"].position == (0.0, 0.0)
    way = ["dense_1", *(f"layer_norm_{k + 1}" for k in range(steps)), "dense_2"]
    assert [[e.source for e in found.incoming(name)] for name in way[1:]] == [[name] for name in way[:-1]]


def test_what_is_added_behind_goes_to_the_right_or_below_where_something_is() -> None:
    graph = chain(input_1=(0.0, 0.0), dense_1=(10.0, 20.0), dense_2=(300.0, 40.0), mse_1=(500.0, 30.0))
    free = append(edits.remove_nodes(graph, ["mse_1"]), "dense_2", (("tanh", {}), ("dense", {"units": 1})))
    assert (free["tanh_1"].position, free["dense_3"].position) == ((468.0, 40.0), (636.0, 40.0))
    below = append(graph, "dense_1", (("tanh", {}), ("dense", {"units": 1})))
    assert (below["tanh_1"].position, below["dense_3"].position) == ((178.0, 176.0), (346.0, 176.0))
    assert [e.source for e in below.incoming("dense_3")] == ["tanh_1"] and [e.source for e in below.incoming("tanh_1")] == ["dense_1"]


def test_a_branch_that_somebody_else_reads_stays() -> None:
    graph = edits.connect(edits.add_node(chain(), "dense"), "dense_1", "dense_3")
    graph = edits.connect(edits.add_node(graph, "dense"), "dense_3", "dense_4")
    assert remove_branch(graph, "dense_4") == chain()
    assert [n.id for n in remove_branch(chain(), "mse_1")] == ["input_1"], "inputs stay"


def test_words() -> None:
    assert (written((1, 8, 8)), written((4,))) == ("1, 8, 8", "4")
    assert setting_title(chain(), "dense_1", "units") == "units"


@pytest.mark.parametrize(("apart", "moves"), [(1.0, False), (1.5, True)])
def test_what_stands_at_the_place_of_the_source_stays(apart: float, moves: bool) -> None:
    graph = chain(input_1=(32.0 + apart, 500.0), dense_1=(32.0, 8.0), dense_2=(200.0, 8.0))
    found = insert_chain(graph, EDGE, (("layer_norm", {}),))
    assert found["input_1"].position == (32.0 + apart + (168.0 if moves else 0.0), 500.0)


@pytest.mark.parametrize(
    ("length", "image"),
    [
        (1, None), (2, (1, 1, 2)), (3, (1, 1, 3)), (4, (1, 2, 2)), (6, (1, 2, 3)), (8, (1, 2, 4)),
        (9, (1, 3, 3)), (12, (3, 2, 2)),
        (13, (1, 1, 13)), (15, (1, 3, 5)), (27, (3, 3, 3)), (30, (1, 5, 6)),
        (36, (1, 6, 6)), (42, (1, 6, 7)), (48, (3, 4, 4)), (784, (1, 28, 28)),
        (3072, (3, 32, 32)),
    ],
)  # fmt: skip
def test_the_image_that_a_row_of_numbers_most_likely_is(length: int, image: tuple[int, int, int] | None) -> None:
    """Square and grey, else square in three colours, else of one colour and as near to a square as its length allows."""
    assert image_of(length) == image


def test_what_two_branches_were_computed_from_goes_with_them() -> None:
    b = GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(x, units=1, id="kept"))
    shared = b.dense(x, units=3, id="shared")
    b.add(b.tanh(shared, id="left"), b.relu(shared, id="right"), id="end")
    assert [node.id for node in remove_branch(b._graph, "end")] == ["input_1", "kept", "mse_1"]
