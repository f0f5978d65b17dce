"""What may be chosen about a column, and the plan each choice makes."""

import pytest

from nnlab.tables.column_settings import in_words, settings_of, with_choice
from nnlab.tables.columns import ColumnReading
from nnlab.tables.plan import ColumnPlan

NUMBERS = ColumnReading("n", "number", "plain", 100, 10, 40)
TEXT = ColumnReading("t", "text", "", 100, 10, 3)
DATES = ColumnReading("d", "date", "day_first", 100, 0, 90, question="Day or month first?", answers=("day_first", "month_first"))
MIXED = ColumnReading("m", "number", "others_missing", 100, 0, 40, question="Missing?", answers=("others_missing", "text"))


def names(reading: ColumnReading, column: ColumnPlan) -> list[str]:
    return [setting.name for setting in settings_of(reading, column)]


def test_only_what_concerns_a_column_is_asked() -> None:
    assert names(NUMBERS, ColumnPlan("n", notation="plain", missing="median")) == ["use", "kind", "missing", "indicator"]
    assert names(NUMBERS, ColumnPlan("n", notation="plain", missing="drop")) == ["use", "kind", "missing"]
    assert names(NUMBERS, ColumnPlan("n", "left_out")) == ["use"]
    assert names(NUMBERS, ColumnPlan("n", "target", notation="plain")) == ["use", "kind"]
    assert names(TEXT, ColumnPlan("t", kind="category", missing="category")) == ["use", "encoding", "missing"]
    assert names(TEXT, ColumnPlan("t", kind="category", encoding="ordered"))[:3] == ["use", "encoding", "order"]
    parts = ["part_year", "part_month", "part_weekday", "part_elapsed"]
    assert names(DATES, ColumnPlan("d", kind="date")) == ["use", "kind", "notation", *parts]
    assert "time" not in next(s for s in settings_of(TEXT, ColumnPlan("t", kind="category")) if s.name == "use").choices


def test_a_question_is_not_answered_until_it_is() -> None:
    notation = next(s for s in settings_of(MIXED, ColumnPlan("m")) if s.name == "notation")
    assert notation.default == "not_answered" and notation.tip == "Missing?"
    assert with_choice(MIXED, ColumnPlan("m"), "notation", "not_answered") == ColumnPlan("m")
    assert with_choice(MIXED, ColumnPlan("m"), "notation", "others_missing").notation == "others_missing"
    text = with_choice(MIXED, ColumnPlan("m"), "notation", "text")
    assert (text.kind, text.notation) == ("category", "")
    assert with_choice(MIXED, text, "notation", "others_missing").kind == "number", "an answer can be taken back"


@pytest.mark.parametrize(
    ("reading", "before", "choice", "after"),
    [
        (NUMBERS, ColumnPlan("n", notation="plain"), ("kind", "category"), ColumnPlan("n", kind="category", missing="category")),
        (TEXT, ColumnPlan("t", kind="category"), ("order", " S, M ,L, S"), ColumnPlan("t", kind="category", order=("S", "M", "L"))),
        (DATES, ColumnPlan("d", kind="date", parts=("month",)), ("part_year", True), ColumnPlan("d", kind="date", parts=("year", "month"))),
        (DATES, ColumnPlan("d", kind="date", parts=("month",)), ("part_month", False), ColumnPlan("d", kind="date")),
        (NUMBERS, ColumnPlan("n", notation="plain"), ("missing", "mean"), ColumnPlan("n", notation="plain", missing="mean")),
        (DATES, ColumnPlan("d", kind="date"), ("use", "target"), ColumnPlan("d", "target", "category")),
    ],
)
def test_choices(reading: ColumnReading, before: ColumnPlan, choice: tuple[str, str], after: ColumnPlan) -> None:
    assert with_choice(reading, before, *choice) == after


def test_a_column_that_is_taken_in_again_is_what_is_proposed() -> None:
    taken = with_choice(NUMBERS, ColumnPlan("n", "left_out"), "use", "feature")
    assert (taken.use, taken.notation, taken.missing, taken.indicator) == ("feature", "plain", "median", True)


def test_what_it_becomes() -> None:
    assert in_words(TEXT, ColumnPlan("t", kind="category")) == "3 inputs"
    assert in_words(TEXT, ColumnPlan("t", "target", "category")) == "3 classes"
    assert in_words(NUMBERS, ColumnPlan("n", missing="median", indicator=True)) == "2 inputs"
    assert in_words(DATES, ColumnPlan("d", kind="date", parts=("year",))) == "1 input"
