"""Archives made to harm are refused before they can; every refusal says why."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from projects import write_zip

from nnlab.core.errors import FileError
from nnlab.files.archive import MAX_ENTRIES, MEGABYTE, read_archive, write_archive

TOTAL = 8 * MEGABYTE


def limit_of(name: str) -> int | None:
    return 4 * MEGABYTE if name in ("a.txt", "b.txt", "c.txt") else None


def read(path: Path) -> dict[str, bytes | None]:
    return read_archive(path, limit_of, TOTAL)


def refused(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_round_trip_is_exact_and_reproducible(tmp_path: Path):
    entries = {"a.txt": b"text " * 1000, "b.txt": os.urandom(5000), "c.txt": b""}
    paths = [tmp_path / "1.zip", tmp_path / "2.zip"]
    for path in paths:
        with path.open("wb") as file:
            write_archive(file, entries)
    assert read(paths[0]) == entries
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_content_that_packs_too_well_is_stored_so_that_it_can_be_read_again(tmp_path: Path):
    path = tmp_path / "zeros.zip"
    with path.open("wb") as file:
        write_archive(file, {"a.txt": bytes(3 * MEGABYTE)})
    assert read(path) == {"a.txt": bytes(3 * MEGABYTE)}


def test_unknown_entries_are_listed_and_not_unpacked(tmp_path: Path):
    assert read(write_zip(tmp_path / "x.zip", {"a.txt": b"1", "other": b"2"})) == {"a.txt": b"1", "other": None}


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "x/../../a.txt", "..\\a.txt", "C:/a.txt", "\\\\server\\a.txt"])
def test_paths_that_leave_the_archive(tmp_path: Path, name: str):
    assert "outside" in refused(write_zip(tmp_path / "x.zip", {"a.txt": b"", name: b"x"}))


def test_the_same_entry_twice(tmp_path: Path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "two")
    assert "twice" in refused(path)


def test_symbolic_links(tmp_path: Path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "link" in refused(path)


def test_a_bomb_by_ratio(tmp_path: Path):
    assert "200 times" in refused(write_zip(tmp_path / "x.zip", {"a.txt": bytes(4 * MEGABYTE)}))


def test_a_bomb_by_size(tmp_path: Path):
    assert "MB" in refused(write_zip(tmp_path / "x.zip", {"a.txt": bytes(5 * MEGABYTE)}))


def test_a_bomb_by_sum(tmp_path: Path):
    content = {name: os.urandom(16 * 1024) * 200 for name in ("a.txt", "b.txt", "c.txt")}
    assert "together" in refused(write_zip(tmp_path / "x.zip", content))


def test_a_directory_that_lies_about_the_size(tmp_path: Path):
    """The directory claims 100 bytes, the stream holds a megabyte: no more than 100 are ever produced."""
    path = write_zip(tmp_path / "x.zip", {"a.txt": os.urandom(1000) * 1000})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<L", 100)
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_far_too_many_entries_are_refused_before_the_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_zip(tmp_path / "x.zip", {f"{i}": b"" for i in range(MAX_ENTRIES + 1)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "entries" in refused(path)


def test_a_directory_record_of_large_archives_is_refused(tmp_path: Path):
    """The 64-bit record may replace the small numbers before it, so a project never has one."""
    content = write_zip(tmp_path / "x.zip", {"a.txt": b""}).read_bytes()
    end = content.rindex(b"PK\x05\x06")
    (tmp_path / "y.zip").write_bytes(content[:end] + b"PK\x06\x07" + bytes(16) + content[end:])
    assert "entries" in refused(tmp_path / "y.zip")


def test_encrypted_entries(tmp_path: Path):
    path = write_zip(tmp_path / "x.zip", {"a.txt": b"secret"})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refused(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(tmp_path: Path, compression: int):
    assert "uses a compression" in refused(write_zip(tmp_path / "x.zip", {"a.txt": b"text"}, compression))


def test_flipped_bits_are_noticed(tmp_path: Path):
    path = write_zip(tmp_path / "x.zip", {"a.txt": b"text " * 100}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_cut_off(tmp_path: Path, share: float):
    path = write_zip(tmp_path / "x.zip", {"a.txt": os.urandom(3000), "b.txt": os.urandom(3000)})
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "incomplete" in refused(path)


@pytest.mark.parametrize("content", [b"", b"P", b"hello", os.urandom(2000), b"PK\x05\x06" + bytes(10)])
def test_no_archive_at_all(tmp_path: Path, content: bytes):
    (tmp_path / "x.zip").write_bytes(content)
    assert refused(tmp_path / "x.zip") == "this is not an NN Lab project"


def test_every_single_cut_and_every_flipped_byte_is_refused_or_harmless(tmp_path: Path):
    """No damage may end in anything but FileError or the exact entries."""
    entries = {"a.txt": b"text " * 20, "b.txt": b"more"}
    whole = write_zip(tmp_path / "x.zip", entries).read_bytes()
    path = tmp_path / "y.zip"
    damaged = [whole[:length] for length in range(len(whole))]
    damaged += [whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in range(len(whole))]
    for content in damaged:
        path.write_bytes(content)
        try:
            found = read(path)
        except FileError:
            continue
        assert all(entries.get(name) == value for name, value in found.items() if value is not None)


@pytest.mark.parametrize(("name", "words"), [("missing.zip", "no such file"), (".", "not a file")])
def test_what_is_no_file(tmp_path: Path, name: str, words: str):
    assert words in refused(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "it is not a file"
