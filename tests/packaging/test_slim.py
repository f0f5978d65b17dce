"""What is taken out of the application folder, on a small one made here: data nobody reads, ICU's languages, libraries nobody asks for."""

from __future__ import annotations

import importlib
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def slim(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACKAGING))
    monkeypatch.delitem(sys.modules, "slim", raising=False)
    return importlib.import_module("slim")


def package(entries: dict[str, bytes]) -> bytes:
    """ICU's common data: header, count, (place of the name, place of the data) for each, names, data in steps of 16 bytes."""
    header = struct.pack("<HBBHHBBBB4s4s4s", 32, 0xDA, 0x27, 20, 0, 0, 0, 2, 0, b"CmnD", b"\1\0\0\0", b"\3\0\0\0").ljust(32, b"\0")
    names = [f"icudt99l/{name}".encode() + b"\0" for name in sorted(entries)]
    first = 4 + 8 * len(names)
    place = -(-(first + sum(map(len, names))) // 16) * 16
    table, body = struct.pack("<I", len(names)), b""
    for name, key in zip(names, sorted(entries), strict=True):
        table += struct.pack("<II", first, place + len(body))
        first += len(name)
        body += entries[key].ljust(-(-len(entries[key]) // 16) * 16, b"\0")
    return header + (table + b"".join(names)).ljust(place, b"\0") + body


def entries(data: bytes) -> dict[str, bytes]:
    """The other way round, as ICU reads it."""
    (count,) = struct.unpack_from("<I", data, 32)
    table = [struct.unpack_from("<II", data, 36 + 8 * k) for k in range(count)]
    ends = [place for _, place in table[1:]] + [len(data) - 32]
    texts = [data[32 + at : data.index(b"\0", 32 + at)].decode().partition("/")[2] for at, _ in table]
    return {text: data[32 + place : 32 + end] for text, (_, place), end in zip(texts, table, ends, strict=True)}


def test_icu_keeps_what_is_named_in_order(slim: ModuleType) -> None:
    whole = {"af.res": b"a" * 40, "coll/root.res": b"c" * 50, "en.res": b"e" * 16, "root.res": b"r" * 33, "zu.res": b"z" * 20}
    data = package(whole)
    found = slim.packed_data(b"\x7fELF some bytes of a library" + data)
    assert found == data and slim.packed_data(b"\x7fELF nothing of the kind") is None
    kept = entries(slim.with_entries(data, lambda name: name.partition("/")[2] in slim.ICU_KEPT))
    assert list(kept) == ["coll/root.res", "en.res", "root.res"] == sorted(kept)
    assert {name: text.rstrip(b"\0") for name, text in kept.items()} == {name: whole[name] for name in kept}
    assert all(len(text) % 16 == 0 for text in kept.values())


def test_files_nobody_reads_are_gone_and_others_stay(slim: ModuleType, tmp_path: Path) -> None:
    inside = tmp_path / "_internal"
    gone = ["qtawesome/fonts/fontawesome6-solid.ttf", "qtawesome/fonts/materialdesignicons5-webfont.ttf", "PIL/_avif.cpython-311.so",
            "sklearn/datasets/descr/iris.rst", "sklearn/tree/_tree.pyx"]  # fmt: skip
    kept = ["qtawesome/fonts/materialdesignicons6-webfont.ttf", "qtawesome/fonts/materialdesignicons6-charmap.json", "PIL/_imaging.so",
            "sklearn/datasets/data/iris.csv"]  # fmt: skip
    for name in (*gone, *kept):
        path = inside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 10)
    said: list[str] = []
    slim.slim(tmp_path, said.append)
    assert all((inside / name).exists() for name in kept) and not any((inside / name).exists() for name in gone)
    assert said[0] == "  files that nothing reads: 0.0 MB"


def test_a_library_stays_that_a_module_asks_for_through_another(
    slim: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = {"_module.cpython-311-x.so": ["libfirst.so.1"], "libfirst.so.1": ["libsecond.so.2", "libc.so.6"], "libsecond.so.2": [],
              "libalone.so.3": ["libfirst.so.1"]}  # fmt: skip
    for name in needed:
        (tmp_path / name).write_bytes(b"\x7fELF")
    (tmp_path / "libalone.so").symlink_to("libalone.so.3")
    (tmp_path / "notes.so.txt").write_bytes(b"no library")
    monkeypatch.setattr(slim, "_needed", lambda path: needed[path.name])
    assert {path.name for path in slim._unasked(tmp_path)} == {"libalone.so.3", "libalone.so"}
