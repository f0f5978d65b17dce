"""Safety copies: what they remember, and what is found of those that were left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from projects import same_arrays, small_project, snapshot_of

from nnlab.core.errors import FileError
from nnlab.core.preparation import DataSettings
from nnlab.files import autosave
from nnlab.files.archive import read_comment
from nnlab.files.autosave import Note, copies, lock_of, new_copy, read_copy, remove_copy, sweep, write_copy
from nnlab.files.project import Project, SavedProject
from nnlab.files.project_file import load_project


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A safety copy of a trained project that has a file."""
    original = tmp_path / "ein Projekt.nnlab"
    original.write_bytes(b"older")
    os.utime(original, (1000, 1000))
    path = new_copy(tmp_path / "autosave")
    write_copy(path, SavedProject(small_project(), snapshot_of(small_project())), "ein Projekt", original)
    return path


def test_a_copy_is_an_ordinary_project_with_a_note(copy: Path, tmp_path: Path):
    read = load_project(copy)
    assert read.project == small_project() and read.snapshot is not None
    assert same_arrays(read.snapshot.parameters, snapshot_of(small_project()).parameters)
    found = read_copy(copy)
    assert (found.note.name, found.note.iteration) == ("ein Projekt", 107)
    assert found.original == tmp_path / "ein Projekt.nnlab" and not found.is_older_than_original
    assert abs(found.note.time - time.time()) < 60


def test_a_copy_of_work_without_a_file(tmp_path: Path):
    path = new_copy(tmp_path)
    write_copy(path, SavedProject(Project()), "untitled", None)
    found = read_copy(path)
    assert found.note.original is None and found.original is None and found.note.iteration == 0
    assert load_project(path).snapshot is None


def test_an_original_that_is_gone_or_was_saved_later(copy: Path, tmp_path: Path):
    original = tmp_path / "ein Projekt.nnlab"
    later = time.time() + 100
    os.utime(original, (later, later))
    assert read_copy(copy).is_older_than_original
    original.unlink()
    assert read_copy(copy).original is None and not read_copy(copy).is_older_than_original


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are text")
def test_a_path_that_is_no_text_survives(tmp_path: Path):
    original = tmp_path / os.fsdecode(b"caf\xe9\xff.nnlab")
    try:
        original.write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    path = new_copy(tmp_path / "autosave")
    write_copy(path, SavedProject(Project()), original.stem, original)
    assert read_copy(path).original == original


def test_a_table_is_named_by_its_path_and_not_copied(tmp_path: Path):
    table = tmp_path / "big.csv"
    table.write_text("a,b,y\n1,2,0\n2,3,1\n", encoding="utf-8")
    project = Project(data=DataSettings("csv_file", {"path": str(table)}))
    path = new_copy(tmp_path / "autosave")
    write_copy(path, SavedProject(project), "big", None)
    assert load_project(path).project.data.settings["path"] == str(table)
    assert b"1,2,0" not in path.read_bytes()


@pytest.mark.parametrize("comment", [b"", b"\xff\xfe", b"[1, 2]", b'{"name": 3}', b'{"name": "x", "original": [], "time": 0}'])
def test_a_note_that_is_damaged_or_missing_still_leaves_work_to_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comment: bytes):
    path = new_copy(tmp_path)
    write_copy(path, SavedProject(small_project()), "x", None)
    monkeypatch.setattr(autosave, "read_comment", lambda _: comment)
    note = read_copy(path).note
    assert note.name == "untitled" and note.original is None and note.time == path.stat().st_mtime


def test_a_copy_that_is_cut_off_is_offered_by_the_plainest_name(copy: Path):
    copy.write_bytes(copy.read_bytes()[:500])
    assert read_copy(copy).note == Note("untitled", None, copy.stat().st_mtime)


def test_a_copy_is_replaced_in_one_step_and_its_note_with_it(copy: Path, monkeypatch: pytest.MonkeyPatch):
    write_copy(copy, SavedProject(Project()), "renamed", None)
    assert read_copy(copy).note.name == "renamed" and load_project(copy).project == Project()
    before = copy.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FileError, match="the disk is full"):
        write_copy(copy, SavedProject(small_project()), "lost", None)
    assert copy.read_bytes() == before and [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_copies_of_a_folder_and_what_killed_windows_left_of_them(copy: Path):
    folder = copy.parent
    begun = new_copy(folder)  # its window was killed before the first copy was complete
    lock_of(begun).write_bytes(b"")
    lock_of(copy).write_bytes(b"")
    half = folder / f".{copy.name}.abc.tmp"
    half.write_bytes(b"half")
    (folder / "something else.txt").write_bytes(b"")
    assert copies(folder) == sorted([copy, begun])
    sweep(copy)
    assert not half.exists() and copy.exists()
    remove_copy(copy)
    remove_copy(begun)
    assert sorted(p.name for p in folder.iterdir()) == sorted(["something else.txt", lock_of(begun).name, lock_of(copy).name])
    assert copies(folder / "none") == []


def test_an_ordinary_project_has_no_comment(tmp_path: Path):
    from nnlab.files.project_file import save_project

    save_project(tmp_path / "x.nnlab", SavedProject(small_project()))
    assert read_comment(tmp_path / "x.nnlab") == b""


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="could not be created"):
        write_copy(new_copy(tmp_path / "file" / "autosave"), SavedProject(Project()), "x", None)
