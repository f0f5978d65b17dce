"""The picture of a network: valid XML with every card's name, whatever names hold; edges go round what stands between."""

import itertools
import re
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


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def _picture(graph: Graph) -> tuple[dict[str, tuple[float, float, float, float]], list[list[float]]]:
    """(left, top, right, bottom of the cards by their titles, in the order of drawing; numbers of every edge's path)."""
    root = ElementTree.fromstring(graph._repr_html_())
    space = "{http://www.w3.org/2000/svg}"
    frames = []
    for rect in root.iter(f"{space}rect"):
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        frames.append((x, y, x + width, y + height))
    titles = [text.text or "" for text in root.iter(f"{space}text") if text.attrib.get("font-weight")]
    return dict(zip(titles, frames, strict=True)), [_numbers(path.attrib["d"]) for path in root.iter(f"{space}path")]


def _in_a_row(*places: tuple[str, float, float]) -> Graph:
    """Sums at the places named, each joined to the next, the first also to the last."""
    nodes = [make_node(name, "add", position=(x, y)) for name, x, y in places]
    names = [name for name, _, _ in places]
    edges = [Edge(a, b, "a") for a, b in itertools.pairwise(names)]
    return Graph(tuple(nodes), (*edges, *([Edge(names[0], names[-1], "b")] if len(names) > 2 else [])))


def test_an_edge_leads_from_the_middle_of_a_cards_right_side_to_the_left_of_the_next_with_an_arrowhead() -> None:
    cards, (path,) = _picture(_in_a_row(("one", 0.0, 0.0), ("two", 400.0, 100.0)))
    (_, top, right, bottom), (left, other_top, _, other_bottom) = cards["one"], cards["two"]
    start, end = (right, (top + bottom) / 2), (left, (other_top + other_bottom) / 2)
    middle = (start[0] + end[0]) / 2  # both control points: the curve leaves and arrives level, and turns half-way
    expected = [*start, middle, start[1], middle, end[1], *end, end[0] - 7, end[1] - 4, *end, end[0] - 7, end[1] + 4]
    assert path == pytest.approx(expected, abs=0.06)
    assert end[1] - start[1] == pytest.approx(100.0, abs=0.1)


def test_an_edge_goes_round_below_what_stands_between() -> None:
    cards, paths = _picture(_in_a_row(("one", 0.0, 0.0), ("two", 300.0, 10.0), ("three", 600.0, 0.0)))
    round_it = max(paths, key=len)
    ys = round_it[1::2]
    assert cards["two"][3] < max(ys) < cards["two"][3] + 40.0  # below it, and near
    assert round_it[:2] == pytest.approx([cards["one"][2], (cards["one"][1] + cards["one"][3]) / 2], abs=0.06)
    # It is level from the left of the card to its right.
    points = list(zip(round_it[::2], ys, strict=True))
    low = [x for x, y in points if y == max(ys)]
    assert min(low) <= cards["two"][0] + 0.1 and max(low) >= cards["two"][2] - 0.1


def test_an_edge_to_the_next_row_runs_between_the_rows() -> None:
    cards, (path,) = _picture(_in_a_row(("one", 400.0, 0.0), ("two", 0.0, 200.0)))
    above, below = cards["one"][3], cards["two"][1]
    between = [y for y in path[1::2] if above < y < below]
    assert between and all(y == pytest.approx((above + below) / 2, abs=0.1) for y in between)
    assert path[2] == pytest.approx(path[0] + 20, abs=0.1) and path[3] == path[1]  # it leaves to the right first, level
    start, end = (cards["one"][2], path[1]), (cards["two"][0], (cards["two"][1] + cards["two"][3]) / 2)
    row = (above + below) / 2
    corners = [
        start, (start[0] + 20, start[1]), (start[0] + 20, row), (start[0], row),
        (start[0], row), (end[0], row), (end[0], row),
        (end[0] - 20, row), (end[0] - 20, end[1]), end,
    ]  # fmt: skip
    assert path[:20] == pytest.approx([number for corner in corners for number in corner], abs=0.1)


def test_an_edge_back_within_a_row_runs_a_cards_height_below_the_lower_of_both() -> None:
    cards, (path,) = _picture(_in_a_row(("one", 400.0, 0.0), ("two", 0.0, 40.0)))
    middles = {name: (top + bottom) / 2 for name, (_, top, _, bottom) in cards.items()}
    assert max(path[1::2]) == pytest.approx(middles["two"] + 80.0, abs=0.1)
    assert min(path[1::2]) == pytest.approx(middles["one"], abs=0.1)
    assert min(path[::2]) == pytest.approx(cards["two"][0] - 20.0, abs=0.1)  # in from the left
