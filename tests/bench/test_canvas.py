"""The canvas benchmark measures what it says."""

import itertools

import pytest

from nnlab.bench.canvas import EDGES, NODES, curves_4096, frames, large_graph
from nnlab.graph.validation import validate


def test_the_large_graph_is_a_network_of_200_nodes_and_2000_edges():
    graph = large_graph()
    assert (len(graph.nodes), len(graph.edges)) == (NODES, EDGES)
    assert [d for d in validate(graph) if d.severity == "error"] == []
    assert graph == large_graph()


def test_every_frame_is_changed_and_painted():
    done: list[str] = []
    times = frames(lambda i: done.append(f"change {i}"), lambda: done.append("paint"), 3)
    assert done == list(itertools.chain.from_iterable((f"change {i}", "paint") for i in range(3)))
    assert len(times) == 3
    assert all(t >= 0 for t in times)


@pytest.mark.usefixtures("qapp")
def test_all_curves_are_drawn_anew_in_every_frame():
    assert curves_4096() > 0.5  # a frame that were not drawn would take microseconds
