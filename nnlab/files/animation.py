"""Pictures that follow each other as one file: GIF or WebP, written by Pillow.

Frames are reduced to 256 colours as they come (octree, no dithering: 3 ms for a window of 1280 × 800) and kept packed, so that a minute
fits into memory; the file is written in one go and takes its name only when it is whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnlab.core.atomic import check_room, write_atomically
from nnlab.core.errors import FileError
from nnlab.jobs.context import JobContext

if TYPE_CHECKING:
    from PIL import Image

FORMS = {".gif": "GIF", ".webp": "WEBP"}
MOST_FRAMES = 600
MOST_BYTES = 256_000_000  # of packed frames
PER_SECOND = 10  # frames a second while it is played
ROOM = 1_000_000  # bytes a disk must have when recording begins
LIMIT = f"at most {MOST_FRAMES} frames, {MOST_FRAMES // PER_SECOND} seconds"


class Animation:
    """Frames of one size. `add` packs one, `write` makes the file; raises FileError for a name that is none of FORMS."""

    def __init__(self, path: Path, per_second: float = PER_SECOND) -> None:
        self.path = path
        if path.suffix.lower() not in FORMS:
            raise FileError(f"{path} cannot be recorded: the file's name must end in {' or '.join(FORMS)}.")
        if path.is_dir():
            raise FileError(f"{path} cannot be recorded: it is a folder; choose the name of a file.")
        check_room(path, ROOM)
        self._milliseconds = round(1000 / per_second)
        self._frames: list[tuple[bytes, bytes, int]] = []  # packed pixels, palette, how many times it is shown
        self._size = (0, 0)
        self._last = b""
        self.bytes = 0

    def __len__(self) -> int:
        return sum(times for _, _, times in self._frames)

    @property
    def is_full(self) -> bool:
        return len(self) >= MOST_FRAMES or self.bytes >= MOST_BYTES

    def add(self, pixels: np.ndarray) -> None:
        """uint8 (height, width, 3); a frame like the one before only lasts longer. Of another size than the first it is cut or padded."""
        from PIL import Image

        if self.is_full:
            return
        image = Image.fromarray(pixels, "RGB") if not self._frames else _fitted(Image.fromarray(pixels, "RGB"), self._size)
        self._size = image.size
        raw = image.tobytes()
        if raw == self._last:
            packed, palette, times = self._frames[-1]
            self._frames[-1] = packed, palette, times + 1
            return
        self._last = raw
        reduced = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        packed = zlib.compress(reduced.tobytes(), 1)
        palette = bytes(reduced.getpalette() or ())
        self.bytes += len(packed) + len(palette)
        self._frames.append((packed, palette, 1))

    def write(self, context: JobContext) -> Path:
        """The file, whole or not at all. Raises WriteError where the disk is full, FileError without frames."""
        if not self._frames:
            raise FileError("Nothing was recorded: no frame had come when the recording was stopped.")
        form = FORMS[self.path.suffix.lower()]
        durations = [times * self._milliseconds for _, _, times in self._frames]

        def images() -> Iterator[Image.Image]:
            from PIL import Image

            for k, (packed, palette, _) in enumerate(self._frames):
                context.report(k, len(self._frames), "writing")
                context.check()
                image = Image.frombytes("P", self._size, zlib.decompress(packed))
                image.putpalette(palette)
                yield image if form == "GIF" else image.convert("RGB")

        def write(file) -> None:  # type: ignore[no-untyped-def]
            rest = images()
            first = next(rest)
            more = {"optimize": False, "disposal": 1} if form == "GIF" else {"quality": 85, "method": 2}
            first.save(file, format=form, save_all=True, append_images=rest, duration=durations, loop=0, **more)

        write_atomically(self.path, write)
        return self.path


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size:
        return image
    from PIL import Image as images

    whole = images.new("RGB", size)
    whole.paste(image)
    return whole
