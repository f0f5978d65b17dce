"""The room a card takes, as the layout knows it without a window."""

from __future__ import annotations

import networks
import pytest

from nnlab.graph import docking
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.card_size import FILTERS, FOOT, HEIGHT, MAPS, PART_GAP, TEXT, filters_of, height_of, maps_of, size_of
from nnlab.graph.layout import arrange
from nnlab.graph.validation import infer


def convolution() -> GraphBuilder:
    builder = GraphBuilder()
    image = builder.reshape(builder.input(features=64), shape="1, 8, 8", id="image")
    hidden = builder.max_pool2d(builder.relu(builder.conv2d(image, filters=4, kernel_size=3, padding=1, id="conv")), id="pool")
    builder.cross_entropy(builder.dense(builder.flatten(hidden), units=3, id="head"))
    return builder


def test_a_convolution_shows_filters_and_maps_a_pooling_maps_alone() -> None:
    graph = convolution().build()
    shape, cards = infer(graph).get, docking.shown(graph)
    assert maps_of(graph, shape, cards["conv"]) == (4, 8, 8) and filters_of(graph, shape, cards["conv"]) == (4, 1, 3, 3)
    assert maps_of(graph, shape, cards["pool"]) == (4, 4, 4) and filters_of(graph, shape, cards["pool"]) is None
    assert maps_of(graph, shape, cards["head"]) is None and size_of(graph, shape, cards["head"]).height == HEIGHT
    assert size_of(graph, shape, cards["conv"]).height == TEXT + FILTERS + PART_GAP + MAPS + FOOT
    assert size_of(graph, shape, cards["pool"]).height == TEXT + MAPS + FOOT


def test_rows_keep_off_high_cards() -> None:
    graph = arrange(convolution().build())
    shape, cards = infer(graph).get, docking.shown(graph)
    boxes = {name: (docking.place(graph, card), size_of(graph, shape, card)) for name, card in cards.items()}
    for name, ((x, y), size) in boxes.items():
        for other, ((ox, oy), other_size) in boxes.items():
            if other != name and abs(x - ox) < 120.0:
                assert abs(y - oy) >= (size.height + other_size.height) / 2


def test_what_is_not_known_yet_is_an_ordinary_card() -> None:
    graph = networks.mlp([2, 3, 1])
    card = docking.shown(graph)["dense_1"]
    assert maps_of(graph, lambda node, tensor: None, card) is None
    assert size_of(graph, lambda node, tensor: None, card).height == HEIGHT


@pytest.mark.parametrize(
    ("units", "inputs", "open_width", "open_height"),
    [
        (1, 2, 92.0 + 66.0, 62.0 + 40.0), (8, 2, 92.0 + 66.0, 62.0 + 8 * 40.0), (9, 2, 92.0 + 66.0, 62.0 + 8 * 40.0),
        (16, 2, 92.0 + 66.0, 62.0 + 8 * 40.0), (17, 2, 92.0 + 66.0, 414.0),
        (10, 100, 92.0 + 66.0, 62.0 + 8 * 40.0), (10, 101, 92.0 + 150.0, 62.0 + 8 * 40.0),  # 1000 weights, and 1010
    ],
)  # fmt: skip
def test_an_opened_card_has_room_for_its_neurons_and_for_its_weights_before_it(
    units: int, inputs: int, open_width: float, open_height: float
) -> None:
    """92 + 66, or 150 for a matrix of more than 1000 weights; 62 and 40 for each of at most eight tiles, 414 above 16 units."""
    graph = networks.mlp([inputs, units, 1])
    found = size_of(graph, infer(graph).get, docking.shown(graph)["dense_1"])
    assert (found.width, found.height, found.open_width, found.open_height) == (168.0, 80.0, open_width, open_height)


def test_a_card_without_weights_and_a_loss() -> None:
    """44 before a card without weights. A loss is 136 × 196 opened; names of letters 8.8 wide with 28 beside them make cards wider."""
    b = GraphBuilder()
    b.mse(b.dense(b.scale(b.input(features=3)), units=1), id="a_loss_with_a_long_name")
    graph = arrange(b._graph)
    shape, cards = infer(graph).get, docking.shown(graph)
    scale = size_of(graph, shape, cards["scale_1"])
    assert (scale.open_width, scale.open_height) == (92.0 + 44.0, 62.0 + 3 * 40.0)
    loss = size_of(graph, shape, cards["a_loss_with_a_long_name"])
    wide = 28.0 + 8.8 * len(cards["a_loss_with_a_long_name"].title)
    assert (loss.width, loss.height, loss.open_width, loss.open_height) == pytest.approx((wide + 44.0, 80.0, wide + 44.0, 196.0))
    short = networks.mlp([2, 1])
    assert size_of(short, infer(short).get, docking.shown(short)["mse_1"]).open_width == 136.0 + 44.0


def test_heights_of_pictures() -> None:
    """58 of text, 78 of maps and 8 below: 144; filters of 40 with a gap of 6 above the maps: 190."""
    assert (height_of(False, False), height_of(True, False), height_of(True, True)) == (80.0, 144.0, 190.0)
