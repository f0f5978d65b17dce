"""What a sweep varies, as it is typed."""

from __future__ import annotations

import math

import pytest

from nnlab.core.errors import SettingError
from nnlab.files.examples import open_any
from nnlab.studies.sweeps.axes import SweepAxis, drawn, read_axis
from nnlab.training.project import Project


@pytest.fixture(scope="module")
def project() -> Project:
    return open_any("spiral")[0].project


def test_a_list_has_its_values_with_their_types(project: Project) -> None:
    assert read_axis("units = 4, 8,16", project) == SweepAxis("units", (4, 8, 16))
    assert read_axis("learning_rate=0.01,1e-3", project) == SweepAxis("learning_rate", (0.01, 0.001))
    assert read_axis("optimizer=adam,sgd", project) == SweepAxis("optimizer", ("adam", "sgd"))
    assert read_axis("shuffle=true,false", project) == SweepAxis("shuffle", (True, False))


def test_a_range_can_become_a_list(project: Project) -> None:
    assert read_axis("learning_rate=0.0001..0.1:log:4", project) == SweepAxis("learning_rate", (0.0001, 0.001, 0.01, 0.1))
    assert read_axis("learning_rate=1..3:5", project) == SweepAxis("learning_rate", (1.0, 1.5, 2.0, 2.5, 3.0))
    assert read_axis("units=1..8:log:4", project) == SweepAxis("units", (1, 2, 4, 8))
    assert read_axis("units=1..3:9", project) == SweepAxis("units", (1, 2, 3))  # there are no more


@pytest.mark.parametrize("text", ["units=4,8", "learning_rate=0.0001..0.1:log", "units=2..64", "shuffle=true,false"])
def test_an_axis_is_written_as_it_is_read(project: Project, text: str) -> None:
    assert str(read_axis(text, project)) == text
    assert read_axis(str(read_axis(text, project)), project) == read_axis(text, project)


def test_random_values_are_spread_evenly_over_what_is_varied(project: Project) -> None:
    axes = tuple(read_axis(t, project) for t in ("units=1..4", "learning_rate=0.001..1:log", "optimizer=adam,sgd"))
    draws = [drawn(axes, k, 0) for k in range(3000)]
    units = [u for u, _, _ in draws]
    assert sorted(set(units)) == [1, 2, 3, 4]
    for n in (1, 2, 3, 4):  # a quarter each: 750, standard deviation 24
        assert abs(units.count(n) - 750) < 120
    rates = [r for _, r, _ in draws]
    assert all(isinstance(r, float) and 0.001 <= r <= 1 for r in rates)
    assert abs(sum(r < 0.01 for r in rates) - 1000) < 130  # a third in each order of magnitude
    assert abs([o for _, _, o in draws].count("sgd") - 1500) < 140


def test_a_draw_is_a_function_of_its_number_and_the_seed(project: Project) -> None:
    axes = (read_axis("learning_rate=0.001..1:log", project),)
    assert drawn(axes, 7, 0) == drawn(axes, 7, 0) != drawn(axes, 8, 0)
    assert drawn(axes, 7, 1) != drawn(axes, 7, 0)


def test_whole_numbers_of_a_logarithmic_range_have_equal_ratios(project: Project) -> None:
    axis = read_axis("units=1..1000:log", project)
    assert (axis.at(0.0), axis.at(1.0)) == (1, 1000)
    middle = axis.at(0.5)
    assert isinstance(middle, int) and abs(math.log(middle / math.sqrt(0.5 * 1000.5))) < 0.05


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("units", "is not understood; give a key and its values"),
        ("=4", "is not understood"),
        ("units=", "is not understood"),
        ("units=4,,8", "is not understood"),
        ("units=4,4.0", "names 4 twice"),
        ("learning_rate=0.1,0.10", "names 0.1 twice"),
        ("learning_rate=0.1..", "a range is LOW..HIGH"),
        ("learning_rate=0.1..1:lin", "a range is LOW..HIGH"),
        ("learning_rate=1..0.1", "from a smaller number to a greater one"),
        ("learning_rate=0..1:log", "begins above 0"),
        ("learning_rate=nan..1", "from a smaller number to a greater one"),
        ("units=1.5..4", "whole ends"),
        ("units=1..4:1", "a list of 2 to"),
        ("units=1..4:3:3", "a list of 2 to"),
        ("shuffle=0..1", "shuffle is no number"),
        ("x" * 100_000, "is not understood"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(project: Project, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as error:
        read_axis(text, project)
    assert len(str(error.value)) <= 300
