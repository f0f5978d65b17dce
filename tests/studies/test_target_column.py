"""What a column holds, with the evidence as people read it; where one number decides, both sides of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from nnlab.studies.target_column import Finding, TargetColumn, _listed, _on_a_scale, _shown, _words, find, is_one_hot


def of(values: Sequence[object], name: str = "y") -> Finding:
    return find(TargetColumn.of_text(name, [str(value) for value in values]))


def many(**rows: int) -> list[str]:
    """So many rows of each value; a name begins with a letter, so numbers are written n5."""
    return [name.removeprefix("n") if name[-1].isdigit() else name for name, count in rows.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("values", "name", "found"),
    [
        ([], "y", Finding("constant", "the column is empty", doubt="rows that hold a value")),
        (["", ""], "y", Finding("constant", "the column is empty", doubt="rows that hold a value")),
        (["cm"] * 1200, "unit", Finding("constant", "the column is 'cm' in all 1,200 rows")),
        (many(n0=258, n1=242), "y", Finding("two_classes", "the column holds only 0 and 1 (258 and 242 rows)", ("0", "1"))),
        (many(yes=7, no=5), "y", Finding("two_classes", "the column holds only no and yes (5 and 7 rows)", ("no", "yes"))),
        (
            many(low=4, high=4, medium=4), "y",
            Finding("ordered", "its 3 values are steps of one scale, low, medium and high", ("low", "medium", "high")),
        ),
        (
            many(red=4, green=4, blue=4), "y",
            Finding("classes", "the column holds 3 different texts, blue, green and red", ("blue", "green", "red")),
        ),
        (
            many(n0=300, n1=30, n2=12), "y",
            Finding("classes", "the column holds 3 different whole numbers from 0 to 2 (12 to 300 rows each)", ("0", "1", "2")),
        ),
        (
            many(n1=2, n2=3, n3=4, n4=3), "stars",
            Finding("ordered", "the column 'stars' has 4 whole grades from 1 to 4", ("1", "2", "3", "4")),
        ),
        (
            many(n0=5, n1=4, n7=3), "numVisits", Finding("counts", "the column 'numVisits' holds whole numbers from 0 to 7, none negative"),
        ),
        (list(range(1, 13)), "y", Finding("identifier", "every row has a whole number of its own, from 1 to 12")),
        ([17, 3, 900], "customer_id", Finding(
            "identifier", "every row has a whole number of its own, from 3 to 900", doubt="at least 10 rows, and there are 3")),
        ([0.5 * k for k in range(20)], "y", Finding("continuous", "20 different numbers from 0 to 9.5")),
        ([0.04, *(0.1 * k for k in range(1, 10)), 0.96], "y", Finding(
            "probabilities", "11 different numbers from 0.04 to 0.96, none outside 0 to 1")),
        ([0.06, *(0.1 * k for k in range(1, 10)), 0.96], "y", Finding("continuous", "11 different numbers from 0.06 to 0.96")),
        ([0.04, *(0.1 * k for k in range(1, 10)), 0.94], "y", Finding("continuous", "11 different numbers from 0.04 to 0.94")),
        ([0.4, *(0.41 + 0.01 * k for k in range(10))], "win_rate", Finding(
            "probabilities", "11 different numbers from 0.4 to 0.5, none outside 0 to 1")),
        ([f"person {k}" for k in range(30)], "y", Finding("identifier", "30 of 30 rows hold a text of their own")),
    ],
)  # fmt: skip
def test_what_a_column_holds_is_told_from_its_values_and_its_name(values: list, name: str, found: Finding) -> None:
    assert of(values, name) == found


def test_below_ten_rows_nothing_is_sure() -> None:
    assert of(["a", "b"] * 5).doubt == "" and of([*"ababababa"]).doubt == "at least 10 rows, and there are 9"


def test_three_rows_of_every_class_are_wanted() -> None:
    assert of([*"pqrs"] * 3).doubt == ""
    assert of([*"pqrs", *"pqrs", *"pqr"]).doubt == "at least 3 rows of every class, and 11 rows hold 4"


def test_texts_of_nearly_every_row_are_names() -> None:
    """18 different texts in 20 rows are nine in ten; 19 are more."""
    texts = [f"t{k}" for k in range(19)]
    assert of([*texts[:18], "t0", "t1"]).kind == "classes" and of([*texts, "t0"]).kind == "identifier"


def test_whole_numbers_that_do_not_follow_each_other_are_no_row_numbers() -> None:
    """12 different ones from 1 to 13: neither one after the other nor called an id."""
    assert of([*range(1, 12), 13]).kind != "identifier"
    assert of([*range(1, 12), 13], "index").kind == "identifier"
    assert of([*range(1, 10)]).kind != "identifier", "nine rows"


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ((50, 40, 30, 20, 10), "classes"),  # exactly five times as many
        ((51, 40, 30, 20, 10), "counts"),  # more: a tail that falls from the first value on
        ((40, 51, 30, 20, 10), "counts"),  # its peak in the first third
        ((20, 30, 60, 30, 10), "ordered"),  # rises and falls
        ((60, 10, 50, 20, 10), "classes"),  # falls, and rises by more than a tenth of the most
        ((60, 30, 36, 20, 10), "counts"),  # rises by a tenth
        ((60, 30, 37, 20, 10), "classes"),
        ((60, 40, 20, 10), "classes"),  # four values are too few to have a tail
    ],
)
def test_few_whole_numbers_are_classes_counts_or_grades_by_how_often_they_come(rows: tuple[int, ...], kind: str) -> None:
    found = of([value for value, count in enumerate(rows) for _ in range(count)])
    assert found.kind == kind
    assert (found.doubt != "") == (kind == "ordered"), "what may be grades is asked about"


def test_a_tail_from_two_on_is_no_count() -> None:
    """Counts begin at 0 or 1."""
    for first, kind in ((0, "counts"), (1, "counts"), (2, "ordered")):
        assert of([first + value for value, count in enumerate((60, 40, 30, 20, 10)) for _ in range(count)]).kind == kind


def test_many_whole_numbers_that_gather_at_the_low_end_are_counts() -> None:
    """Their middle lies below four tenths of the largest, and they begin at 3 or less."""
    low = [*range(30), *range(12), 50]
    assert of(low).evidence == "whole numbers from 0 to 50 that gather at the low end, none negative"
    assert of([value + 3 for value in low]).kind == "counts" and of([value + 4 for value in low]).kind == "continuous"
    assert of([-1, *low]).kind == "continuous"
    assert of([*range(0, 50, 2), *range(20, 50)]).evidence == "40 different whole numbers from 0 to 49"


def test_twenty_values_may_be_classes() -> None:
    for values, kind in ((20, "classes"), (21, "continuous")):
        assert of([10 + value for value in range(values) for _ in range(4)]).kind == kind
    assert of([value for value in range(20) for _ in range(4)], "level").kind == "ordered"


def test_one_hot_rows_have_a_single_one_and_no_column_is_empty() -> None:
    assert is_one_hot(np.eye(3)) and is_one_hot(np.eye(3)[[0, 1, 2, 1]])
    for wrong in (np.eye(3)[:2], np.ones((3, 1)), np.array([[1, 1], [0, 1]]), np.array([[2.0, 0.0], [0.0, 1.0]]), np.zeros((2, 2))):
        assert not is_one_hot(wrong)
    found = find(TargetColumn.of_numbers("red … blue", np.eye(3)[[0, 1, 2] * 4], ("red", "green", "blue")))
    assert found == Finding("one_hot", "each row has a single 1 in the 3 columns red, green and blue", ("red", "green", "blue"))
    found = find(TargetColumn.of_numbers("u … v", np.ones((12, 2)) * [[1.5, 2.0]], ("u", "v")))
    assert found == Finding("continuous", "there are 2 columns of numbers, u and v")


def test_words_of_a_name() -> None:
    assert _words("numVisits") == {"num", "visits"} == _words("num_visits2") and _words("HTTPCode") == {"http", "code"}


def test_a_scale_knows_all_values_however_they_are_written() -> None:
    assert _on_a_scale(["Very High", "low", "very_low"]) == ("very_low", "low", "Very High")
    assert _on_a_scale(["low", "high"]) == () and _on_a_scale(["low", "high", "red"]) == ()
    assert _on_a_scale([*"CAB"]) == ("C", "B", "A")


def test_how_values_are_written() -> None:
    assert [_shown(v) for v in (1234.0, 0.123456, -2.0, 1e15, 12345.6)] == ["1,234", "0.1235", "-2", "1e+15", "1.235e+04"]
    assert _listed(["a", "b"]) == "a and b" and _listed([*"abcde"]) == "a, b, c, d and e"
    assert _listed([*"abcdef"]) == "a, b, c, d, … and f"


def test_a_column_of_numbers_is_one_only_where_every_filled_cell_is_one() -> None:
    column = TargetColumn.of_text("y", ["1", "", "2.5", " 1 "])
    assert column.values.tolist() == [1.0, 2.5, 1.0] and column.frequencies == {"1": 2, "2.5": 1} and column.rows == 4
    assert TargetColumn.of_text("y", ["1", "x"]).values.size == 0
    assert TargetColumn.of_text("y", ["10", "9", "9"]).frequencies == {"9": 2, "10": 1}, "numbers in their order"
    assert list(TargetColumn.of_text("y", ["b", "a", "b"]).frequencies.items()) == [("a", 1), ("b", 2)]
