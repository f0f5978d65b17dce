"""What a table is proposed to be used for, with reasons; the table and what a person would do stand side by side."""

from pathlib import Path

import numpy as np
import pytest

from nnlab.core.errors import DataError
from nnlab.tables.proposal import Proposal, answered, propose
from nnlab.tables.reader import read_table

ROWS = 60
CODES = "Digits that are read as text: they have leading zeros or more digits than a number keeps."


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A column of every kind that a proposal treats in its own way."""
    random = np.random.default_rng(0)
    columns = {
        "row": [str(k + 1) for k in range(ROWS)],
        "customer id": [str(k) for k in random.permutation(ROWS) + 1000],
        "name": [f"person {k}" for k in range(ROWS)],
        "country": ["NL"] * ROWS,
        "nothing": [""] * ROWS,
        "rare": ["5" if k < 9 else "NA" for k in range(ROWS)],
        "age": ["" if k in (3,) else str(20 + k % 31) for k in range(ROWS)],
        "bmi": ["?" if k % 4 == 0 else f"{20 + k / 7:.1f}" for k in range(ROWS)],
        "smoker": ["yes" if k % 3 else "no" for k in range(ROWS)],
        "size": [("S", "M", "L", "NA")[k % 4] for k in range(ROWS)],
        "postcode": [f"0{k % 5}10" for k in range(ROWS)],
        "visited": [f"2024-0{k % 9 + 1}-15" for k in range(ROWS)],
        "paid": ["12,000" if k % 2 else "950" for k in range(ROWS)],
        "kind": ["ab"[k % 2] for k in range(ROWS)],
    }
    path = tmp_path_factory.mktemp("proposal") / "everything.csv"
    lines = [";".join(columns), *(";".join(cells[k] for cells in columns.values()) for k in range(ROWS))]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def proposal(everything: Path) -> Proposal:
    return propose(read_table(everything))


@pytest.mark.parametrize(
    ("name", "use", "kind", "missing", "remark"),
    [
        ("row", "left_out", "number", "drop", "Only counts the rows."),
        ("customer id", "left_out", "number", "drop", "An identifier: different in every row."),
        ("name", "left_out", "category", "drop", "Different in every row: it names the row."),
        ("country", "left_out", "category", "drop", "The same in every row."),
        ("nothing", "left_out", "category", "category", "Every cell is empty."),
        ("rare", "left_out", "number", "median", "Missing in 51 of 60 rows."),
        ("age", "feature", "number", "drop", "Missing in 1 of 60 rows, which are left out."),
        ("bmi", "feature", "number", "median", "Missing in 15 of 60 rows, where the median stands for it."),
        ("smoker", "feature", "yes_no", "drop", ""),
        ("size", "feature", "category", "category", "Missing in 15 of 60 rows, a category of its own."),
        ("postcode", "feature", "category", "drop", CODES),
        ("visited", "feature", "date", "drop", ""),
        ("kind", "target", "category", "drop", ""),
    ],
)
def test_use_and_reason(proposal: Proposal, name: str, use: str, kind: str, missing: str, remark: str) -> None:
    column = proposal.plan.column(name)
    assert (column.use, column.kind, column.missing, proposal.remarks.get(name, "")) == (use, kind, missing, remark)


def test_what_is_often_missing_is_told_to_the_network(proposal: Proposal) -> None:
    assert proposal.plan.column("bmi").indicator and not proposal.plan.column("age").indicator


def test_a_question_stays_open_until_it_is_answered(proposal: Proposal) -> None:
    assert [question.column for question in proposal.open_questions(proposal.plan)] == ["paid"]
    plan = answered(proposal, {"paid": "decimal_comma"})
    assert proposal.open_questions(plan) == () and plan.column("paid").notation == "decimal_comma"
    with pytest.raises(DataError, match="Column 'paid' cannot be read as 'roman': choose comma_thousands or decimal_comma"):
        answered(proposal, {"paid": "roman"})
    with pytest.raises(DataError, match="Column 'kind' cannot be read as 'text': nothing is asked about it"):
        answered(proposal, {"kind": "text"})


def test_another_target(everything: Path) -> None:
    plan = propose(read_table(everything), "age").plan
    assert (plan.target.name, plan.target.kind, plan.column("kind").use) == ("age", "number", "feature")
    with pytest.raises(DataError, match="has no column 'x'"):
        propose(read_table(everything), "x")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["0", "1"], "category"),
        (["1", "2", "3"], "category"),
        ([str(k) for k in range(60)][::-1], "number"),
        ([f"{k % 7}.5" for k in range(60)], "number"),
        (["01", "1"], "category"),
    ],
)
def test_classes_or_numbers(tmp_path: Path, cells: list[str], kind: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,target\n" + "".join(f"{k / 7},{cells[k % len(cells)]}\n" for k in range(60)))
    assert propose(read_table(path)).plan.target.kind == kind


def test_a_table_in_which_nothing_can_be_predicted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,c\n" + "".join(f"{k},x\n" for k in range(30)))
    with pytest.raises(DataError, match="has no column that could be predicted"):
        propose(read_table(path))
