"""How large cards are, and what lies between them, at a zoom: sums of what text, neurons and edges take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from networks import mlp

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import card_size
from nnlab.graph.graph import Edge, Graph
from nnlab.graph.validation import infer
from nnlab.templates.template import make, templates
from nnlab.ui.canvas.cards.compact_text import READABLE
from nnlab.ui.canvas.edges.weight_layer import MATRIX_FROM
from nnlab.ui.canvas.model import geometry
from nnlab.ui.canvas.model.content import CardContent, Weights, describe
from nnlab.ui.canvas.model.spacing import CLOSE, LEAST_STEP, MATRIX_ROOM, TENSOR_ROOM, WEIGHTS_ROOM
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.scene.card_sizes import KNOWN, LARGEST_NAME, LONGEST_LABEL, LONGEST_TITLE, SUMMARY, CardSizes, name_scale
from nnlab.ui.canvas.scene.placing import least_spacing
from nnlab.ui.look.theme import Theme


def cards_of(graph: Graph) -> dict[str, CardContent]:
    return describe(graph, infer(graph))


@pytest.fixture
def kit(theme: Theme) -> PaintKit:
    return PaintKit(theme)


def gap(
    sizes: CardSizes, cards: dict[str, CardContent], *, close: float | None = None, count: int = 6,
    frames: dict[str, tuple[str, float, float]] | None = None, is_joined: bool = True, apart: float = 60.0,
) -> float:  # fmt: skip
    """Free room between input_1 and dense_1, `apart` in the document, whose edge carries `count` weights."""
    pair = {name: cards[name] for name in ("input_1", "dense_1")}
    edge = Edge("input_1", "dense_1", "x", "y")
    weights = {edge: Weights("dense_1.weight", "dense_1.d_weight", "input_1.y", 1, count) if is_joined else None}
    places = {"input_1": (0.0, 0.0), "dense_1": (apart, 0.0)}
    found = least_spacing(pair, sizes, places, weights, {name: name for name in pair}, frames or {}, 1.0, close)
    middles = {name: found.to_scene(place).x() for name, place in places.items()}
    outlines = {name: sizes.of(card, 1.0, close is None, close, True).outline for name, card in pair.items()}
    return middles["dense_1"] + outlines["dense_1"].left() - middles["input_1"] - outlines["input_1"].right()


def test_weights_a_matrix_and_a_tensor_want_their_room(kit: PaintKit) -> None:
    cards = cards_of(mlp([2, 3, 1]))
    sizes = CardSizes(kit)
    assert gap(sizes, cards) == pytest.approx(WEIGHTS_ROOM)
    assert gap(sizes, cards, count=MATRIX_FROM) == pytest.approx(WEIGHTS_ROOM)
    assert gap(sizes, cards, count=MATRIX_FROM + 1) == pytest.approx(MATRIX_ROOM)
    assert gap(sizes, cards, is_joined=False) == pytest.approx(TENSOR_ROOM)
    assert gap(CardSizes(kit, image_shape=(1, 2)), cards) == pytest.approx(MATRIX_ROOM), "one picture for all pixels"
    assert gap(sizes, cards, close=1.0) == pytest.approx(TENSOR_ROOM), "no weights are drawn between compact cards"


def test_frames_take_room_where_an_edge_crosses_them(kit: PaintKit) -> None:
    sizes, cards = CardSizes(kit), cards_of(mlp([2, 3, 1]))
    one, other = ("a", 11.0, 30.0), ("b", 17.0, 30.0)
    assert gap(sizes, cards, frames={"input_1": one}) == pytest.approx(WEIGHTS_ROOM + 11.0)
    assert gap(sizes, cards, frames={"input_1": one, "dense_1": other}) == pytest.approx(WEIGHTS_ROOM + 28.0)
    assert gap(sizes, cards, frames={"input_1": one, "dense_1": one}) == pytest.approx(WEIGHTS_ROOM)


@pytest.mark.parametrize(("close", "step"), [(None, LEAST_STEP), (1.0, CLOSE)])
def test_columns_keep_a_share_of_their_distance(kit: PaintKit, close: float | None, step: float) -> None:
    sizes, cards = CardSizes(kit), cards_of(mlp([2, 3, 1]))
    outlines = [sizes.of(cards[name], 1.0, close is None, close, True).outline for name in ("input_1", "dense_1")]
    assert gap(sizes, cards, close=close, apart=2000.0) == pytest.approx(2000.0 * step - outlines[0].right() + outlines[1].left())


def test_a_name_from_afar_is_larger_than_meant_up_to_a_limit() -> None:
    assert name_scale(1.5, None) == 1.5
    assert name_scale(1.0, READABLE) == 1.0
    assert name_scale(1.0, READABLE / 2) == 2.0
    assert name_scale(1.0, READABLE / 4) == LARGEST_NAME
    assert name_scale(3.0, READABLE / 2) == 3.0


def test_a_compact_card_is_as_wide_as_its_name_or_its_summary(kit: PaintKit) -> None:
    card = replace(cards_of(mlp([2, 3, 1]))["dense_1"], title="a_layer_with_a_long_name", subtitle="")
    sizes = CardSizes(kit)
    name = kit.text_width(card.title, "name") / kit.scale
    assert sizes.of(card, 1.0, False, None, True).outline.width() == pytest.approx(28.0 + name)
    assert sizes.of(card, 1.5, False, None, True).outline.width() == pytest.approx(28.0 + 1.5 * name)
    assert sizes.of(card, 1.5, False, None, False).outline.width() == pytest.approx(28.0 + name), "it may not grow"
    assert sizes.of(card, 0.8, False, None, False).outline.width() == pytest.approx(max(geometry.COLLAPSED_WIDTH, 28.0 + 0.8 * name))
    wordy = replace(card, title="b", subtitle="some words of it")
    summary = kit.text_width(wordy.subtitle, "caption") / kit.scale
    assert sizes.of(wordy, 1.0, False, None, True).outline.width() == pytest.approx(max(geometry.COLLAPSED_WIDTH, 28.0 + summary - 8.0))
    between = next("w" * k for k in range(60) if 120.0 < kit.text_width("w" * k, "caption") / kit.scale < 150.0)
    found = sizes.of(replace(card, title="b", subtitle=between), 1.0, False, None, True).outline.width()
    assert found == pytest.approx(28.0 + kit.text_width(between, "caption") / kit.scale - 8.0), "a little under its sides"
    wordier = replace(card, title="b", subtitle="a summary of more words than any card grows for")
    assert sizes.of(wordier, 1.0, False, None, True).outline.width() == pytest.approx(28.0 + SUMMARY)
    two = replace(card, ports=("a", "b"))
    assert sizes.of(two, 1.0, False, None, True).outline.width() == pytest.approx(28.0 + name + 18.0), "ports are named beside it"


def test_from_afar_a_name_is_broken_and_counts_alone(kit: PaintKit) -> None:
    card = replace(cards_of(mlp([2, 3, 1]))["dense_1"], title="key_transposed", subtitle="a summary of more words than any card grows for")
    halves = [kit.text_width(part, "name") / kit.scale for part in ("key_", "transposed")]
    close = READABLE / 2
    expected = max(geometry.COLLAPSED_WIDTH, 28.0 + 2.0 * max(halves))
    assert CardSizes(kit).of(card, 1.0, False, close, True).outline.width() == pytest.approx(expected)
    whole = kit.text_width(card.title, "name") / kit.scale
    readable = CardSizes(kit).of(card, 1.0, False, READABLE, True).outline.width()
    assert readable == pytest.approx(max(geometry.COLLAPSED_WIDTH, 28.0 + max(whole, SUMMARY))), "still read as it is"


def test_features_stand_before_the_tiles_of_an_input(kit: PaintKit) -> None:
    cards = cards_of(mlp([3, 2, 1]))
    card = cards["input_1"]
    assert CardSizes(kit).labels(card) == ("x₁", "x₂", "x₃")
    assert CardSizes(kit, features=("length", "width", "mass")).labels(card) == ("length", "width", "mass")
    assert CardSizes(kit, features=("length", "width")).labels(card) == ("x₁", "x₂", "x₃"), "of other data"
    assert CardSizes(kit, image_shape=(1, 3), features=("a", "b", "c")).labels(card) == ("x₁", "x₂", "x₃"), "pixels go by numbers"
    assert CardSizes(kit).labels(cards["dense_1"]) == ()
    many = cards_of(mlp([geometry.ALL_UNITS + 1, 2, 1]))["input_1"]
    assert CardSizes(kit).labels(many) == ()
    assert len(CardSizes(kit).labels(cards_of(mlp([geometry.ALL_UNITS, 2, 1]))["input_1"])) == geometry.ALL_UNITS
    short, long = ("length", "width", "mass"), ("the length of a leaf of the plant in centimetres",) * 3
    plain = CardSizes(kit, features=short).of(card, 1.0, True, None, True).outline.width()
    grown = CardSizes(kit, features=long).of(card, 1.0, True, None, True).outline.width()
    widest = max(kit.text_width(name, "caption") / kit.scale for name in short)
    assert grown - plain == pytest.approx(LONGEST_LABEL - widest)


def test_one_tile_for_an_image_and_one_a_unit_for_others(kit: PaintKit) -> None:
    cards = cards_of(mlp([4, 3, 1]))
    assert len(CardSizes(kit, image_shape=(2, 2)).of(cards["input_1"], 1.0, True, None, True).tiles) == 1
    assert len(CardSizes(kit, image_shape=(2, 3)).of(cards["input_1"], 1.0, True, None, True).tiles) == 4
    assert len(CardSizes(kit).of(cards["dense_1"], 1.0, True, None, True).tiles) == 3
    assert CardSizes(kit).of(cards["dense_1"], 1.0, False, None, True).tiles == ()
    loss = cards["mse_1"]
    assert CardSizes(kit).of(loss, 1.0, True, None, True).is_expanded


def test_a_unit_gone_to_has_a_tile_among_many(kit: PaintKit) -> None:
    card = cards_of(mlp([2, 40, 1]))["dense_1"]

    def shown(sizes: CardSizes) -> list[int]:
        return [tile.unit for tile in sizes.of(card, 1.0, True, None, True).tiles]

    assert 20 not in shown(CardSizes(kit))
    assert 20 in shown(CardSizes(kit, guests={"dense_1": 20}))
    assert len(shown(CardSizes(kit))) - len(shown(CardSizes(kit, pictures=1.0))) == geometry.FIRST - geometry.FIRST_BESIDE_PICTURES


def test_pictures_are_left_out_shown_or_drawn_larger(kit: PaintKit) -> None:
    project = Project(data=DataSettings("digits"))
    graph = make(templates["convnet"], {}, project, prepare(project.data)).project.graph
    card = next(card for card in cards_of(graph).values() if card.filters is not None)

    def of(pictures: float | None, may_grow: bool = True) -> geometry.CardGeometry:
        return CardSizes(kit, pictures=pictures).of(card, 1.0, False, None, may_grow)

    plain = of(0.0)
    assert (plain.filters, plain.maps.places) == (None, ())
    assert plain.outline.height() == geometry.COLLAPSED_HEIGHT
    assert of(None).outline == of(1.0).outline
    assert of(1.0).filters is not None
    more = card_size.FILTERS + card_size.MAPS  # as high once more
    assert of(2.0).outline.height() - of(1.0).outline.height() == pytest.approx(more)
    assert of(2.0, may_grow=False).outline == of(1.0).outline
    layer = cards_of(mlp([2, 3, 1]))["dense_1"]
    wide = [CardSizes(kit, pictures=p).of(layer, 1.0, False, None, True).outline for p in (0.0, 2.0)]
    assert wide[0] == wide[1], "text alone takes no more room"


@pytest.fixture
def large_kit(theme: Theme) -> Iterator[PaintKit]:
    """At twice the interface scale."""
    theme.set_scale(2.0)
    yield PaintKit(theme)
    theme.set_scale(1.0)


def test_at_twice_the_interface_scale_text_is_measured_as_it_is_drawn(large_kit: PaintKit) -> None:
    """28 beside a compact card's name and a loss, and the least width of 120, are twice as much; 20 beside a name above tiles stay."""
    kit = large_kit
    sizes, cards = CardSizes(kit), cards_of(mlp([2, 3, 1]))
    card = replace(cards["dense_1"], title="alayerwithaverylongname", subtitle="")
    name = kit.text_width(card.title, "name")
    assert sizes.of(card, 1.0, False, None, True).outline.width() == pytest.approx(56.0 + name)
    assert sizes.of(card, 1.0, False, READABLE / 2, True).outline.width() == pytest.approx(56.0 + 2.0 * name), "half as large from afar"
    assert sizes.of(card, 1.0, True, None, True).outline.width() == pytest.approx(20.0 + name)
    assert sizes.of(replace(card, title="a"), 1.0, False, None, True).outline.width() == 240.0
    loss = replace(cards["mse_1"], title="a", subtitle="")
    assert sizes.of(loss, 1.0, True, None, True).outline.width() == pytest.approx(
        max(geometry.LOSS_WIDTH, 56.0 + kit.text_width("0.0000", "loss"))
    )


def test_only_an_input_that_stays_where_it_was_put_is_cut_to_a_names_room(kit: PaintKit) -> None:
    cards = cards_of(mlp([2, 3, 1]))
    long = "a_file_with_a_name_of_very_many_letters"
    name = kit.text_width(long, "name") / kit.scale
    given, layer = (replace(cards[node], title=long, subtitle="") for node in ("input_1", "dense_1"))
    sizes = CardSizes(kit)

    def width(card: CardContent, close: float | None, may_grow: bool) -> float:
        return sizes.of(card, 1.0, False, close, may_grow).outline.width() - 28.0

    assert width(given, None, False) == pytest.approx(LONGEST_TITLE)
    assert name > LONGEST_TITLE
    assert [width(given, None, True), width(given, 1.0, False), width(layer, None, False)] == pytest.approx([name] * 3)


def test_one_picture_has_no_label_before_it(kit: PaintKit) -> None:
    card = cards_of(mlp([4, 3, 1]))["input_1"]
    picture = CardSizes(kit, image_shape=(2, 2), features=("a", "b", "c", "d")).of(card, 1.0, True, None, True)
    rows = CardSizes(kit, features=("length of a leaf", "width of a leaf", "c", "d")).of(card, 1.0, True, None, True)
    assert picture.outline.center().x() == 0.0 > rows.outline.center().x()


def test_a_size_is_worked_out_once_for_what_it_follows_from(kit: PaintKit, large_kit: PaintKit) -> None:
    """Fit asks for the same ones at a dozen zooms, whenever the canvas gets another size."""
    cards = cards_of(mlp([40, 30, 1]))
    given, layer = cards["input_1"], cards["dense_1"]
    sizes = CardSizes(kit)
    asked = (1.0, True, None, True)
    first = sizes.of(layer, *asked)
    assert sizes.of(layer, *asked) is first
    assert sizes.of(replace(layer, title="another title of a card"), *asked).outline.width() > first.outline.width()
    assert sizes.of(layer, 2.0, True, None, True) != first
    sizes.pictures = 1.0
    assert len(sizes.of(layer, *asked).tiles) == len(first.tiles) - geometry.FIRST + geometry.FIRST_BESIDE_PICTURES
    sizes.pictures = None
    sizes.guests = {"dense_1": 20}
    assert 20 in [tile.unit for tile in sizes.of(layer, *asked).tiles]
    sizes.image_shape = (5, 8)
    assert len(sizes.of(given, *asked).tiles) == 1
    sizes.image_shape = None
    assert len(sizes.of(given, *asked).tiles) > 1
    before = sizes.of(layer, 1.0, False, None, True).outline.width()
    sizes.kit = large_kit
    assert sizes.of(layer, 1.0, False, None, True).outline.width() > before


def test_sizes_of_many_zooms_are_not_kept_for_ever(kit: PaintKit) -> None:
    sizes, card = CardSizes(kit), cards_of(mlp([2, 3, 1]))["dense_1"]
    for k in range(KNOWN + 100):
        sizes.of(card, 1.0 + k / 1000, False, None, True)
    assert len(sizes._known) <= KNOWN + 1
