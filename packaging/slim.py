"""Takes out of the application folder what nothing in it needs: libraries that no other asks for, data of other uses, ICU's languages.

PyInstaller collects every library that a plug-in of Qt names, also of those that are left out afterwards, and whole packages where a few
files are read. Each rule says why nothing misses what it takes. Standard library and binutils only; without binutils nothing is done.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

UNREAD = (  # patterns below `_internal`
    "qtawesome/fonts/[!m]*", "qtawesome/fonts/materialdesignicons5*",  # one of its fonts is read: the Material Design icons, 6
    "PIL/_avif.*", "PIL/_webp.*", "PIL/_imagingft.*", "PIL/_imagingcms.*", "PIL/_imagingtk.*",  # images are PNG and JPEG, without text
    "sklearn/datasets/images", "sklearn/datasets/descr", "sklearn/datasets/tests", "sklearn/datasets/data/linnerud*", "sklearn/**/*.pyx",
    "sklearn/**/*.pyx.tp", "sklearn/**/*.pxd.tp", "sklearn/**/meson.build",
    "scipy/io/_fast_matrix_market/_fmm_core.*", "*.dist-info/RECORD",  # one format of matrices; for pip
    "cmap/**/*.py",  # the same is in the archive of modules
    "PySide6/Qt/plugins/wayland-graphics-integration-client", "PySide6/Qt/plugins/generic",  # pictures are painted by the processor
)  # fmt: skip
ICU_KEPT = (  # entries of ICU's data: what does not depend on a language, English, and the order of names in a file dialog
    "root.res", "en.res", "en_US.res", "pool.res", "res_index.res", "supplementalData.res", "likelySubtags.res", "numberingSystems.res",
    "timezoneTypes.res", "zoneinfo64.res", "keyTypeData.res", "metadata.res", "plurals.res", "cnvalias.icu", "ulayout.icu",
    "unames.icu", "nfkc.nrm", "nfkc_cf.nrm", "uts46.nrm", "confusables.cfu", "coll/ucadata.icu", "coll/root.res",
    "coll/en.res", "coll/en_US.res", "coll/res_index.res",
)  # fmt: skip


def slim(folder: Path, say: Callable[[str], None]) -> None:
    """Of the application in `folder`; says how many bytes each rule took."""
    inside = folder / "_internal"
    say(f"  files that nothing reads: {_taken(_unread(inside)) / 1e6:.1f} MB")
    if os.name == "posix" and shutil.which("readelf") and shutil.which("ld"):
        say(f"  languages of ICU: {sum(_shrink_icu(path) for path in inside.rglob('libicudata.so.*')) / 1e6:.1f} MB")
        say(f"  libraries that nothing asks for: {_taken(_unasked(folder)) / 1e6:.1f} MB")


def _unread(inside: Path) -> list[Path]:
    return [path for pattern in UNREAD for path in inside.glob(pattern)]


def _taken(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            total += sum(file.lstat().st_size for file in path.rglob("*") if file.is_file())
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            total += path.lstat().st_size
            path.unlink()
    return total


# Libraries


def _unasked(folder: Path) -> list[Path]:
    """Libraries that neither the program, nor a module of Python, nor a plug-in of Qt asks for, directly or through others."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]
    needed, known = {path: _needed(path) for path in files}, {path.name: path for path in files}
    reached = {path for path in files if _is_loaded_by_name(path)}
    waiting = list(reached)
    while waiting:
        for name in needed[waiting.pop()]:
            found = known.get(name)
            if found is not None and found not in reached:
                reached.add(found)
                waiting.append(found)
    dropped = [path for path in files if path not in reached]
    links = [path for path in folder.rglob("*") if path.is_symlink() and path.resolve() in dropped]
    return [*dropped, *links]


def _is_loaded_by_name(path: Path) -> bool:
    return (
        ".so" not in path.name
        or ".cpython-" in path.name
        or ".abi3." in path.name
        or path.name.endswith(".abi3.so")
        or "plugins" in path.parts
        or path.name.startswith(("libpython", "libllvmlite"))
    )


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _needed(path: Path) -> list[str]:
    said = subprocess.run(["readelf", "-d", str(path)], capture_output=True, text=True, check=False).stdout
    return [line.split("[")[1].split("]")[0] for line in said.splitlines() if "(NEEDED)" in line]


# ICU


def _shrink_icu(library: Path) -> int:
    """Writes the library anew with ICU_KEPT alone; how many bytes smaller it is. 0 where it is not laid out as expected."""
    version = library.name.rpartition(".")[2]
    symbol = f"icudt{version}_dat"
    found = packed_data(library.read_bytes())
    if found is None:
        return 0
    before = library.stat().st_size
    with tempfile.TemporaryDirectory() as room:
        (Path(room) / "data").write_bytes(with_entries(found, lambda name: name.partition("/")[2] in ICU_KEPT))
        for command in (
            ["ld", "-r", "-b", "binary", "data", "-o", "plain.o"],
            ["objcopy", "--rename-section", ".data=.rodata,alloc,load,readonly,data,contents", "--set-section-alignment", ".data=16",
             "--redefine-sym", f"_binary_data_start={symbol}", "plain.o", "named.o"],
            ["ld", "-shared", "-z", "noexecstack", "-soname", library.name, "named.o", "-o", "made"],
        ):  # fmt: skip
            if subprocess.run(command, cwd=room, capture_output=True, check=False).returncode:
                return 0
        made = (Path(room) / "made").read_bytes()
    library.write_bytes(made)
    return before - len(made)


def packed_data(library: bytes) -> bytes | None:
    """ICU's common data inside a library: a header of its own (magic 0xda27, "CmnD"), then a table of names and places."""
    at = library.find(b"CmnD")
    start = at - 12  # two bytes of size, two of magic, and twelve of UDataInfo before the format, but for its first four
    if at < 0 or library[start + 2 : start + 4] != b"\xda\x27":
        return None
    return library[start:]


def with_entries(data: bytes, keep: Callable[[str], bool]) -> bytes:
    """The package with those entries alone, in their order (names are sorted: ICU looks them up by halving)."""
    header = struct.unpack_from("<H", data)[0]
    count = struct.unpack_from("<I", data, header)[0]
    table = [struct.unpack_from("<II", data, header + 4 + 8 * k) for k in range(count)]
    names = [data[header + at : data.index(b"\0", header + at)] for at, _ in table]
    ends = [place for _, place in table[1:]]
    kept = [k for k in range(count - 1) if keep(names[k].decode("ascii"))]  # the last has no end that is told, and is a language's
    texts = b"".join(names[k] + b"\0" for k in kept)
    first = _up(4 + 8 * len(kept) + len(texts))
    head, body, text_at = [struct.pack("<I", len(kept))], b"", 4 + 8 * len(kept)
    for k in kept:
        head.append(struct.pack("<II", text_at, first + len(body)))
        text_at += len(names[k]) + 1
        entry = data[header + table[k][1] : header + ends[k]]
        body += entry.ljust(_up(len(entry)), b"\0")
    table_and_names = b"".join(head) + texts
    return data[:header] + table_and_names.ljust(first, b"\0") + body


def _up(size: int) -> int:
    return -(-size // 16) * 16
