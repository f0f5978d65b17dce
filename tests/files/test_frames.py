"""Tables that Python holds: what any library names and gives, trained on and predicted with its preparation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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

    def column(self, place: int) -> ArrowColumn:
        return ArrowColumn(list(COLUMNS.values())[place])


def test_every_kind_of_table_says_the_same() -> None:
    assert columns_of(Frame()) == columns_of(ArrowTable()) == columns_of(COLUMNS) == list(COLUMNS.items())
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
        ({"a": [], "b": []}, "The table has no rows"),
        ({"a": [1, 2]}, "The table has one column; at least two are needed"),
        ({"a": [[1, 2], [3]], "b": [1, 2]}, "Column 'a' holds values of the type list, which are no cells of a table"),
        ({"a": [1, 1, 1], "b": [1, 1, 1]}, "The table has no column that could be predicted"),
    ):
        with pytest.raises(DataError, match=words):
            nnlab.from_table(given)
    with pytest.raises(DataError, match="no column 'x'"):
        nnlab.from_table(COLUMNS, target="x")
    with pytest.raises(DataError, match="12,000.*answers paid=comma_thousands or paid=decimal_comma"):
        nnlab.from_table({"paid": ["12,000", "13,500"] * 20, "kind": ["a", "b"] * 20})
    with pytest.raises(DataError, match="column 'x' holds 'inf' in row 2 beside 59 numbers"):
        nnlab.from_table({"x": [0.5, float("inf"), *range(58)], "y": list(range(60))})
    plain = nnlab.Session(nnlab.from_table(COLUMNS, target="kind").graph)
    with pytest.raises(NNLabError, match="has no project with data"):
        _ = plain.data
    with pytest.raises(DataError, match="fit needs targets"):
        plain.fit(np.zeros((3, 2)))
    with pytest.raises(DataError, match="leave y out"):
        plain.fit(prepare(DataSettings("iris")), np.zeros(3))


class FrameOfPandas:
    """As a DataFrame of pandas has it, whose columns may share a name: by place."""

    columns = ("a", "a", "kind")

    class iloc:  # pandas' own name
        def __class_getitem__(cls, place: tuple[slice, int]) -> Column:
            return Column([list(SIZE), list(1 - SIZE), COLUMNS["kind"]][place[1]])

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.columns)

    def keys(self):  # type: ignore[no-untyped-def]
        return self.columns

    def __getitem__(self, name: str) -> Column:
        raise AssertionError("by place, for two columns have one name")


def test_two_columns_of_one_name_are_two_inputs() -> None:
    session = nnlab.from_table(FrameOfPandas(), target="kind")
    assert session.data.features == ("a", "a (2)")
    session.fit(session.data, epochs=20)
    assert len(session.predict_raw(FrameOfPandas()).class_names) == ROWS


def test_text_that_says_missing_is_missing_in_frames_as_in_files() -> None:
    land = ["NA" if k % 2 else "DE" for k in range(ROWS)]
    session = nnlab.from_table({"land": land, "kind": COLUMNS["kind"]}, target="kind")
    assert session.data.features == ("land=DE", "land missing")
    session.fit(session.data, epochs=1)
    outputs = session.predict_raw({"land": ["NA", None, "", "DE"]}).outputs
    assert np.array_equal(outputs[0], outputs[1]) and np.array_equal(outputs[0], outputs[2]) and not np.array_equal(outputs[0], outputs[3])


def test_a_length_of_time_is_seconds() -> None:
    assert write_frame({"t": [timedelta(minutes=2)], "y": [1]}).read_text(encoding="utf-8") == "t,y\n120.0,1\n"
