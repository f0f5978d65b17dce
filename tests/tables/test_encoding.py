"""What is fitted, is fitted on the training rows: by arithmetic on small columns, and by changing every other row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab.core.fitted_preparation import encode
from nnlab.core.preparation import DataSettings, prepare
from nnlab.tables.encoding import fit
from nnlab.tables.plan import ColumnPlan, TablePlan

TARGET = ColumnPlan("y", "target", "category")


def inputs(column: ColumnPlan, cells: list[float] | list[str], training: list[int]) -> dict[str, list[float]]:
    found = fit(TablePlan((column, TARGET)), {column.name: np.array(cells)}, np.array(training))
    return {name: found.x[:, place].tolist() for place, name in enumerate(found.names)}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("mean", (1.0 + 2.0 + 6.0 + 6.0) / 4), ("median", 4.0), ("most_frequent", 6.0)],
)
def test_what_stands_for_a_missing_number(rule: str, expected: float) -> None:
    """The last value, far away, is not in the training rows."""
    column = ColumnPlan("v", notation="plain", missing=rule, indicator=True)  # type: ignore[arg-type]
    found = inputs(column, [1.0, 2.0, 6.0, 6.0, np.nan, 1000.0], [0, 1, 2, 3, 4])
    assert found == {"v": [1.0, 2.0, 6.0, 6.0, expected, 1000.0], "v missing": [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]}


def test_one_input_for_every_category_of_the_training_rows() -> None:
    """`c` is in no training row: none of the known categories."""
    assert inputs(ColumnPlan("v", kind="category", missing="category"), ["b", "a", "", "c"], [0, 1, 2]) == {
        "v=a": [0, 1, 0, 0], "v=b": [1, 0, 0, 0], "v missing": [0, 0, 1, 0],
    }  # fmt: skip
    assert inputs(ColumnPlan("v", kind="category", missing="most_frequent"), ["b", "a", "b", ""], [0, 1, 2]) == {
        "v=a": [0, 1, 0, 0], "v=b": [1, 0, 1, 1],
    }  # fmt: skip


def test_ordered_and_embedded_categories() -> None:
    ordered = ColumnPlan("v", kind="category", encoding="ordered", order=("S", "M", "L"))
    assert inputs(ordered, ["L", "S", "M"], [0, 1, 2]) == {"v": [2, 0, 1]}
    embedded = ColumnPlan("v", kind="category", encoding="embedded")
    assert inputs(embedded, ["b", "a", "z"], [0, 1]) == {"v": [2, 1, 0]}, "row 0 is for what was not seen in training"


def write(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("\n".join(",".join(row) for row in [["age", "size", "when", "ok", "y"], *rows]), encoding="utf-8")
    return path


PLAN = TablePlan(
    (
        ColumnPlan("age", notation="plain", missing="median", indicator=True),
        ColumnPlan("size", kind="category", missing="category"),
        ColumnPlan("when", kind="date", notation="iso", parts=("month", "elapsed")),
        ColumnPlan("ok", kind="yes_no", missing="most_frequent"),
        TARGET,
    )
)


@settings(max_examples=12)
@given(data=st.data())
def test_no_other_row_changes_what_was_fitted(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rows for validation and test get other features; every number of the preparation stays the same, to the bit."""
    folder = tmp_path_factory.mktemp("leak")
    random = np.random.default_rng(data.draw(st.integers(0, 99)))

    def row(k: int) -> list[str]:
        return [
            "" if random.random() < 0.2 else f"{random.normal(50, 9):.2f}", random.choice(["S", "M", "L", "NA"]),
            f"2024-{random.integers(1, 13):02}-{random.integers(1, 29):02}", random.choice(["yes", "no"]), "pq"[k % 2],
        ]  # fmt: skip

    rows = [row(k) for k in range(40)]
    given_ = {"path": str(write(folder / "a.csv", rows)), "plan": PLAN.to_json()}
    described = DataSettings("table", given_, validation_share=0.2, test_share=0.2)
    before = prepare(described)
    assert len(before.test_index) == 8 and len(before.validation_index) == 8
    for k in (*before.validation_index.tolist(), *before.test_index.tolist()):
        rows[k] = ["1e6", "unseen", "1999-01-01", "no", rows[k][4]]
    after = prepare(DataSettings("table", {**given_, "path": str(write(folder / "b.csv", rows))}, validation_share=0.2, test_share=0.2))
    assert encode(after.preparation) == encode(before.preparation)
    assert np.array_equal(after.x, before.x)
    assert not np.array_equal(after.test_x, before.test_x)


def test_the_preparation_makes_the_same_inputs_from_raw_columns(tmp_path: Path) -> None:
    """What was trained on is what a row gives that comes later."""
    rows = [[f"{20 + k}", "SML"[k % 3], f"2024-0{k % 9 + 1}-05", "yes" if k % 3 else "no", "pq"[k % 2]] for k in range(30)]
    data = prepare(DataSettings("table", {"path": str(write(tmp_path / "t.csv", rows)), "plan": PLAN.to_json()}))
    k = int(data.train_index[0])
    raw = {
        "age": np.array([float(rows[k][0])]), "size": np.array([rows[k][1]]), "ok": np.array([float(rows[k][3] == "yes")]),
        "when (month)": np.array([float(rows[k][2][5:7])]),
        "when (days)": np.array([(np.datetime64(rows[k][2]) - np.datetime64("1970-01-01")).astype(float)]),
    }  # fmt: skip
    assert np.allclose(data.preparation.transform(raw)[0], data.x[0], rtol=0, atol=1e-12)
