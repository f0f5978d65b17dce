"""Where tiles, header and ports lie."""

import itertools
from dataclasses import replace

import pytest

from nnlab.ui.canvas.model import geometry
from nnlab.ui.canvas.model.content import LAYER, LOSS, CardContent

CARD = CardContent(
    id="dense_1", nodes=("dense_1", "tanh_1"), form=LAYER, title="dense_1", subtitle="8 · tanh", detail="24 parameters", category="Layers",
    ports=("x",), spare_port=False, has_output=True, units=8, is_output=False, bias="bias", bounded=True,
)  # fmt: skip


def expanded(units, **changes):
    return geometry.expanded(replace(CARD, units=units, **changes), 50.0)


def test_a_card_of_eight_is_as_the_look_says():
    shape = expanded(8)
    assert (shape.outline.width(), shape.header.height(), shape.tiles[0].rect.width()) == (92, 48, 34)
    assert shape.tiles[1].rect.top() - shape.tiles[0].rect.bottom() == 6
    assert shape.outline.bottom() - shape.tiles[-1].rect.bottom() == 14


@pytest.mark.parametrize("units", [1, 2, 8, 9, 13, 16, 17, 100, 4096])
def test_no_card_is_taller_than_the_canvas_of_a_small_window(units):
    assert expanded(units).outline.height() <= 430


@pytest.mark.parametrize("units", [1, 2, 8, 13, 16, 17, 100])
def test_tiles_are_centred_on_the_cards_position_and_apart(units):
    tiles = [tile.rect for tile in expanded(units).tiles]
    assert tiles[0].top() == pytest.approx(-tiles[-1].bottom())
    assert all(upper.bottom() + 2.9 <= lower.top() for upper, lower in itertools.pairwise(tiles))


def test_above_sixteen_units_the_first_and_last_are_shown():
    shape = expanded(32)
    assert [tile.unit for tile in shape.tiles] == [0, 1, 2, 3, 4, 5, 30, 31]
    assert shape.more is not None
    assert shape.tiles[5].rect.bottom() <= shape.more.top() + 1
    assert shape.more.bottom() <= shape.tiles[6].rect.top() + 1


@pytest.mark.parametrize("units", [3, 16, 17, 200])
def test_every_unit_has_a_height_of_its_own_in_order(units):
    heights = expanded(units).unit_heights(units)
    assert len(heights) == units
    assert heights == sorted(set(heights))


def test_the_output_of_a_single_unit_is_larger():
    assert expanded(1, is_output=True).tiles[0].rect.width() == 72
    assert expanded(1).tiles[0].rect.width() == 34


def test_one_picture_can_stand_for_all_units():
    shape = geometry.expanded(CARD, 50.0, tile_count=1)
    assert len(shape.tiles) == 1
    assert shape.tiles[0].rect.width() == 72


def test_a_long_name_widens_a_collapsed_card():
    assert geometry.collapsed(CARD, 50.0).outline.width() == 120
    assert geometry.collapsed(CARD, 200.0).outline.width() == 228


def test_ports_stay_in_the_middle_and_the_spare_one_comes_below():
    add = replace(CARD, ports=("a", "b", "c"), spare_port=True)
    inputs = geometry.collapsed(add, 50.0).inputs
    assert inputs["a"].y() == -inputs["b"].y() < 0
    assert inputs["c"].y() > inputs["b"].y()
    assert geometry.collapsed(CARD, 50.0).inputs["x"].y() == 0


def test_a_loss_receives_the_target_below_and_has_no_output():
    loss = replace(CARD, form=LOSS, has_output=False, units=None)
    shape = geometry.expanded(loss, 60.0)
    assert (shape.outline.width(), shape.outline.height()) == (136, 196)
    assert shape.target.y() == shape.outline.bottom()
    assert shape.output is None


@pytest.mark.parametrize(("zoom", "pixels"), [(0.35, 0.5), (0.7, 1.0), (1.0, 1.0), (1.2, 1.2), (1.25, 1.25), (4.0, 1.25)])
def test_text_keeps_its_size_within_limits(zoom, pixels):
    assert geometry.text_scale(zoom) * zoom == pytest.approx(pixels)
