"""Tables that Python holds: what any library names and gives, trained on and predicted with its preparation."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnlab
from nnlab.core.errors import DataError, NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.frames import columns_of, write_frame

ROWS = 240
GENERATOR = np.random.default_rng(1)
SIZE = GENERATOR.random(ROWS)
COLUMNS: dict[str, list[Any]] = {
    "size": [None if k == 7 else float(v) for k, v in enumerate(SIZE)],
    "code": [f"0{k % 3}" for k in range(ROWS)],
    "on": [bool(k % 2) for k in range(ROWS)],
    "day": [date(2024, 1 + k % 12, 1 + k % 28) for k in range(ROWS)],
    "kind": ["large" if v > 0.5 else "small" for v in SIZE],
}


class Column:
    """As a Series of pandas or polars has it."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def tolist(self) -> list[Any]:
        return self._values


class Frame:
    """As a DataFrame has it."""

    columns = tuple(COLUMNS)

    def __getitem__(self, name: str) -> Column:
        return Column(COLUMNS[name])


class ArrowColumn:
    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def to_pylist(self) -> list[Any]:
        return self._values


class ArrowTable:
    """As pyarrow's Table has it."""

    column_names = list(COLUMNS)

    def column(self, name: str) -> ArrowColumn:
        return ArrowColumn(COLUMNS[name])


def test_every_kind_of_table_says_the_same() -> None:
    assert columns_of(Frame()) == columns_of(ArrowTable()) == columns_of(COLUMNS) == COLUMNS
    assert write_frame(Frame()) == write_frame(ArrowTable()) == write_frame(COLUMNS)
    lines = write_frame(COLUMNS).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "size,code,on,day,kind" and lines[8].startswith(",01,true,2024-08-08,")
    structured = np.array([(1, 2.5), (3, np.nan)], dtype=[("a", int), ("b", float)])
    assert write_frame(structured).read_text(encoding="utf-8") == "a,b\n1,2.5\n3,\n"
    assert write_frame(np.array([[1.0, 2.0], [3.0, 4.5]])).read_text(encoding="utf-8") == "x1,x2\n1,2\n3,4.5\n"
    times = {"t": [datetime(2024, 5, 6), datetime(2024, 5, 6, 7, 8)], "big": [2**60, float("inf")]}
    assert write_frame(times).read_text(encoding="utf-8").splitlines()[1:] == ["2024-05-06,1152921504606846976", "2024-05-06 07:08:00,inf"]


def test_a_frame_is_trained_on_predicted_and_saved(tmp_path: Path) -> None:
    session = nnlab.from_table(Frame(), target="kind", test_share=0.1)
    data = session.data
    assert data.target.names == ("large", "small") and len(data.test_x) == 24 and data.notes
    session.fit(session.data, epochs=40)
    new = {"size": [0.9, 0.1], "code": ["00", "02"], "on": [True, False], "day": [date(2024, 3, 4), date(2024, 5, 6)]}
    assert session.predict_raw(new).class_names == ("large", "small")
    session.save(tmp_path / "kinds.nnlab")
    again = nnlab.load(tmp_path / "kinds.nnlab")
    assert np.array_equal(again.predict_raw(new).outputs, session.predict_raw(new).outputs)
    assert again.evaluate_on_test().samples == 24
    lacking = {name: values for name, values in new.items() if name != "day"}
    with pytest.raises(DataError, match="lacks the column 'day', which the network needs"):
        session.predict_raw(lacking)
    with pytest.raises(DataError, match="holds the category '09'"):
        session.predict_raw({**new, "code": ["00", "09"]})


def test_what_is_no_table_is_told() -> None:
    for given, words in (
        (3, "A table is a DataFrame, an Arrow table, columns by name or an array"),
        (np.zeros(4), "A table is a DataFrame"),
        ({}, "The table has no columns"),
        ({"a": [1, 2], "b": [1]}, "The columns of the table are not equally long"),
    ):
        with pytest.raises(DataError, match=words):
            nnlab.from_table(given)
    with pytest.raises(DataError, match="no column 'x'"):
        nnlab.from_table(COLUMNS, target="x")
    with pytest.raises(DataError, match="12,000.*answers paid=comma_thousands or paid=decimal_comma"):
        nnlab.from_table({"paid": ["12,000", "13,500"] * 20, "kind": ["a", "b"] * 20})
    plain = nnlab.Session(nnlab.from_table(COLUMNS, target="kind").graph)
    with pytest.raises(NNLabError, match="has no project with data"):
        _ = plain.data
    with pytest.raises(DataError, match="fit needs targets"):
        plain.fit(np.zeros((3, 2)))
    with pytest.raises(DataError, match="leave y out"):
        plain.fit(prepare(DataSettings("iris")), np.zeros(3))
