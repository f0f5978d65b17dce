"""Heat maps of matrices: full resolution of what is seen, numbers in cells that are large enough, headings."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from nnlab.ui.canvas.painting.matrix import READABLE, Cells, headings, strongest
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.colormaps import NOT_A_NUMBER, sign_pixels

SIZE = 200


@pytest.fixture
def kit(theme):
    return PaintKit(theme)


def painted(cells, rect, size=SIZE):
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    cells.paint(painter, rect, QRectF(0, 0, size, size), 1.0)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(size, size).copy()


def test_a_cell_larger_than_a_pixel_has_its_own_colour(kit):
    values = np.array([[1.0, -1.0], [0.5, 0.0]])
    pixels = painted(Cells(values, 1.0, kit), QRectF(0, 0, 20, 20))
    expected = sign_pixels(values, 1.0, kit.is_dark)
    assert [pixels[5, 5], pixels[5, 15], pixels[15, 5], pixels[15, 15]] == expected.ravel().tolist()
    assert pixels[30, 30] == 0xFF000000


def test_of_cells_smaller_than_a_pixel_the_strongest_is_seen(kit):
    values = np.zeros((1000, 1000))
    values[777, 333] = -5.0
    pixels = painted(Cells(values, 5.0, kit), QRectF(0, 0, SIZE, SIZE))
    zero = sign_pixels(np.zeros((1, 1)), 5.0, kit.is_dark)[0, 0]
    rows, columns = np.nonzero(pixels != zero)
    assert rows.size
    assert abs(rows - 155).max() <= 1
    assert abs(columns - 66).max() <= 1


def test_only_the_part_that_is_seen_is_made(kit):
    cells = Cells(np.random.default_rng(0).normal(size=(256, 784)), 1.0, kit)
    painted(cells, QRectF(-40_000, -12_000, 78_400, 25_600))  # cells of 100 × 100 pixels
    assert cells._pixels.shape[0] <= 4
    assert cells._pixels.shape[1] <= 4


def test_a_block_is_the_same_wherever_the_picture_is_moved(kit):
    values = np.random.default_rng(1).normal(size=(900, 900))
    cells = Cells(values, 1.0, kit)
    still = painted(cells, QRectF(0, 0, 300, 300))
    moved = painted(cells, QRectF(-60, -60, 300, 300))
    assert np.array_equal(still[60:, 60:], moved[:-60, :-60])


@pytest.mark.parametrize(("size", "written"), [((44, 18), True), ((43, 18), False), ((44, 17), False)])
def test_numbers_stand_in_cells_that_are_large_enough(kit, size, written):
    assert READABLE == (44.0, 18.0)
    values = np.array([[0.25, -0.5], [1.0, 0.75]])
    pixels = painted(Cells(values, 1.0, kit), QRectF(0, 0, 2 * size[0], 2 * size[1]))
    colours = set(np.unique(pixels[: size[1], : size[0]]).tolist())
    assert (len(colours) > 1) == written


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_painted(kit, bad):
    """NaN in the colour of errors, what is infinite in full orange or blue. Seen beside the text in the cells."""
    pixels = painted(Cells(np.full((3, 3), bad), 1.0, kit), QRectF(0, 0, SIZE, SIZE))
    colour = QColor(*NOT_A_NUMBER[kit.is_dark]) if np.isnan(bad) else QColor("#fea660" if bad > 0 else "#81c5fe")
    assert {int(pixels[y, x]) for y in (2, 70, 198) for x in (2, 70, 198)} == {colour.rgb()}


@pytest.mark.parametrize(("count", "size", "found"), [
    (8, 40.0, [0, 1, 2, 3, 4, 5, 6, 7]), (256, 1.0, [0, 49, 99, 149, 199, 255]), (1, 100.0, [0]), (784, 0.1, [0, 783]), (10, 1.0, [0]),
])  # fmt: skip
def test_headings_are_round_numbers_that_do_not_touch(count, size, found):
    assert list(headings(count, size, 40.0)) == found


def test_strongest_keeps_signs_and_short_axes():
    values = np.array([1.0, -3.0, 2.0, 2.5, -0.5])
    assert strongest(values, 0, 2).tolist() == [-3.0, 2.5, -0.5]
    assert strongest(values, 0, 1) is values
