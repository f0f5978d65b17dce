"""The rasteriser against what one can work out by hand: areas, symmetry, signs, borders."""

import numpy as np
import pytest

from nnlab.ui.canvas.edges import raster

ORANGE, BLUE = np.array([242, 154, 85], np.float32), np.array([102, 176, 240], np.float32)
COLUMNS, ROWS = 80, 120


def planes(start, end, width, tone, rows=ROWS, columns=COLUMNS):
    """Both planes without their padding, (rows, columns) each."""
    arrays = [np.array(a, np.float32) for a in (start, end, width, tone)]
    positive = np.zeros((columns, rows + raster.PADDING), np.float32)
    negative = np.zeros_like(positive)
    raster.draw_edges(positive, negative, *raster.s_curve(columns), *arrays)
    return positive[:, :rows].T, negative[:, :rows].T


def picture(start, end, width, tone):
    """Alpha, red, green and blue, (rows, columns, 4)."""
    made = raster.EdgePicture(ROWS, COLUMNS)
    arrays = [np.array(a, np.float32) for a in (start, end, width, tone)]
    made.draw(raster.s_curve(COLUMNS), *arrays, (ORANGE, BLUE))
    return np.stack([made.pixels >> shift & 255 for shift in (24, 16, 8, 0)], axis=-1).astype(int)


def test_s_curve_runs_from_0_to_1_level_at_both_ends_and_steepest_in_the_middle():
    height, slope = raster.s_curve(100)
    assert height[0] == pytest.approx(0, abs=1e-3)
    assert height[-1] == pytest.approx(1, abs=1e-3)
    assert height == pytest.approx(1 - height[::-1], abs=1e-5)
    assert slope.argmax() in (49, 50)
    assert slope.sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("width", [0.6, 1.0, 2.5, 4.2])
@pytest.mark.parametrize("y", [40.0, 40.3, 40.5])
def test_a_level_edge_covers_exactly_its_width(width, y):
    positive, _ = planes([y], [y], [width], [1.0])
    assert positive.sum(axis=0) == pytest.approx(width, rel=0.02)


def test_a_sloping_edge_covers_its_vertical_thickness_in_every_column():
    positive, _ = planes([20.0], [100.0], [2.0], [1.0])
    _, slope = raster.s_curve(COLUMNS)
    assert positive.sum(axis=0) == pytest.approx(2.0 * np.sqrt(1 + (80.0 * slope) ** 2), rel=0.06)


def test_coverage_is_symmetrical_above_and_below_the_edge():
    positive, _ = planes([60.0], [60.0], [3.4], [1.0])
    assert positive == pytest.approx(positive[::-1], abs=1e-5)


def test_a_rising_edge_mirrors_a_falling_one():
    falling, _ = planes([20.0], [100.0], [2.0], [0.8])
    rising, _ = planes([100.0], [20.0], [2.0], [0.8])
    assert falling == pytest.approx(rising[::-1], abs=1e-4)


def test_the_sign_of_the_tone_chooses_the_colour():
    warm = picture([60.0], [60.0], [4.0], [0.9])[60, 40]
    cold = picture([60.0], [60.0], [4.0], [-0.9])[60, 40]
    assert warm == pytest.approx([229, 218, 139, 77], abs=2)  # premultiplied: 0.9 of orange
    assert cold == pytest.approx([229, 92, 158, 216], abs=2)


def test_the_picture_does_not_depend_on_the_order_of_the_edges():
    rng = np.random.default_rng(0)
    start, end, width, tone = rng.uniform(5, 115, 60), rng.uniform(5, 115, 60), rng.uniform(0.6, 4, 60), rng.uniform(-1, 1, 60)
    order = rng.permutation(60)
    assert (picture(start, end, width, tone) == picture(start[order], end[order], width[order], tone[order])).all()


def test_many_faint_edges_stay_faint():
    y = np.full(500, 60.0)
    assert picture(y, y, np.full(500, 2.0), np.full(500, 0.2))[..., 0].max() <= 0.2 * 255 + 1


def test_the_stronger_sign_lies_on_top():
    over = picture([60.0, 60.0], [60.0, 60.0], [4.0, 4.0], [0.9, -0.3])[60, 40]
    assert over[1] > over[3]  # red of orange, not blue


def test_edges_are_cut_off_at_the_borders_and_leave_the_rest_alone():
    positive, negative = planes([-3.0, 400.0, 119.9], [-3.0, 500.0, 119.9], [8.0, 4.0, 4.0], [1.0, 1.0, -1.0])
    assert positive[0].max() == pytest.approx(1.0)
    assert positive[2:].max() == 0.0
    assert negative[:117].max() == 0.0
    assert negative[119].max() == pytest.approx(1.0)


def test_a_second_picture_starts_clean():
    made = raster.EdgePicture(ROWS, COLUMNS)
    one, none = np.ones(1, np.float32), np.zeros(0, np.float32)
    made.draw(raster.s_curve(COLUMNS), one * 60, one * 60, one * 4, one, (ORANGE, BLUE))
    made.draw(raster.s_curve(COLUMNS), none, none, none, none, (ORANGE, BLUE))
    assert not made.pixels.any()


def test_lines_of_their_own_span_are_drawn_like_edges_that_share_one():
    made = raster.EdgePicture(ROWS, COLUMNS)
    made.draw_lines(np.array([[0.0, 20.0, COLUMNS, 100.0]]), np.array([2.0]), np.array([1.0]), ORANGE)
    shared = picture([20.0], [100.0], [2.0], [1.0])
    assert (made.pixels >> 24).astype(int) == pytest.approx(shared[..., 0], abs=8)


def test_a_line_ends_within_a_column_by_its_share():
    made = raster.EdgePicture(ROWS, COLUMNS)
    made.draw_lines(np.array([[10.5, 60.0, 30.25, 60.0]]), np.array([2.0]), np.array([1.0]), ORANGE)
    alpha = (made.pixels >> 24)[60]
    assert alpha[[9, 10, 20, 30, 31]] == pytest.approx([0, 128, 255, 64, 0], abs=2)


def test_strength_is_relative_to_the_reference_and_what_is_not_finite_counts_as_nothing():
    assert raster.strengths(np.array([0.5, -1.0, 3.0, np.nan, np.inf]), 1.0) == pytest.approx([0.5, 1.0, 1.0, 0.0, 0.0])
    assert not raster.strengths(np.array([1.0, 2.0]), 0.0).any()


def test_width_and_tone_follow_the_look():
    strength = np.array([0.0, 0.5, 1.0], np.float32)
    assert raster.widths(strength) == pytest.approx([0.6, 0.6 + 3.6 * 0.5**1.25, 4.2])
    assert raster.tones(strength) == pytest.approx([0.18, 0.18 + 0.72 * 0.5**1.1, 0.9])


def overlap(y, width, rows=ROWS):
    """How much of every row of pixels a level stroke covers."""
    row = np.arange(rows)
    return np.clip(np.minimum(y + width / 2, row + 1) - np.maximum(y - width / 2, row), 0, None)


@pytest.mark.parametrize("width", [0.6, 1.0, 2.5, 9.0])
@pytest.mark.parametrize("y", [0.2, 40.0, 40.3, 60.75, 119.6])
@pytest.mark.parametrize("tone", [1.0, 0.25, -0.5])
def test_a_level_edge_gives_every_pixel_the_part_that_it_covers(y, width, tone):
    found = planes([y], [y], [width], [tone])
    own, other = found if tone > 0 else found[::-1]
    assert own == pytest.approx(np.repeat(overlap(y, width)[:, None] * abs(tone), COLUMNS, axis=1), abs=2e-5)
    assert not other.any()


@pytest.mark.parametrize(("left", "right"), [(0.0, 80.0), (10.5, 30.25), (-7.0, 3.5), (70.0, 99.0), (20.2, 20.7)])
@pytest.mark.parametrize("y", [0.2, 40.3, 119.6])
def test_a_level_line_covers_its_part_of_rows_and_columns(left, right, y):
    plane = np.zeros((COLUMNS, ROWS + raster.PADDING), np.float32)
    ends, width, tone = (np.array(a, np.float32) for a in ([[left, y, right, y]], [3.0], [0.5]))
    raster.draw_lines(plane, ends, width, tone, raster._TABLE)
    column = np.arange(COLUMNS)
    across = np.clip(np.minimum(right, column + 1) - np.maximum(left, column), 0, None)
    assert plane[:, :ROWS] == pytest.approx(0.5 * across[:, None] * overlap(y, 3.0)[None, :], abs=2e-5)


def test_a_line_goes_from_its_first_end_to_its_last():
    """Where the weighted middle of every column lies, against the cubic; upside down for a rising line."""
    height, slope = raster.s_curve(64)
    for start, end in ((20.0, 100.0), (100.0, 20.0)):
        plane = np.zeros((COLUMNS, ROWS + raster.PADDING), np.float32)
        ends, width, tone = (np.array(a, np.float32) for a in ([[8.0, start, 72.0, end]], [2.0], [1.0]))
        raster.draw_lines(plane, ends, width, tone, raster._TABLE)
        covered = plane[8:72, :ROWS]
        middles = (covered * (np.arange(ROWS) + 0.5)).sum(axis=1) / covered.sum(axis=1)
        assert middles == pytest.approx(start + (end - start) * height, abs=0.1)
        assert covered.sum(axis=1) == pytest.approx(2.0 * np.sqrt(1 + (80.0 * slope) ** 2), rel=0.06)


def test_what_lies_outside_draws_nothing():
    plane = np.zeros((COLUMNS, ROWS + raster.PADDING), np.float32)
    ends = np.array([[0, -9, 80, -9], [0, 130, 80, 130], [90, 5, 99, 5], [-9, 5, -1, 5], [30, 5, 30, 9], [40, 5, 30, 9]], np.float32)
    raster.draw_lines(plane, ends, np.full(6, 2, np.float32), np.ones(6, np.float32), raster._TABLE)
    assert not plane.any()


def test_the_curve_is_the_cubic_with_control_points_at_half_the_distance():
    """x = 1.5 t(1 - t) + t³, y = 3t² - 2t³: at t = ¼ and ¾ that is 19/64 and 5/32, 45/64 and 27/32."""
    for place, height in ((19 / 64, 5 / 32), (0.5, 0.5), (45 / 64, 27 / 32)):
        left = 3.5 - place * 16  # so that the middle of column 3 lies there
        found, slope = raster.s_curve(5, left, left + 16)
        assert found[3] == pytest.approx(height, abs=1e-5)
        ends = [raster.s_curve(5, left + shift, left + 16 + shift)[0][3] for shift in (0.5, -0.5)]
        assert slope[3] == pytest.approx(ends[1] - ends[0], abs=1e-6), "from the left to the right border of the column"
    outside, flat = raster.s_curve(8, 2.0, 5.0)
    assert (outside[:2] == 0).all() and (outside[5:] == 1).all() and (flat[[0, 7]] == 0).all()


@pytest.mark.parametrize(
    ("positive", "negative", "alpha"), [(1.0, 0.0, (1, 0)), (0.0, 0.5, (0, 0.5)), (0.6, 0.5, (0.6, 0.2)), (0.5, 0.6, (0.2, 0.6)),
    (0.5, 0.5, (0.5, 0.25))]
)  # fmt: skip
def test_the_weaker_sign_shines_through_what_the_stronger_leaves(positive, negative, alpha):
    shape = (40, 70)  # more than one block of 32 both ways
    planes = [np.full(shape, value, np.float32) for value in (positive, negative)]
    pixels = np.ones((shape[1] - raster.PADDING, shape[0]), np.uint32)
    raster.compose(*planes, ORANGE, BLUE, pixels)
    colour = alpha[0] * ORANGE + alpha[1] * BLUE
    expected = [255 * sum(alpha), *colour]
    found = [pixels >> shift & 255 for shift in (24, 16, 8, 0)]
    assert all(abs(part - value).max() <= 0.51 for part, value in zip(found, expected, strict=True))
    assert not any(plane[:, : len(pixels)].any() for plane in planes), "cleared for the next picture"
