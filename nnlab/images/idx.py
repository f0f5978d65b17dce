"""IDX files, in which MNIST and its relatives are published: a header of a few whole numbers, then bytes.

Two zeros, the type of the numbers (8: bytes), how many dimensions there are, and the length of each as four bytes, the first one first
(Yann LeCun's description). Images have three dimensions, labels one. The header is believed only as far as the bytes behind it go, and a
packed file is unpacked no further than its header says.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from nnlab.core.errors import DataError

MOST_BYTES = 4 * 2**30  # of one file, unpacked
IMAGES, LABELS = b"\x00\x00\x08\x03", b"\x00\x00\x08\x01"
_GZIP = b"\x1f\x8b"
_TYPES = {0x08: "bytes", 0x09: "signed bytes", 0x0B: "short numbers", 0x0C: "whole numbers", 0x0D: "float numbers", 0x0E: "double numbers"}


def kind_of(path: Path) -> str:
    """ "images" or "labels" for an IDX file that begins as one of them, "" for any other file."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(_GZIP):
            with gzip.open(path) as file:
                start = file.read(4)
    except (OSError, EOFError, ValueError, zlib.error):
        return ""
    return {IMAGES: "images", LABELS: "labels"}.get(start, "")


def is_idx(path: Path) -> bool:
    """Whether a file begins as IDX images or labels."""
    return kind_of(path) != ""


def read_idx(path: Path, what: str) -> np.ndarray:
    """uint8: of "images" (count, height, width), of "labels" (count,). Raises DataError for a file that is none or does not add up."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == _GZIP
        if is_packed:
            with gzip.GzipFile(path) as packed:
                return _read(path, packed, what)
        with path.open("rb") as file:
            return _read(path, file, what)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(f"{path.name} is a damaged gzip file; download it again.") from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror}.") from None


def _read(path: Path, file: BinaryIO | gzip.GzipFile, what: str) -> np.ndarray:
    dimensions = {"images": 3, "labels": 1}[what]
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\x00\x00" or magic[2] not in _TYPES or magic[3] == 0:
        raise DataError(f"{path.name} is no IDX file: it does not begin with its two zeros, a type and a number of dimensions.")
    if magic[2] != 0x08:
        raise DataError(f"{path.name} holds {_TYPES[magic[2]]}; only IDX files of bytes (type 8) are read.")
    if magic[3] != dimensions:
        raise DataError(f"{path.name} has {magic[3]} dimensions, but {what} have {dimensions}; choose another file.")
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise DataError(f"{path.name} ends inside its header; download it again.")
    shape = tuple(int.from_bytes(header[4 * k : 4 * k + 4], "big") for k in range(dimensions))
    said = math.prod(shape)
    if said == 0:
        raise DataError(f"{path.name} says that it holds {' × '.join(str(n) for n in shape)} numbers, which is nothing.")
    if said > MOST_BYTES:
        raise DataError(f"{path.name} says that it holds {said / 1e9:,.1f} GB, more than the {MOST_BYTES / 1e9:.1f} GB that are read.")
    if path.stat().st_size * 1100 < said:  # not even gzip packs so tightly: no memory is taken for what cannot be there
        raise DataError(f"{path.name} says that it holds {said:,} bytes, but is far too short for them; download it again.")
    content = file.read(said + 1)
    if len(content) != said:
        has = "more" if len(content) > said else f"{len(content):,}"
        raise DataError(f"{path.name} says that it holds {said:,} bytes ({' × '.join(f'{n:,}' for n in shape)}), but has {has}.")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def labels_beside(path: Path) -> Path | None:
    """The file of labels that belongs to one of images by its name, None where there is none."""
    return _beside(path, "images", "labels", "idx3", "idx1")


def images_beside(path: Path) -> Path | None:
    """The file of images that belongs to one of labels by its name, None where there is none."""
    return _beside(path, "labels", "images", "idx1", "idx3")


def _beside(path: Path, word: str, other_word: str, number: str, other_number: str) -> Path | None:
    other = path.name.replace(word, other_word).replace(number, other_number)
    if other == path.name:
        return None
    plain = other.removesuffix(".gz")
    return next((found for name in (other, plain, f"{plain}.gz") if (found := path.with_name(name)).is_file()), None)
