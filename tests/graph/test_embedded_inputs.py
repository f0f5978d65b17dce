"""Categories by number among the inputs: found again by the place of their column, and only those."""

from nnlab.graph.builder import GraphBuilder
from nnlab.graph.embedded_inputs import embedded_front, embeddings_of, fitting_embeddings, vector_length
from nnlab.graph.graph import Graph
from nnlab.graph.validation import check


def network() -> Graph:
    b = GraphBuilder()
    b.mse(b.dense(embedded_front(b, 4, {1: 9, 3: 25}), units=1))
    return b.build()


def test_each_column_of_categories_has_a_vector_beside_the_plain_columns() -> None:
    graph = network()
    found = embeddings_of(graph)
    assert {place: node.settings["vocabulary"] for place, node in found.items()} == {1: 9, 3: 25}
    width = check(graph)[graph.inputs("dense_1")[0].source, "y"]
    assert width == (2 + vector_length(9) + vector_length(25),) == (2 + 3 + 5,)


def test_an_embedding_of_something_else_than_one_input_column_is_not_one_of_them() -> None:
    b = GraphBuilder()
    source = b.input(features=4)
    of_two = b.embedding(b.slice(source, start=0, stop=2), vocabulary=5, features=2)
    of_hidden = b.embedding(b.slice(b.relu(source), start=0, stop=1), vocabulary=5, features=2)
    b.mse(b.dense(b.concat(b.flatten(of_two), b.flatten(of_hidden)), units=1))
    assert embeddings_of(b.build()) == {}


def test_embeddings_grow_with_the_categories_and_other_columns_are_refused() -> None:
    grown = fitting_embeddings(network(), {1: 9, 3: 30})
    assert grown is not None and {p: n.settings["vocabulary"] for p, n in embeddings_of(grown).items()} == {1: 9, 3: 30}
    assert fitting_embeddings(network(), {1: 9}) is None


def test_a_vector_is_as_long_as_the_root_of_its_categories_from_2_to_16() -> None:
    assert [vector_length(count) for count in (1, 4, 6, 7, 9, 240, 241, 256, 10_000)] == [2, 2, 2, 3, 3, 15, 16, 16, 16]


def test_plain_columns_between_categories_stay_together() -> None:
    """Columns 0, 3 and 4 are categories of six: what lies between them and behind them are two slices."""

    def slices(features: int, *places: int) -> tuple[list[tuple[int, int]], Graph]:
        b = GraphBuilder()
        b.mse(b.dense(embedded_front(b, features, dict.fromkeys(places, 4)), units=1))
        graph = b.build()
        return [(n.settings["start"], n.settings["stop"]) for n in graph if n.operator == "slice"], graph

    found, graph = slices(6, 4, 0, 3)
    assert found == [(1, 3), (5, 6), (0, 1), (3, 4), (4, 5)]
    assert check(graph)["concat_1", "y"] == (2 + 1 + 3 * 2,)
    assert sorted(embeddings_of(graph)) == [0, 3, 4]
    assert slices(2, 0, 1)[0] == [(0, 1), (1, 2)], "nothing is between them"
    alone, graph = slices(1, 0)
    assert alone == [(0, 1)] and "concat_1" not in graph
    assert slices(3)[0] == [], "without categories the input is read as it is"
