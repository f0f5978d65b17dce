"""Workbooks: the cells of a sheet, and files that are made to make a reader fail."""

import zipfile
from pathlib import Path

import pytest
from workbooks import write_workbook

from nnlab.core.errors import DataError
from nnlab.tables.reader import Wanted, read_table
from nnlab.tables.readers import sheet

PEOPLE: dict[str, str | float] = {"A1": "name", "B1": "age", "A2": "Ann", "B2": 30.0, "A3": "Bo", "B3": 31.5, "A5": "Cy", "B5": 7.0}


def test_cells_and_their_place(tmp_path: Path) -> None:
    """A title above the table and an empty row in it are left out; 30.0 in the file is the whole number a person typed."""
    shifted: dict[str, str | float] = {"A1": "People of May"} | {f"{k[0]}{int(k[1]) + 2}": v for k, v in PEOPLE.items()}
    path = write_workbook(tmp_path / "w.xlsx", {"people": shifted, "other": PEOPLE})
    table = read_table(path)
    assert (table.columns, table.head(5)) == (("name", "age"), [("Ann", "30"), ("Bo", "31.5"), ("Cy", "7")])
    assert table.place(2) == "sheet 'people', row 7"
    assert table.notes == ("The workbook has 2 sheets; 'people' was read.",)
    assert read_table(path, Wanted(sheet="other")).place(0) == "sheet 'other', row 2"
    with pytest.raises(DataError, match=r"no sheet 'x'; choose from people, other"):
        read_table(path, Wanted(sheet="x"))


def test_a_cell_in_the_last_corner_is_answered(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """calamine asks for terabytes and aborts its process; 5 KB are enough for that."""
    path = write_workbook(tmp_path / "corner.xlsx", {"s": {"A1": "a", "B1": "b", "XFD1048576": 1.0}})
    with pytest.raises(DataError, match="corner.xlsx cannot be read: it asks for more memory than a table may take"):
        read_table(path)
    assert capfd.readouterr().err == ""


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_UNPACKED", 2 * 2**20)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (6 * 2**20))
    with pytest.raises(DataError, match="bomb.xlsx unpacks to 6 MB; at most 2 MB are read"):
        read_table(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 no workbook"])
def test_what_only_begins_like_a_workbook(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.xlsx").write_bytes(content)
    with pytest.raises(DataError, match="w.xlsx cannot be read as a workbook"):
        read_table(tmp_path / "w.xlsx")


def test_a_sheet_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no table: no row with two cells; choose from s"):
        read_table(write_workbook(tmp_path / "w.xlsx", {"s": {"A1": "alone"}}))
