"""Convolutional networks by blocks: twice the filters in every block, as many halvings as the image allows."""

import pytest

from nnlab.core.preparation import DataSettings, prepare
from nnlab.core.target import Target
from nnlab.files.starting_network import graph_for
from nnlab.graph.convnet import ConvnetShape, convnet_graph, halvings
from nnlab.graph.validation import check
from nnlab.templates.template import templates


@pytest.mark.parametrize(("height", "width", "most"), [(8, 8, 3), (28, 28, 4), (7, 9, 2), (1, 5, 0), (16, 2, 1)])
def test_an_image_can_be_halved_until_a_side_is_gone(height: int, width: int, most: int) -> None:
    assert halvings(height, width) == most
    assert min(height, width) >> most >= 1 and min(height, width) >> (most + 1) == 0


def test_every_block_has_twice_the_filters_on_an_image_of_half_the_sides() -> None:
    graph = convnet_graph((1, 8, 8), Target("classes", ("a", "b", "c")), ConvnetShape(blocks=3, filters=4, units=6, dropout=0.1))
    shapes = check(graph)
    assert [shapes[f"pool_{k}", "y"] for k in (1, 2, 3)] == [(4, 4, 4), (8, 2, 2), (16, 1, 1)]
    assert [shapes[f"conv_{k}", "y"] for k in (1, 2, 3)] == [(4, 8, 8), (8, 4, 4), (16, 2, 2)]
    assert [group.title for group in graph.groups] == ["Block 1", "Block 2", "Block 3"]
    assert shapes[graph.inputs(graph.losses[0].id)[0].source, "y"] == (3,)


@pytest.mark.parametrize(("dropout", "is_dropped"), [(0.0, False), (0.25, True)])
def test_outputs_are_dropped_with_the_probability_that_was_asked_for(dropout: float, is_dropped: bool) -> None:
    graph = convnet_graph((3, 4, 4), Target("continuous", ("y",)), ConvnetShape(1, 2, 3, 5, dropout))
    assert [node.settings["p"] for node in graph if node.operator == "dropout"] == [dropout] * is_dropped
    assert check(graph)["input_1", "y"] == (48,)


def test_ones_own_images_begin_with_the_network_of_the_template() -> None:
    data = prepare(DataSettings("digits"))
    usual = {setting.name: setting.default for setting in templates["convnet"].settings}
    assert graph_for(data) == templates["convnet"].build(usual, data)
