"""The plan as a value: text and back, one target, and what is no plan."""

import pytest

from nnlab.core.errors import DataError
from nnlab.tables.plan import ColumnPlan, FormPart, TablePlan, read_plan

PLAN = TablePlan(
    (
        ColumnPlan("age", "feature", "number", "plain", missing="median", indicator=True),
        ColumnPlan("size", "feature", "category", encoding="ordered", order=("S", "M", "L")),
        ColumnPlan("when", "feature", "date", "day_first", parts=("month", "elapsed")),
        ColumnPlan("kind", "target", "category"),
        ColumnPlan("name", "left_out", "category"),
    ),
    FormPart(delimiter=";", skip=2),
)


def test_text_and_back() -> None:
    assert read_plan(PLAN.to_json()) == PLAN
    assert read_plan("") is None and read_plan("  ") is None


def test_a_new_target_takes_the_place_of_the_old_one() -> None:
    changed = PLAN.with_column(ColumnPlan("age", "target", "number", "plain"))
    assert changed.target.name == "age"
    assert changed.column("kind").use == "feature"
    assert [column.name for column in changed.columns] == ["age", "size", "when", "kind", "name"]


def test_exactly_one_target() -> None:
    with pytest.raises(DataError, match="No column is the target"):
        _ = PLAN.with_column(ColumnPlan("kind", "left_out", "category")).target
    with pytest.raises(DataError, match="no column 'x'; choose from age, size"):
        PLAN.column("x")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "truncated"),
        ("[]", "expected `object`"),
        ('{"columns": [{"name": "a"}]}', "length"),
        ('{"columns": [{"name": "a"}, {"name": "a"}]}', "two columns have one name"),
        ('{"columns": [{"name": "a", "notation": "roman"}, {"name": "b"}]}', "notation 'roman'"),
        ('{"columns": [{"name": "a", "missing": "category"}, {"name": "b"}]}', "'category' for missing cells"),
        ('{"columns": [{"name": "a", "use": "maybe"}, {"name": "b"}]}', "maybe"),
        ('{"columns": [{"name": "a", "x": 1}, {"name": "b"}]}', "unknown field"),
        ('{"columns": [{"name": "a"}, {"name": "b"}], "form": {"delimiter": "ab"}}', "delimiter|ab"),
    ],
)
def test_what_is_no_plan(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read_plan(text)
