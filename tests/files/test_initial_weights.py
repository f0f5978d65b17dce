"""Initial weights that project.json writes out; those in an archive are tested with the project file."""

from __future__ import annotations

import pytest

from nnlab.core.errors import FileError
from nnlab.files.initial_weights import InitialPart, decode


def test_written_out_numbers_are_arrays() -> None:
    initial = decode(InitialPart("mine", "by hand", values={"a.weight": [[1, 2.5]], "a.bias": [3]}), None)
    assert initial is not None and (initial.name, initial.words) == ("mine", "by hand")
    assert initial.values["a.weight"].tolist() == [[1.0, 2.5]] and initial.values["a.bias"].tolist() == [3.0]


@pytest.mark.parametrize("rows", [[[1, 2], [3]], ["1"], [None], [True], [10**400]])
def test_what_are_no_numbers_is_said_with_its_place(rows: list[object]) -> None:
    with pytest.raises(FileError, match="project.json, initial, values, a.weight: expected numbers, in rows of one length"):
        decode(InitialPart("mine", values={"a.weight": rows}), None)


def test_numbers_in_both_places_are_refused() -> None:
    with pytest.raises(FileError, match="in project.json and in initial.safetensors"):
        decode(InitialPart("mine", values={"a.bias": [1.0]}), b"")
