"""Names that share words lose them; every name stays different from the others and something is left of it."""

from __future__ import annotations

import pytest

from nnlab.core.short_names import abbreviated, distinguished, legible, told_apart


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("cultivated by Barolo growers", "cultivated by Barbera growers"), ("Barolo", "Barbera")),
        (("class_0", "class_1", "class_2"), ("0", "1", "2")),
        (("setosa", "versicolor", "virginica"), ("setosa", "versicolor", "virginica")),  # letters in common are no words in common
        (("disease", "no disease"), ("disease", "no disease")),  # nothing would be left of the first
        (("grade 1, low", "grade 2, low"), ("1", "2")),
        (("alone",), ("alone",)),
        ((), ()),
        (("-1", "1"), ("-1", "1")),
        (("0.5", "1.5"), ("0.5", "1.5")),
        (("same", "same"), ("same", "same")),
    ],
)
def test_what_names_have_in_common_goes(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert distinguished(names) == expected


def test_only_long_names_are_shortened() -> None:
    assert legible(("type A", "type B")) == ("type A", "type B")
    assert legible(("grown in region A", "grown in region B")) == ("A", "B")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Barbera", "Barolo", "Grignolino"), ("Barb.", "Baro.", "Grig.")),
        (("setosa", "versicolor", "virginica"), ("set.", "ver.", "vir.")),
        (("yes", "no"), ("yes", "no")),
        (("same", "same"), ("same", "same")),
        ((), ()),
    ],
)
def test_an_abbreviation_has_as_many_letters_as_tell_names_apart(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert abbreviated(names) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("sugar at harvest", "soil", "picked on (year)", "picked on (month)"), ("sugar at harvest", "soil", "…year", "…month")),
        (("mean radius", "mean texture"), ("mean radius", "mean texture")),  # they fit
        (("mean concave points", "mean concave areas", "worst concave points"), ("…points", "…areas", "worst concave points")),
        (("sugar at harvest",), ("sugar at harvest",)),
        (("the same long name", "the same long name"), ("the same long name", "the same long name")),
        (("", "a name that is long"), ("", "a name that is long")),
    ],
)
def test_names_that_would_be_cut_alike_begin_where_they_differ(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert told_apart(names, lambda name: len(name) <= 14) == expected
