"""Images packed into one file, in the size they are used in, so that they travel inside a project.

A safetensors file: `pixels` and `y`, with the names of classes and images beside them. Nothing in it is executed.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.tensor_file import write_tensors
from nnlab.images.images import ImageSet

SUFFIX = ".images"


def pack(images: ImageSet) -> bytes:
    """As the bytes of a file; `unpack` reads it back."""
    words = {"classes": json.dumps(images.classes), "names": json.dumps(images.names), "notes": json.dumps(images.notes)}
    return write_tensors({"pixels": np.ascontiguousarray(images.pixels), "y": np.ascontiguousarray(images.y)}, metadata=words)


def unpack(path: Path) -> ImageSet:
    """The images in a file. Raises DataError for one that `pack` did not write, or whose counts do not agree."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            pixels, y, words = file.get_tensor("pixels"), file.get_tensor("y"), file.metadata()
        classes, names, notes = (tuple(map(str, json.loads(words[key]))) for key in ("classes", "names", "notes"))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} does not hold packed images: {str(error)[:120].rstrip('.')}.") from None
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[3] != 3) or not pixels.size:
        raise DataError(f"{path.name} does not hold packed images: its pixels are {pixels.dtype} {pixels.shape}.")
    if y.dtype != np.int64 or y.shape != (len(pixels),) or len(names) != len(pixels) or y.min() < 0 or y.max() >= len(classes):
        raise DataError(f"{path.name} does not hold packed images: its classes and names do not fit its {len(pixels):,} images.")
    return ImageSet(pixels, y, classes, names, notes)
