"""Pictures as the bytes of a PNG file, which are then written as every other file is: whole, or not at all and with the reason."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QPixmap

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import FileError


def as_png(picture: QImage | QPixmap) -> bytes:
    """The bytes; none for a picture that has no pixels."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs ask for bytes, Qt for text
    buffer.close()
    return bytes(data.data())


def write_png(path: Path, picture: QImage | QPixmap) -> None:
    """Raises FileError in one sentence; whatever stood at `path` is then unchanged."""
    content = as_png(picture)
    if not content:
        raise FileError(f"{path} was not written, because the picture could not be made; choose a smaller size.")
    write_atomically(path, lambda file: file.write(content))
