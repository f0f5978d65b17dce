"""A folder that cannot be made does not keep anybody from working."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nnlab.core.folders import NOTES, usable_folder

PYTHON = [sys.executable, "-W", "default", "-m", "nnlab"]


def run(arguments: list[str], folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """A process with these variables, which shares the compiled kernels unless they are what is tested."""
    environment = {**os.environ, "TMPDIR": str(folder), **changes}
    for name in [name for name, value in changes.items() if not value]:
        del environment[name]
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_a_folder_that_can_be_made_is_made(tmp_path: Path) -> None:
    assert usable_folder(tmp_path / "a" / "b", "NNLAB_X", "settings", "HOME") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir() and not list((tmp_path / "a" / "b").iterdir())


@pytest.mark.parametrize("kind", ["file", "below a file"])
def test_another_takes_its_place_and_one_sentence_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    (tmp_path / "file").write_text("")
    wished = tmp_path / "file" if kind == "file" else tmp_path / "file" / "nnlab"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("NNLAB_X", str(wished))
    with pytest.warns(UserWarning, match="NNLAB_X") as said:
        found = usable_folder(wished, "NNLAB_X", "settings", "HOME")
    assert len(said) == 1 and str(said[0].message) == NOTES[-1] and "\n" not in NOTES[-1]
    assert found.is_dir() and found.is_relative_to(tmp_path) and os.environ["NNLAB_X"] == str(found)
    assert usable_folder(wished, "NNLAB_X", "settings", "HOME") == found  # and it is said once


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows gives everybody a folder of their own")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"nnlab-{os.getuid()}").mkdir()
    (tmp_path / f"nnlab-{os.getuid()}").chmod(0o777)
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("NNLAB_X", "")
    with pytest.warns(UserWarning, match="settings"):
        found = usable_folder(tmp_path / "file" / "y", "NNLAB_X", "settings", "HOME")
    assert found.parent == tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"HOME": "/proc/none", "NNLAB_HOME": "", "NNLAB_CACHE": "", "XDG_CACHE_HOME": "", "XDG_DATA_HOME": ""}, "HOME"),
        ({"XDG_CACHE_HOME": "/proc/none", "NNLAB_CACHE": ""}, "XDG_CACHE_HOME"),
        ({"NNLAB_CACHE": "/proc/none"}, "NNLAB_CACHE"),
        ({"NNLAB_HOME": "/proc/none"}, "NNLAB_HOME"),
        ({"XDG_DATA_HOME": "/proc/none", "NNLAB_HOME": ""}, "XDG_DATA_HOME"),
    ],
)
def test_doctor_reports_it_and_importing_works(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    done = run([*PYTHON, "doctor"], tmp_path, **changes)
    assert done.returncode == 0, done.stderr
    notes = [line for line in done.stdout.splitlines() if line.startswith("note")]
    assert notes and all("/proc/none" in line and f" {named} puts " in line for line in notes)
    said = done.stderr.splitlines()
    assert len(said) == len(notes) and all(line.startswith("nnlab: ") for line in said)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_numba_s_own_variable_changes_nothing(tmp_path: Path) -> None:
    done = run([*PYTHON, "doctor"], tmp_path, NUMBA_CACHE_DIR="/proc/none")
    assert done.returncode == 0 and not done.stderr and "note" not in done.stdout
