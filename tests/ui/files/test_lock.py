"""Locks on project files: seen by other windows and processes, gone with their process, never in anybody's way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from endings import mortal
from PySide6.QtCore import QLockFile, QSysInfo

from nnlab.ui.files import lock as file_lock
from nnlab.ui.files.lock import FileLock, Holder

HOLDER = """
import sys
from pathlib import Path
from nnlab.ui.files.lock import FileLock
lock = FileLock(Path(sys.argv[1]), Path(sys.argv[2]))
print(lock.take(), lock.is_held, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "shelf" / "mine.nnlab"
    path.parent.mkdir()
    path.write_bytes(b"")
    return path


def lock_on(project: Path) -> FileLock:
    return FileLock(project, project.parents[1] / "spare")


def names(project: Path) -> list[str]:
    return sorted(path.name for path in project.parent.iterdir())


def test_two_windows_of_one_process_know_of_each_other(project: Path) -> None:
    first, second = lock_on(project), lock_on(project)
    assert first.take() is None and first.is_held
    assert first.take() is None, "it is ours already"
    holder = second.take()
    assert holder == Holder(os.getpid(), QSysInfo.machineHostName()) and holder.words == "in another window"
    assert not second.is_held
    first.release()
    assert names(project) == ["mine.nnlab"], "nothing is left beside the project"
    assert second.take() is None
    second.release()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_another_process_holds_it_until_it_is_killed(project: Path) -> None:
    lock = lock_on(project)
    command = [sys.executable, "-c", HOLDER, str(project), str(project.parents[1] / "spare")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        with mortal(other):
            assert other.stdout is not None and other.stdout.readline() == "None True\n"
        holder = lock.take()
        assert holder is not None and holder.process == other.pid
        os.kill(other.pid, signal.SIGKILL)
    assert names(project) == [".mine.nnlab.lock", "mine.nnlab"], "what is killed cannot tidy up"
    assert lock.take() is None and lock.is_held, "a lock of the dead holds nobody up"
    lock.release()
    assert names(project) == ["mine.nnlab"]


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs symbolic links")
def test_a_file_reached_by_another_name_is_the_same_file(project: Path) -> None:
    link = project.parent / "link.nnlab"
    link.symlink_to(project)
    first, second = lock_on(project), lock_on(link)
    assert first.take() is None and second.take() is not None
    assert first.is_for(link)
    first.release()


def unwritable(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Locks in these folders cannot be made, as on a disk that can only be read; root could write to any real folder."""

    class Lock(QLockFile):
        def __init__(self, path: str) -> None:
            super().__init__("/proc/no such place/x.lock" if Path(path).parent in folders else path)

    monkeypatch.setattr(file_lock, "QLockFile", Lock)


def test_in_a_folder_that_can_only_be_read_the_lock_lies_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unwritable(monkeypatch, project.parent)
    spare = project.parents[1] / "spare"
    first, second = lock_on(project), lock_on(project)
    assert first.take() is None and first.is_held
    assert names(project) == ["mine.nnlab"] and len(list(spare.iterdir())) == 1
    assert second.take() is not None
    first.release()
    assert not list(spare.iterdir())


@pytest.mark.skipif(sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root may write anywhere")
def test_in_a_folder_without_permission_the_lock_lies_elsewhere(project: Path) -> None:
    project.parent.chmod(0o500)
    try:
        first, second = lock_on(project), lock_on(project)
        assert first.take() is None and first.is_held and second.take() is not None
        first.release()
    finally:
        project.parent.chmod(0o700)


def test_where_no_lock_can_be_made_work_goes_on_without(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unwritable(monkeypatch, project.parent, project.parents[1] / "spare")
    lock = lock_on(project)
    assert lock.take() is None and not lock.is_held
    lock.release()


def test_another_computer_is_named() -> None:
    assert Holder(7, "lab-3").words == "on the computer lab-3"
