"""Loss curves as a picture: what lies where, in numbers; nothing recorded and numbers that are none."""

from itertools import pairwise
from xml.etree import ElementTree

import numpy as np

from nnlab.engine.curves_svg import PlotAxis, curves_svg

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
