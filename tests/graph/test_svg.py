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


SVG = "{http://www.w3.org/2000/svg}"


def test_three_lines_on_a_card_and_the_margin_around_it() -> None:
    """One card 80 high with 16 around it; name, summary and shape at 14 above, 4 and 24 below its middle."""
    root = ElementTree.fromstring(Graph((make_node("data", "input", {"features": 3}),))._repr_html_())
    (rect,) = root.iter(f"{SVG}rect")
    width = float(rect.attrib["width"])
    assert (rect.attrib["x"], rect.attrib["y"], rect.attrib["height"]) == ("16", "16", "80")
    assert [float(part) for part in root.attrib["viewBox"].split()] == pytest.approx([0, 0, width + 32, 112], abs=0.1)
    lines = [(float(text.attrib["x"]), float(text.attrib["y"]), text.text) for text in root.iter(f"{SVG}text")]
    assert [(y, words) for _, y, words in lines] == [(42.0, "data"), (60.0, lines[1][2]), (80.0, "→ 3")]
    assert all(x == pytest.approx(16 + width / 2, abs=0.06) for x, _, _ in lines)
    (title,) = root.iter(f"{SVG}title")
    assert title.text == "A network of 1 nodes"


def test_a_loss_has_no_shape_and_images_have_theirs() -> None:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=16, id="pixels"), shape="1, 4, 4", id="image")
    b.mse(b.dense(b.flatten(b.conv2d(image, filters=3, kernel_size=2, id="filters")), units=1, id="last"), id="error")
    root = ElementTree.fromstring(b.build()._repr_html_())
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    after = {name: words[words.index(name) + 2 : words.index(name) + 3] for name in ("pixels", "image", "filters", "last", "error")}
    assert [after[name] for name in ("pixels", "image", "filters", "last")] == [["→ 16"], ["→ 1 × 4 × 4"], ["→ 3 × 3 × 3"], ["→ 1"]]
    assert not any(word.startswith("→") for word in after["error"])


@pytest.mark.parametrize(("filters", "words"), [(16, "16 of 3 × 3 · tanh"), (128, "128 of 3 × 3 · ta…")])
def test_a_summary_longer_than_its_card_is_cut(filters: int, words: str) -> None:
    """A card of 120 has room for 18 letters of 6.5."""
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=16), shape="1, 4, 4")
    hidden = b.tanh(b.conv2d(image, filters=filters, kernel_size=3, id="first"), id="act")
    b.mse(b.dense(b.flatten(hidden), units=1))
    texts = [text.text for text in ElementTree.fromstring(b.build()._repr_html_()).iter(f"{SVG}text")]
    assert texts[texts.index("first") + 1] == words


def test_a_folded_group_is_one_card_and_counts_its_nodes() -> None:
    from nnlab.graph.annotation import group_nodes, set_group

    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=12, id="first"), id="act"), units=1, id="second"))
    graph = group_nodes(b.build(), ("first", "act"), "Both")
    root = ElementTree.fromstring(set_group(graph, graph.groups[0].id, collapsed=True)._repr_html_())
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words[words.index("Both") :][:3] == ["Both", "2 nodes", "→ 12"]
    assert len(list(root.iter(f"{SVG}path"))) == 3, "edges to it, from it, and to the loss"


def test_a_way_round_has_its_corners_at_the_card_between() -> None:
    """Twenty below the lowest card, level from its left to its right."""
    cards, paths = _picture(_in_a_row(("one", 0.0, 0.0), ("two", 300.0, 10.0), ("three", 600.0, 0.0)))
    (_, top, right, bottom), between, (left, *_) = cards["one"], cards["two"], cards["three"]
    level, low = (top + bottom) / 2, between[3] + 20
    corners = [
        (right, level), (between[0], level), (right, low), (between[0], low), (between[0], low), (between[2], low), (between[2], low),
        (left, low), (between[2], level), (left, level),
    ]  # fmt: skip
    assert max(paths, key=len)[:20] == pytest.approx([number for corner in corners for number in corner], abs=0.11)


@pytest.mark.parametrize(("height", "goes_round"), [(39.0, True), (41.0, False)])
def test_only_what_is_within_half_a_card_of_the_line_is_gone_round(height: float, goes_round: bool) -> None:
    _, paths = _picture(_in_a_row(("one", 0.0, 0.0), ("two", 300.0, height), ("three", 600.0, 0.0)))
    assert (max(map(len, paths)) == 26) == goes_round  # three curves and the arrowhead, or one


def test_an_empty_graph_is_a_small_picture_that_says_so() -> None:
    root = ElementTree.fromstring(Graph()._repr_html_())
    (words,) = root.iter(f"{SVG}text")
    assert root.attrib["viewBox"] == "0 0 200 40"
    assert (words.attrib["x"], words.attrib["y"], words.text, words.attrib["fill-opacity"]) == ("100", "25", "an empty graph", "0.7")
