"""Small image files made in a test: folders by class, IDX files, and what only looks like either."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("dark", "light")


def make_folder(root: Path, each: int = 12, side: tuple[int, int] = (6, 6), mode: str = "L") -> Path:
    """`each` PNG images a class: those of "light" are brighter than 150, of "dark" darker than 100."""
    generator = np.random.default_rng(0)
    for name in CLASSES:
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(each):
            low = 150 if name == "light" else 0
            shape = side if mode == "L" else (*side, 3)
            pixels = generator.integers(low, low + 100, shape).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return root


def idx_bytes(values: np.ndarray) -> bytes:
    """An array of bytes in IDX form, as Yann LeCun's page describes it."""
    return b"\x00\x00\x08" + bytes([values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.astype(np.uint8).tobytes()


def make_idx(root: Path, packed: bool = True, count: int = 30) -> Path:
    """A pair of files named like MNIST's; image n is filled with n, its label is n modulo 3. Returns the file of images."""
    root.mkdir(parents=True, exist_ok=True)
    images = np.repeat(np.arange(count), 12).reshape(count, 3, 4)
    pack = gzip.compress if packed else bytes
    end = ".gz" if packed else ""
    (root / f"train-labels-idx1-ubyte{end}").write_bytes(pack(idx_bytes(np.arange(count) % 3)))
    path = root / f"train-images-idx3-ubyte{end}"
    path.write_bytes(pack(idx_bytes(images)))
    return path


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
