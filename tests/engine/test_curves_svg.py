"""Loss curves as a picture: what lies where, in numbers; nothing recorded and numbers that are none."""

from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from nnlab.engine.curves_svg import MOST_POINTS, PlotAxis, curves_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_an_axis_places_numbers_and_has_round_ticks() -> None:
    even, decades = PlotAxis(0.0, 10.0, 100.0, 200.0), PlotAxis(0.01, 10.0, 300.0, 0.0, logarithmic=True)
    assert [even.place(v) for v in (0.0, 2.5, 10.0, 99.0)] == [100.0, 125.0, 200.0, 200.0]
    assert np.allclose([decades.place(v) for v in (0.01, 0.1, 10.0)], [300.0, 200.0, 0.0])
    assert even.ticks() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert np.allclose(decades.ticks(), [0.01, 0.1, 1.0, 10.0])


def test_the_lines_are_those_of_the_numbers() -> None:
    iterations, loss = np.arange(1, 5), np.array([4.0, 3.0, 2.0, 1.0])
    root = ElementTree.fromstring(curves_svg(iterations, loss, (loss - 0.5, loss + 0.5), np.array([2, 4]), np.array([3.0, np.nan])))
    lines = [line for line in root.iter(f"{SVG}polyline") if line.attrib["stroke-width"] == "2"]
    places = [tuple(map(float, point.split(","))) for point in lines[0].attrib["points"].split()]
    assert len(lines) == 1 and len(places) == 4
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(places))  # to the right and down
    words = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "training 1" in words and "validation 3" in words


def test_nothing_recorded_is_said() -> None:
    nothing = np.empty(0)
    assert "no iteration yet" in curves_svg(nothing, nothing, (nothing, nothing), nothing, nothing)
    only_nan = np.array([np.nan])
    assert "no iteration yet" in curves_svg(np.array([1]), only_nan, (only_nan, only_nan), nothing, nothing)


Words = dict[str, tuple[float, float]]
Points = list[tuple[float, float]]


def picture(
    iterations: np.ndarray, smoothed: np.ndarray, checks: object = (), validation: object = (), spread: float = 0.5
) -> tuple[Words, dict[str, list[Points]]]:
    """Words with where they stand; points of lines by their thickness ("1": of the grid), of the band under "band"."""
    extremes = smoothed - spread, smoothed + spread
    text = curves_svg(iterations, smoothed, extremes, np.asarray(checks, dtype=float), np.asarray(validation, dtype=float))
    root = ElementTree.fromstring(text)
    assert root.attrib["viewBox"] == "0 0 600 260"
    words = {found.text or "": (float(found.attrib["x"]), float(found.attrib["y"])) for found in root.iter(f"{SVG}text")}
    lines: dict[str, list[Points]] = {}
    for found in [*root.iter(f"{SVG}polyline"), *root.iter(f"{SVG}polygon")]:
        points = [(float(x), float(y)) for x, y in (point.split(",") for point in found.attrib["points"].split())]
        lines.setdefault(found.attrib.get("stroke-width", "band"), []).append(points)
    return words, lines


def test_every_place_of_a_small_picture() -> None:
    """Iterations 0 to 4 lie from 64 to 464, losses 0.5 to 4.5 from 220 up to 24: 49 for one."""
    words, lines = picture(np.arange(1, 5), np.array([4.0, 3.0, 2.0, 1.0]), [2, 4], [3.0, np.nan])
    assert lines["2"] == [[(164.0, 48.5), (264.0, 97.5), (364.0, 146.5), (464.0, 195.5)]]
    upper = [(164.0, 24.0), (264.0, 73.0), (364.0, 122.0), (464.0, 171.0)]
    lower = [(464.0, 220.0), (364.0, 171.0), (264.0, 122.0), (164.0, 73.0)]
    assert lines["band"] == [upper + lower]
    assert lines["1.5"] == [[(264.0, 97.5)]]
    assert lines["1"] == [[(64.0, y), (464.0, y)] for y in (195.5, 146.5, 97.5, 48.5)]  # of 1, 2, 3 and 4
    assert words.pop("iteration") == (264.0, 254.0)
    assert words.pop("loss") == (64.0, 20.0)
    assert words.pop("training 1") == (470.0, 199.5)
    assert words.pop("validation 3") == (470.0, 101.5)
    assert words == {"0": (64.0, 238.0), "1": (164.0, 238.0), "2": (264.0, 238.0), "3": (364.0, 238.0), "4": (464.0, 238.0)}


def test_numbers_of_the_grid_stand_left_of_it() -> None:
    words, _ = picture(np.arange(1, 3), np.array([0.3, 0.2]), spread=0.0)
    assert [words[name] for name in ("0.2", "0.3")] == [(56.0, 224.0), (56.0, 28.0)]


@pytest.mark.parametrize(("low", "high", "logarithmic"), [(1.0, 20.0, False), (1.0, 20.5, True), (0.1, 2.1, True), (10.0, 190.0, False)])
def test_beyond_twenty_to_one_the_axis_is_logarithmic(low: float, high: float, logarithmic: bool) -> None:
    """The geometric mean stands in the middle of such an axis, at 122, the mean of any other."""
    middle = np.sqrt(low * high) if logarithmic else (low + high) / 2
    _, lines = picture(np.arange(1, 4), np.array([high, middle, low]), spread=0.0)
    assert lines["2"] == [[(197.3, 24.0), (330.7, 122.0), (464.0, 220.0)]]


def test_an_empty_history_is_a_small_picture() -> None:
    nothing = np.empty(0)
    root = ElementTree.fromstring(curves_svg(nothing, nothing, (nothing, nothing), nothing, nothing))
    (words,) = root.iter(f"{SVG}text")
    assert root.attrib["viewBox"] == "0 0 200 40"
    assert (words.attrib["x"], words.attrib["y"], words.attrib["fill-opacity"]) == ("100", "25", "0.7")


def test_the_names_of_the_axes_and_the_grid_are_faint() -> None:
    loss = np.array([4.0, 3.0, 2.0, 1.0])
    root = ElementTree.fromstring(curves_svg(np.arange(1, 5), loss, (loss, loss), np.empty(0), np.empty(0)))
    faint = {text.text for text in root.iter(f"{SVG}text") if "fill-opacity" in text.attrib}
    assert faint == {"iteration", "loss"}
    assert {line.attrib.get("stroke-opacity") for line in root.iter(f"{SVG}polyline")} == {"0.15", None}


def test_a_loss_of_zero_has_no_logarithmic_axis() -> None:
    words, lines = picture(np.arange(1, 4), np.array([100.0, 50.0, 0.0]), spread=0.0)
    assert lines["2"] == [[(64.0 + 133.3, 24.0), (64.0 + 266.7, 122.0), (464.0, 220.0)]]
    assert "training 0" in words


def test_the_axis_reaches_to_the_last_check() -> None:
    _, lines = picture(np.arange(1, 5), np.array([4.0, 3.0, 2.0, 1.0]), [2, 8], [3.0, 2.0])
    assert [x for x, _ in lines["2"][0]] == [114.0, 164.0, 214.0, 264.0]
    assert [x for x, _ in lines["1.5"][0]] == [164.0, 464.0]


def test_words_at_the_ends_are_pushed_apart() -> None:
    words, _ = picture(np.arange(1, 3), np.array([4.0, 1.0]), [1, 2], [3.0, 1.1], spread=0.0)
    high, low = words["validation 1.1"][1], words["training 1"][1]  # 1 is at 220, 1.1 is 196 / 30 above
    assert high == pytest.approx(220 - 196 / 30 + 4, abs=0.06)
    assert low == pytest.approx(high + 18, abs=0.11)


def test_of_many_points_three_hundred_are_drawn_with_both_ends() -> None:
    iterations = np.arange(1, 1001)
    loss = np.linspace(10.0, 1.0, 1000)
    words, lines = picture(iterations, loss, iterations, loss, spread=0.0)
    assert MOST_POINTS == 300
    for width in ("2", "1.5"):
        assert len(lines[width][0]) == 300
        assert lines[width][0][0] == (64.4, 24.0)
        assert lines[width][0][-1] == (464.0, 220.0)
    assert len(lines["band"][0]) == 600
    assert "1,000" in words and "800" in words


@pytest.mark.parametrize(
    ("tick", "words"),
    [(999.0, "999"), (999.9, "999.9"), (1000.0, "1,000"), (-1000.0, "-1,000"), (0.00012, "0.00012"), (2.5, "2.5")],
)
def test_numbers_on_axes(tick: float, words: str) -> None:
    from nnlab.engine.curves_svg import _words

    assert _words(tick) == words


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 5.0, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), (0.0, 5.1, [0.0, 2.0, 4.0]), (0.0, 10.1, [0.0, 5.0, 10.0]),
        (0.0, 25.1, [0.0, 10.0, 20.0]), (0.3, 0.9, [0.4, 0.6, 0.8]), (-1.0, 1.0, [-1.0, -0.5, 0.0, 0.5, 1.0]), (3.0, 3.0, [3.0]),
    ],
)  # fmt: skip
def test_ticks_are_one_two_or_five_times_a_power_of_ten(low: float, high: float, ticks: list[float]) -> None:
    assert np.allclose(PlotAxis(low, high, 0.0, 1.0).ticks(), ticks)
    assert len(PlotAxis(low, high, 0.0, 1.0).ticks()) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (1.0, 1e4, [1.0, 10.0, 100.0, 1e3, 1e4]), (1.0, 1e5, [1.0, 100.0, 1e4]), (0.5, 2e4, [1.0, 10.0, 100.0, 1e3, 1e4]),
        (2.0, 5.0, [2.0, 5.0]), (1e-10, 1.0, [1e-10, 1e-7, 1e-4, 0.1]),
    ],
)  # fmt: skip
def test_decades_at_most_five(low: float, high: float, ticks: list[float]) -> None:
    found = PlotAxis(low, high, 0.0, 1.0, logarithmic=True).ticks()
    assert len(found) == len(ticks)
    assert np.allclose(found, ticks, rtol=1e-9, atol=0.0)


def test_an_axis_without_length_places_in_the_middle() -> None:
    assert PlotAxis(2.0, 2.0, 100.0, 200.0).place(2.0) == 150.0
    assert PlotAxis(0.0, 10.0, 100.0, 200.0).place(-5.0) == 100.0
