import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtGui import QColor

from nnlab.ui.look import colormaps
from nnlab.ui.look.tokens import DARK, LIGHT

THEMES = pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
FLOATS = arrays(np.float64, (4, 5), elements=st.floats(allow_nan=False))
VISIBLE = arrays(np.float64, (4, 5), elements=st.floats(1e-6, 1e6))


def hexes(table: np.ndarray) -> list[str]:
    return [bytes(row[:3]).hex() for row in table.astype(np.uint8)]


def test_tables_begin_middle_and_end_with_the_given_stops() -> None:
    sign = hexes(colormaps.sign_table(True))
    assert (sign[0], sign[255], sign[256], sign[511]) == ("81c5fe", "141619", "181513", "fea660")
    magnitude = hexes(colormaps.magnitude_table(False))
    assert (magnitude[0], magnitude[255]) == ("fcf9fb", "1d1b36")
    assert colormaps.sign_table(False).shape == (512, 4)
    assert colormaps.magnitude_table(True).dtype == np.uint8


@THEMES
def test_stops_between_lie_on_the_ramp(dark: bool) -> None:
    # Stop 4 of 0..8 is the middle of 256 entries: between 127 and 128.
    stop = np.array(list(bytes.fromhex("9b5ca9" if dark else "b061b3")))
    table = colormaps.magnitude_table(dark)[127:129, :3].astype(float)
    assert np.abs(table - stop).max() <= 2


@THEMES
def test_lightness_is_monotonic(dark: bool) -> None:
    """So that the maps read in grey, too."""
    luminance = colormaps.relative_luminance(colormaps.magnitude_table(dark))
    steps = np.diff(luminance) if dark else -np.diff(luminance)
    assert (steps > -1e-3).all()
    positive = colormaps.relative_luminance(colormaps.sign_table(dark)[256:])
    steps = np.diff(positive) if dark else -np.diff(positive)
    assert (steps > -1e-3).all()


def test_zero_is_close_to_the_canvas() -> None:
    for dark, tokens in ((True, DARK), (False, LIGHT)):
        zero = colormaps.sign_table(dark)[256, :3].astype(int)
        canvas = np.array([tokens.canvas.red(), tokens.canvas.green(), tokens.canvas.blue()])
        assert np.abs(zero - canvas).max() <= 7


@given(FLOATS, st.floats(1e-6, 1e6))
def test_the_sign_map_is_monotonic(values: np.ndarray, limit: float) -> None:
    index = colormaps.sign_index(values, limit)
    assert index.min() >= 0
    assert index.max() <= 511
    order = np.argsort(values, axis=None)
    assert (np.diff(index.ravel()[order]) >= 0).all()


@given(VISIBLE, st.floats(1e-6, 1e6))
def test_opposite_numbers_are_equally_strong(values: np.ndarray, limit: float) -> None:
    assert (colormaps.sign_index(values, limit) + colormaps.sign_index(-values, limit) == 511).all()


def test_the_sign_map_by_example() -> None:
    values = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, np.inf, np.nan])
    assert colormaps.sign_index(values, 1.0).tolist() == [0, 0, 127, 256, 384, 511, 511, 512]
    assert colormaps.sign_index(np.array([3.0, 0.0, np.nan]), 0.0).tolist() == [256, 256, 512]


def test_the_magnitude_map_by_example() -> None:
    values = np.array([-9.0, 0.0, 5.0, 10.0, 11.0, np.nan])
    assert colormaps.magnitude_index(values, 0.0, 10.0).tolist() == [0, 0, 128, 255, 255, 256]
    assert colormaps.magnitude_index(np.array([3.0, np.nan]), 2.0, 2.0).tolist() == [0, 256]


@THEMES
def test_images_hold_the_mapped_colors_row_by_row(dark: bool) -> None:
    values = np.array([[-1.0, 0.0, 1.0], [0.25, np.nan, -0.25]], dtype=np.float32)
    image = colormaps.sign_image(values, 1.0, dark)
    assert (image.width(), image.height()) == (3, 2)
    table = colormaps.sign_table(dark)
    assert image.pixelColor(0, 0) == QColor(*table[0].tolist())
    assert image.pixelColor(2, 0) == QColor(*table[511].tolist())
    assert image.pixelColor(1, 1) == QColor(*colormaps.NOT_A_NUMBER[dark])
    magnitude = colormaps.magnitude_image(np.array([[0.0], [1.0]]), 0.0, 1.0, dark)
    assert magnitude.pixelColor(0, 1) == QColor(*colormaps.magnitude_table(dark)[255].tolist())


def test_an_image_outlives_its_array() -> None:
    image = colormaps.sign_image(np.ones((30, 31)), 1.0, True)
    np.zeros((300, 310)).fill(7)
    assert image.pixelColor(30, 29).name() == "#fea660"


@THEMES
def test_not_a_number_is_the_error_color_of_the_tokens(dark: bool) -> None:
    assert QColor(*colormaps.NOT_A_NUMBER[dark]) == (DARK if dark else LIGHT).error


def test_decisions_are_half_as_strong() -> None:
    assert colormaps.decision_values(np.array([0.0, 1e9, -1e9])).tolist() == [0.0, 0.5, -0.5]
    assert colormaps.decision_values(np.array([2.0]))[0] == pytest.approx(1 / (1 + np.exp(-2.0)) - 0.5)
    certain = colormaps.decision_image(np.array([[50.0]]), True).pixelColor(0, 0)
    assert certain == colormaps.sign_image(np.array([[0.5]]), 1.0, True).pixelColor(0, 0)


@THEMES
def test_numbers_on_cells_are_readable(dark: bool) -> None:
    for table in (colormaps.sign_table(dark), colormaps.magnitude_table(dark)):
        rgb = table[:, :3].astype(np.uint32)
        pixels = rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
        white = colormaps.wants_white(pixels)
        ink = np.where(white[:, None], 255, 0).repeat(3, axis=1)
        best = colormaps.contrast(table, ink)
        assert best.min() >= 4.58
        assert (best >= colormaps.contrast(table, 255 - ink)).all()
    assert colormaps.ink(0xFF000000).name() == "#ffffff"
    assert colormaps.ink(0xFFFFFFFF).name() == "#000000"


def test_contrast_of_black_and_white() -> None:
    assert colormaps.contrast(np.array([0, 0, 0]), np.array([255, 255, 255])) == pytest.approx(21)


def test_limits_ignore_what_is_not_finite() -> None:
    values = np.append(np.linspace(-1, 1, 201), [np.nan, np.inf])
    assert colormaps.symmetric_limit(values) == pytest.approx(1, abs=0.02)
    assert colormaps.symmetric_limit(np.array([np.nan])) == 1.0
    assert colormaps.symmetric_limit(np.zeros(3)) == 1.0


@pytest.mark.parametrize(
    ("norms", "expected"),
    [([0.02, 3.0], (-2, 1)), ([0.5], (-1, 0)), ([1.0], (0, 1)), ([0.0, np.nan], (-1, 0)), ([1e-7, 1e-7], (-7, -6))],
)
def test_norms_are_shown_over_whole_decades(norms: list[float], expected: tuple[int, int]) -> None:
    assert colormaps.decade_range(np.array(norms)) == expected
