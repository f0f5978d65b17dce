"""Writing a file in one step: killed, full or forbidden, the old content survives."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from endings import LIMIT, mortal

from nnlab.core.atomic import ABANDONED, write_atomically
from nnlab.core.errors import FileError

OLD, NEW = b"old " * 1000, b"new " * 1000


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".tmp"]


def test_writes_and_replaces(tmp_path: Path):
    path = tmp_path / "file.bin"
    for content in (OLD, NEW):
        write_atomically(path, lambda file, content=content: file.write(content))
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["file.bin"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "not permitted"), (errno.EIO, "error")])
def test_a_failing_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, words: str):
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)

    def fail(*arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    def write(file) -> None:  # type: ignore[no-untyped-def]
        file.write(NEW[:2000])
        if call == "write":
            fail()

    if call != "write":
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(FileError, match=words) as caught:
        write_atomically(path, write)
    monkeypatch.undo()
    assert str(path) in str(caught.value) and "unchanged" in str(caught.value) and "\n" not in str(caught.value)
    assert path.read_bytes() == OLD
    assert not leftovers(tmp_path)


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)

    def interrupt(file) -> None:  # type: ignore[no-untyped-def]
        file.write(NEW)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, interrupt)
    assert path.read_bytes() == OLD and not leftovers(tmp_path)


def test_what_killed_programs_left_behind_goes_when_it_is_old_and_nobody_elses(tmp_path: Path):
    path = tmp_path / "file.bin"
    old, young, other = tmp_path / ".file.bin.0123.tmp", tmp_path / ".file.bin.4567.tmp", tmp_path / ".other.bin.0123.tmp"
    for leftover in (old, young, other):
        leftover.write_bytes(NEW)
    for leftover in (old, other):
        os.utime(leftover, (time.time() - 2 * ABANDONED,) * 2)
    write_atomically(path, lambda file: file.write(NEW))
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, young.name, other.name])


@pytest.mark.skipif(not hasattr(os, "O_DIRECTORY"), reason="folders cannot be forced to the disk here")
def test_a_disk_that_does_not_confirm_the_new_name_is_told_without_a_claim_about_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)
    flush = os.fsync

    def fail_for_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    with pytest.raises(FileError, match="was written, but the disk did not confirm it") as caught:
        write_atomically(path, lambda file: file.write(NEW))
    assert "unchanged" not in str(caught.value) and path.read_bytes() == NEW


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileError, match="no such folder") as caught:
        write_atomically(tmp_path / "missing" / "file.bin", lambda file: file.write(NEW))
    assert "unchanged" not in str(caught.value)


def test_a_folder_is_not_overwritten(tmp_path: Path):
    with pytest.raises(FileError, match="it is a folder"):
        write_atomically(tmp_path, lambda file: file.write(NEW))


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs symbolic links")
def test_a_link_is_followed(tmp_path: Path):
    (tmp_path / "shelf").mkdir()
    real, link = tmp_path / "shelf" / "real.bin", tmp_path / "link.bin"
    real.write_bytes(OLD)
    link.symlink_to(real)
    write_atomically(link, lambda file: file.write(NEW))
    assert link.is_symlink() and real.read_bytes() == NEW


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_permissions_are_kept_and_new_files_follow_the_umask(tmp_path: Path):
    old = tmp_path / "old.bin"
    old.write_bytes(OLD)
    old.chmod(0o640)
    write_atomically(old, lambda file: file.write(NEW))
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "new.bin", lambda file: file.write(NEW))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.bin").stat().st_mode) == 0o644


WRITER = """
import sys
from pathlib import Path
from nnlab.core.atomic import write_atomically
path, size = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for round in range(1_000_000):
    content = bytes([round % 256]) * size
    write_atomically(path, lambda file: [file.write(content[:size // 2]), file.write(content[size // 2:])])
    print(round, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_at_any_moment_there_is_a_whole_file(tmp_path: Path):
    """A writer is killed twenty times, each time a little later within its work."""
    path, size = tmp_path / "file.bin", 200_000
    writer = None
    for kill in range(20):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(size)], stdout=subprocess.PIPE, text=True)
        with mortal(writer):
            assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
            for _ in range(1 + kill % 3):
                writer.stdout.readline()
        if kill % 2:  # half of the kills come while the next file is being written
            sum(range(1000 * kill))
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate(timeout=LIMIT)
        content = path.read_bytes()
        assert len(content) == size and len(set(content)) == 1
    assert writer is not None and writer.returncode == -signal.SIGKILL
