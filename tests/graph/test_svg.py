"""The picture of a network: valid XML with every card's name, whatever names hold; edges go round what stands between."""

from xml.etree import ElementTree

import pytest

import nnlab
from nnlab.files.examples import example_names, load_example
from nnlab.graph.graph import Edge, Graph, make_node


@pytest.mark.parametrize("name", example_names())
def test_every_example_has_a_picture_with_all_its_cards(name: str) -> None:
    graph = load_example(name).graph
    root = ElementTree.fromstring(graph._repr_html_())
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    from nnlab.graph import docking

    assert {card.title for card in docking.shown(graph).values()} <= words
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(text.attrib["x"]) < width and 0 < float(text.attrib["y"]) < height


def test_names_are_words_and_a_circle_or_nothing_is_drawn_too() -> None:
    b = nnlab.GraphBuilder()
    x = b.input(features=2)
    b.mse(b.dense(x, units=1, id="<b>&\x07"))
    assert "&lt;b&gt;&amp;·" in b.build()._repr_html_()
    assert ElementTree.fromstring(Graph()._repr_html_()) is not None
    nodes = (make_node("a", "add"), make_node("b", "add"))
    circle = Graph(nodes, (Edge("a", "b", "a"), Edge("b", "a", "a")))
    assert ElementTree.fromstring(circle._repr_html_()) is not None
