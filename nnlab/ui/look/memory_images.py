"""Images of a style sheet, which takes them from files: as files of Qt's resource system, which lie in memory and need no disk.

The bytes are those that Qt's `rcc` writes (format version 1, qtbase/src/corelib/io/qresource.cpp): a tree of nodes of 14 bytes, names with
their hashes, and contents with their lengths, all big-endian; the children of a folder stand in the order of their hashes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from PySide6.QtCore import qRegisterResourceData

VERSION, FOLDER, ANY_LANGUAGE = 1, 2, 1  # of the format; the flag of a folder; QLocale::C
_registered: dict[str, tuple[bytes, bytes, bytes]] = {}  # Qt reads them for as long as the process lives


def register_images(folder: str, images: Mapping[str, str]) -> str:
    """The texts of SVG files by their names as files of `:/folder`, which is returned; what is registered already stays."""
    if folder not in _registered:
        _registered[folder] = resource_data(folder, {name: text.encode() for name, text in images.items()})
        qRegisterResourceData(VERSION, *_registered[folder])
    return f":/{folder}"


def resource_data(folder: str, files: Mapping[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """(tree, names, contents) of one folder with these files."""
    ordered = sorted(files, key=hash_of_name)
    names, contents, name_at = b"", b"", {}
    for name in (folder, *ordered):
        name_at[name] = len(names)
        names += struct.pack(">HI", len(name), hash_of_name(name)) + name.encode("utf-16-be")
    tree = struct.pack(">IHII", 0, FOLDER, 1, 1) + struct.pack(">IHII", name_at[folder], FOLDER, len(ordered), 2)
    for name in ordered:
        tree += struct.pack(">IHHHI", name_at[name], 0, 0, ANY_LANGUAGE, len(contents))
        contents += struct.pack(">I", len(files[name])) + files[name]
    return tree, names, contents


def hash_of_name(name: str) -> int:
    """Qt's qt_hash (PJW): what the names of a resource folder are sorted and found by."""
    value = 0
    for letter in name:
        value = (value << 4) + ord(letter)
        value ^= (value & 0xF0000000) >> 23
        value &= 0x0FFFFFFF
    return value
