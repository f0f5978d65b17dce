"""Decision pictures, class colours, bands, dashes: arithmetic that ends in pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from nnlab.core.dataset import Target
from nnlab.training.metrics import probabilities
from nnlab.ui.look.colormaps import contrast, decision_values, sign_pixels
from nnlab.ui.panels.plotting.class_colors import as_hex, class_colors
from nnlab.ui.panels.plotting.decision_picture import decision_pixels
from nnlab.ui.panels.plotting.plot import dashes
from nnlab.ui.panels.plotting.seed_bands import band_image

BINARY, CLASSES, NUMBER = Target("binary", ("no", "yes")), Target("classes", ("a", "b", "c")), Target("continuous", ("y",))


def test_probabilities_follow_the_link_of_the_loss() -> None:
    assert probabilities(np.array([0.0]), "sigmoid").tolist() == [0.5, 0.5]
    assert probabilities(np.array([1.7]), "identity").tolist() == [0.0, 1.0]
    shares = probabilities(np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, 0.0]]), "softmax")
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0]) and shares[1].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("dark", [True, False])
def test_a_binary_decision_is_the_sign_map_at_half_strength_upside_down(dark: bool) -> None:
    logits = np.array([[[-3.0]], [[2.0]]])  # row 0 is the lowest second feature
    expected = sign_pixels(decision_values(np.array([[2.0], [-3.0]])), 1.0, dark)
    assert decision_pixels(logits, BINARY, "sigmoid", 1.0, dark).tolist() == expected.tolist()


def test_two_logits_decide_by_their_difference() -> None:
    one = decision_pixels(np.array([[[0.7]]]), BINARY, "sigmoid", 1.0, True)
    two = decision_pixels(np.array([[[0.2, 0.9]]]), BINARY, "softmax", 1.0, True)
    assert one.tolist() == two.tolist()


def test_a_number_is_scaled_by_the_largest_target() -> None:
    assert decision_pixels(np.array([[[2.0]]]), NUMBER, "identity", 2.0, True)[0, 0] == sign_pixels(np.array(0.5), 1.0, True)


def test_classes_get_paler_the_less_certain_the_network_is() -> None:
    def distance(logit: float) -> float:
        pixel = int(decision_pixels(np.array([[[logit, 0.0, 0.0]]]), CLASSES, "softmax", 1.0, True)[0, 0])
        canvas = int(decision_pixels(np.array([[[0.0, 0.0, 0.0]]]), CLASSES, "softmax", 1.0, True)[0, 0])
        return sum(abs((pixel >> shift & 255) - (canvas >> shift & 255)) for shift in (0, 8, 16))

    assert 0 < distance(1.0) < distance(3.0) < distance(30.0)


def rgb(pixel: np.uint32) -> list[int]:
    return [int(pixel) >> shift & 255 for shift in (24, 16, 8, 0)]


@pytest.mark.parametrize(("dark", "canvas"), [(True, (0x14, 0x16, 0x19)), (False, (255, 255, 255))])
def test_a_class_is_mixed_with_the_canvas_by_its_certainty(dark: bool, canvas: tuple[int, ...]) -> None:
    """Of three classes, certainty goes from 0 at a third to 1; a certain one is three fifths of its own colour."""
    for best in range(3):
        for share in (1.0, 0.8, 0.5, 1 / 3):
            outputs = np.full((1, 1, 3), (1.0 - share) / 2)
            outputs[..., best] = share
            certainty = (share - 1 / 3) / (2 / 3)
            mixed = [c + 0.6 * certainty * (own - c) for c, own in zip(canvas, class_colors(3, dark)[best], strict=True)]
            found = rgb(decision_pixels(outputs, CLASSES, "identity", 1.0, dark)[0, 0])
            assert found[0] == 255 and found[1:] == pytest.approx(mixed, abs=0.5001)


def test_the_first_row_is_the_lowest_second_feature() -> None:
    outputs = np.zeros((2, 3, 3))
    outputs[0, :, 1], outputs[1, :, 2] = 1.0, 1.0
    pixels = decision_pixels(outputs, CLASSES, "identity", 1.0, True)
    assert pixels.shape == (2, 3) and len(set(pixels[0])) == len(set(pixels[1])) == 1
    assert pixels[0, 0] == decision_pixels(outputs[1:], CLASSES, "identity", 1.0, True)[0, 0] != pixels[1, 0]


def test_shares_of_classes_are_those_of_the_softmax() -> None:
    assert probabilities(np.log([[1.0, 2.0, 5.0]]), "softmax")[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert probabilities(np.array([[-0.5, 0.25, 2.0]]), "identity").tolist() == [[0.0, 0.25, 1.0]]
    assert probabilities(np.array([[0.25]]), "identity").tolist() == [[0.75, 0.25]]
    assert probabilities(np.log([[3.0]]), "sigmoid")[0] == pytest.approx([0.25, 0.75])


def test_outputs_that_are_not_numbers_make_a_picture_without_an_error() -> None:
    outputs = np.full((3, 3, 3), np.nan)
    assert (decision_pixels(outputs, CLASSES, "softmax", 1.0, True) == 0xFF141619).all(), "the canvas"
    assert decision_pixels(outputs[..., :1], BINARY, "sigmoid", 1.0, True).shape == (3, 3)


@pytest.mark.parametrize("dark", [True, False])
def test_class_colours_are_no_sign_stand_out_and_differ(dark: bool) -> None:
    colors = class_colors(10, dark)
    assert len(set(colors)) == 10
    panel = np.array([0x1C, 0x1F, 0x23] if dark else [0xF4, 0xF5, 0xF7], dtype=np.uint8)
    for color in colors:
        assert contrast(np.array(color, dtype=np.uint8), panel) >= 3.0
        hue, saturation = QColor(*color).hslHueF(), QColor(*color).hslSaturationF()
        assert saturation <= 0.13 or not (0.02 <= hue <= 0.125 or 0.42 <= hue <= 0.72), color
    assert class_colors(200, dark)[:10] == colors
    muted = {"#CC6677", "#DDCC77", "#117733", "#882255", "#999933", "#AA4499"}  # of Paul Tol's list, those with a hue that is free
    assert as_hex(colors[0]).upper() in muted and len({as_hex(color).upper() for color in colors} & muted) >= 3


def test_a_band_fills_each_column_from_top_to_bottom_and_at_least_one_pixel() -> None:
    image = band_image(np.array([1.0, 2.0, np.nan]), np.array([3.0, 2.0, 3.0]), 5, QColor(255, 255, 255, 33))
    filled = [[image.pixelColor(x, y).alpha() > 0 for y in range(5)] for x in range(3)]
    assert filled == [[False, True, True, False, False], [False, False, True, False, False], [False] * 5]


def test_dashes_are_five_pixels_long_and_leave_three_out() -> None:
    x, y = dashes(np.array([0.0, 10.0]), np.array([0.0, 0.0]), (2.0, 1.0))  # 20 pixels
    assert x.tolist() == [0.0, 2.5, 4.0, 6.5, 8.0, 10.0] and not y.any()
    assert not len(dashes(np.array([1.0]), np.array([1.0]), (1.0, 1.0))[0])


def test_a_pattern_of_dashes_and_dots_goes_round_along_the_line() -> None:
    x, _ = dashes(np.array([0.0, 40.0]), np.zeros(2), (1.0, 1.0), (9.0, 3.0, 2.0, 3.0))
    assert x.reshape(-1, 2).tolist() == [[0, 9], [12, 14], [17, 26], [29, 31], [34, 40]]


def test_dashes_leave_out_what_is_not_a_number() -> None:
    x, y = dashes(np.arange(6.0), np.array([0.0, 0.0, np.nan, np.nan, 0.0, 0.0]), (8.0, 1.0))
    assert len(x) and np.isfinite(x).all() and np.isfinite(y).all()
    assert not ((x > 1.01) & (x < 3.99)).any()
