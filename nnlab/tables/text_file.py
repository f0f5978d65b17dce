"""The text of a file: its bytes, whatever their encoding, as characters with line ends '\\n'.

Files come from spreadsheets, databases and scripts: with or without a byte order mark, in UTF-8, UTF-16 or a Windows code page,
packed by gzip or not. What can be told apart safely is read; what cannot is refused in words.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from pathlib import Path

from nnlab.core.errors import DataError

MAX_BYTES = 256 * 2**20

# UTF-32 first: its mark begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16")  # those a person may choose
_GZIP = b"\x1f\x8b"
_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"PAR1", "a Parquet file; convert it to CSV"),
    (_GZIP, "compressed; unpack it first"),
    (b"%PDF", "a PDF document; it must be CSV"),
)
_AT_ONCE = 2**20  # characters searched in one call, which holds up every other thread
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # characters that no table of text contains


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises DataError for one that is missing, cannot be read or is too large."""
    try:
        if not path.exists():
            raise DataError(f"There is no file {path}.")
        if not path.is_file():
            raise DataError(f"{path} is not a file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError(f"{path.name} has {size / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB can be read.")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{path} cannot be read: {reason}.") from error


def unpacked(content: bytes, name: str) -> bytes:
    """What a gzip file holds; raises DataError when that is damaged or larger than a file may be."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = unpacker.decompress(content, MAX_BYTES + 1)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} cannot be unpacked: {error}.") from error
    if len(text) > MAX_BYTES:
        raise DataError(f"{name} unpacks to more than {MAX_BYTES // 2**20} MB, the most that can be read.")
    if not unpacker.eof:
        raise DataError(f"{name} cannot be unpacked: it ends too early.")
    return text


def decode(content: bytes, name: str, encoding: str = "") -> tuple[str, str]:
    """The characters and the encoding they were read in: the one given, else the first that fits. Raises DataError if none does."""
    for signature, what in _NOT_TEXT:
        if content.startswith(signature):
            raise DataError(f"{name} is {what}.")
    marked = next((candidate for mark, candidate in _MARKS if content.startswith(mark)), "")
    for candidate in [encoding] if encoding else [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            text = content.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
        if any(_CONTROL.search(text, start, start + _AT_ONCE) for start in range(0, len(text), _AT_ONCE)):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n"), candidate
    if encoding:
        raise DataError(f"{name} is not text in {encoding}; choose another encoding.")
    raise DataError(f"{name} is not a text file or has an unknown encoding; save it as CSV in UTF-8.")


def read_text(path: Path, encoding: str = "") -> tuple[str, str]:
    """`decode` of a file, unpacked first where it is packed by gzip."""
    content = read_bytes(path)
    if content.startswith(_GZIP) and path.suffix.lower() == ".gz":
        content = unpacked(content, path.name)
    return decode(content, path.name, encoding)
