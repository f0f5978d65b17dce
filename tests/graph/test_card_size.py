"""The room a card takes, as the layout knows it without a window."""

from __future__ import annotations

import networks

from nnlab.graph import docking
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.card_size import FILTERS, FOOT, HEIGHT, MAPS, PART_GAP, TEXT, filters_of, maps_of, size_of
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
