"""Where fixes put what they add: columns of 168, rows of 136, and what stands further right makes room."""

from __future__ import annotations

import pytest

from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.fixes.building import append, insert_chain, remove_branch, setting_title, written
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
