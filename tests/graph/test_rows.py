"""Where a chain is broken into rows. Zooms are those of the pages in the module: 800 × 480 compact; 800 × 380 and 890 × 270 opened."""

from __future__ import annotations

import pytest

from nnlab.graph.rows import Size, _filled, _worth, break_into_rows

THREE = [Size(100.0, 80.0, 150.0, 200.0), Size(200.0, 90.0, 250.0, 300.0), Size(300.0, 100.0, 350.0, 100.0)]


def layers(count: int, width: float = 168.0, height: float = 80.0, open_width: float = 150.0, open_height: float = 400.0) -> list[Size]:
    return [Size(width, height, open_width, open_height)] * count


@pytest.mark.parametrize(
    ("rows", "compact", "seen", "crossing"),
    [
        # 600 × 100 and 750 × 300: 800/600, and min(800/750, 380/300) and min(890/750, 270/300)
        ([[0, 1, 2]], 800 / 600, 0.75 + 0.75, 1.0),
        # 500 × (80 + 100 + 64) and 600 × (200 + 300 + 64); one edge crosses: 380/564, and 270/564 = 0.479 is not seen
        ([[0], [1, 2]], 800 / 500, 380 / 564, 1.0),
        # 300 × (90 + 100 + 64) and 400 × (300 + 100 + 64); three edges cross: 480/254, 380/464 is more than enough, 270/464 = 0.582
        ([[0, 1], [2]], 480 / 254, 0.75 + 270 / 464, 0.97**2),
        # 300 × (80 + 90 + 100 + 128) and 350 × (200 + 300 + 100 + 128): 480/398, 380/728 = 0.522 is not seen
        ([[0], [1], [2]], 480 / 398, 0.0, 0.97**2),
    ],
)  # fmt: skip
def test_rows_are_judged_by_names_then_neurons_then_size_then_number(rows: list, compact: float, seen: float, crossing: float) -> None:
    expected = (0.55, seen, 0.75 * crossing, -len(rows), compact * crossing)
    assert _worth(THREE, [1, 3], rows) == pytest.approx(expected)


def test_names_that_cannot_be_read_count_as_they_are() -> None:
    """2000 wide: 0.4; opened 3000 wide: nothing is seen."""
    row = [Size(1000.0, 80.0, 1500.0, 100.0)] * 2
    assert _worth(row, [1], [[0, 1]]) == pytest.approx((0.4, 0.0, 0.4, -1.0, 0.4))


def test_neurons_are_seen_from_a_zoom_of_54_percent() -> None:
    """380 / 703.7 is 0.54 and 380 / 704 is less; in the lower page, 270 high, neither is seen."""
    for height, seen in ((703.7, 380 / 703.7), (704.0, 0.0)):
        assert _worth([Size(100.0, 80.0, 100.0, height)], [], [[0]])[1] == pytest.approx(seen)


@pytest.mark.parametrize(
    ("width", "cuts", "rows"),
    [
        (300.0, [1] * 5, [[0, 1, 2], [3, 4, 5]]),  # exactly three
        (299.0, [1] * 5, [[0, 1], [2, 3], [4, 5]]),
        (400.0, [9, 9, 1, 5, 9], [[0, 1, 2], [3, 4, 5]]),  # within the last third, behind the third or fourth, the third cuts fewer
        (400.0, [0, 0, 5, 5, 0], [[0, 1, 2, 3], [4, 5]]),  # both as many: the later
        (450.0, [0, 0, 1, 5, 9], [[0, 1, 2, 3], [4, 5]]),  # 300 is no more than two thirds
        (50.0, [1] * 5, [[0], [1], [2], [3], [4], [5]]),  # each is wider than a row
        (600.0, [1] * 5, [[0, 1, 2, 3, 4, 5]]),
    ],
)  # fmt: skip
def test_a_row_is_filled_and_broken_in_its_last_third_where_fewest_edges_are_cut(width: float, cuts: list[int], rows: list) -> None:
    assert _filled(layers(6, 100.0), cuts, width) == rows


def test_what_fits_in_one_row_stays_in_one() -> None:
    """6 × 168 = 1008: 0.79, and no more is wanted. 8 × 168 = 1344: 0.595; two rows show it larger, unless its neurons are seen in one."""
    assert break_into_rows(layers(6, open_height=800.0), [1] * 5) == [[0, 1, 2, 3, 4, 5]]
    assert break_into_rows(layers(8, open_height=800.0), [1] * 7) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert break_into_rows(layers(8, open_height=400.0), [1] * 7) == [list(range(8))], "1200 × 400: 0.67 in both pages"


def test_a_long_chain_is_broken_where_few_edges_cross() -> None:
    """12 × 168 = 2016: 0.4 in one row, 0.79 in two. Where four edges cross the middle, three rows of four lose nothing: 0.97³ is 0.91."""
    assert break_into_rows(layers(12), [1] * 11) == [list(range(6)), list(range(6, 12))]
    cuts = [1] * 11
    cuts[5] = 4
    assert break_into_rows(layers(12), cuts) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_neurons_are_seen_as_wide_as_either_page_shows_them() -> None:
    """1250 wide: 0.64 in a page of 800, 0.712 in one of 890, both lower than the 0.75 that is enough."""
    assert _worth([Size(100.0, 80.0, 1250.0, 100.0)], [], [[0]])[1] == pytest.approx(800 / 1250 + 890 / 1250)


def test_there_are_twelve_rows_at_most() -> None:
    """300 × 168 = 50400: in n rows 800 n / 50400 wide and 480 / (144 n − 64) high; fifteen would be largest."""
    assert len(break_into_rows(layers(300), [1] * 299)) == 12
