"""The pictures on tiles."""

import numpy as np
import pytest

from nnlab.ui.canvas.cards.tile_pictures import STRIPES, Range, TilePictures, sorted_batch


def test_a_batch_is_shown_sorted_from_lowest_to_highest():
    batch = np.array([[3.0, -1.0], [1.0, 5.0], [2.0, 0.0]])
    assert sorted_batch(batch, [0, 1]).tolist() == [[[1, 2, 3]], [[-1, 0, 5]]]


def test_a_large_batch_keeps_its_extremes():
    shown = sorted_batch(np.arange(1000.0).reshape(-1, 1), [0])
    assert shown.shape == (1, 1, STRIPES)
    assert (shown[0, 0, 0], shown[0, 0, -1]) == (0, 999)


def test_the_order_of_the_samples_does_not_matter():
    batch = np.random.default_rng(0).normal(size=(32, 4))
    assert np.array_equal(sorted_batch(batch, range(4)), sorted_batch(batch[::-1], range(4)))


def test_a_colour_scale_holds_still_while_values_use_it():
    scale = Range()
    first = scale.follow(np.array([1.0, -2.0]))
    assert scale.follow(np.array([1.6, -1.2])) == first
    assert scale.follow(np.array([4.0])) > first
    assert scale.follow(np.array([0.1])) < first


def test_only_a_different_picture_counts_as_a_change():
    tiles = TilePictures([0, 1], bounded=True)
    values = np.ones((2, 3, 3))
    assert tiles.show(values)
    assert not tiles.show(values.copy())
    values[0, 0, 0] = np.nan
    assert tiles.show(values)
    assert not tiles.show(values.copy())


def test_the_image_has_the_asked_size_and_the_colours_of_sign():
    tiles = TilePictures([0, 5], bounded=True)
    tiles.show(np.stack([np.full((2, 2), 1.0), np.full((2, 2), -1.0)]))
    image = tiles.image(10, 12, is_dark=True)
    assert (image.width(), image.height()) == (10, 24)
    place = tiles.source(5, 10, 12)
    warm, cold = image.pixelColor(5, 6), image.pixelColor(place.center())
    assert (warm.name(), cold.name()) == ("#fea660", "#81c5fe")


def test_between_opposite_signs_lies_darkness_not_a_mixture():
    tiles = TilePictures([0], bounded=True)
    tiles.show(np.array([[[-1.0, 1.0]]]))
    middle = tiles.image(41, 1, is_dark=True).pixelColor(20, 0)
    assert middle.lightness() == pytest.approx(22, abs=12)


def test_a_changed_picture_makes_a_new_image():
    tiles = TilePictures([0], bounded=True)
    tiles.show(np.ones((1, 1, 1)))
    before = tiles.image(4, 4, True).pixelColor(1, 1)
    tiles.show(-np.ones((1, 1, 1)))
    assert tiles.image(4, 4, True).pixelColor(1, 1) != before
