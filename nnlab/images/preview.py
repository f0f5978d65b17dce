"""The first images of every class as a network would get them, before all of them are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnlab.images.folder import list_folder
from nnlab.images.images import ImageForm
from nnlab.images.source import read_files, read_labelled

SHOWN = 16  # of a class
MOST_SHOWN = 40  # classes


@dataclass(frozen=True, eq=False)
class ClassPreview:
    """`pixels` uint8 (shown, height, width), in colour with 3 behind, of the `count` images of a class."""

    name: str
    count: int
    pixels: np.ndarray


@dataclass(frozen=True)
class ImagePreview:
    """The first classes, how many classes and images there are in all, and what was left out, one sentence each."""

    shown: tuple[ClassPreview, ...]
    classes: int
    images: int
    notes: tuple[str, ...]


def preview(path: Path, labels: str, form: ImageForm) -> ImagePreview:
    """Of a folder the first images are read, of IDX files all. Raises DataError as `nnlab.images.source.read_labelled`."""
    if path.is_dir():
        found = list_folder(path)
        y = np.array(found.y)
        shown = []
        for number, name in enumerate(found.classes[:MOST_SHOWN]):
            places = np.flatnonzero(y == number)
            pixels = read_files(tuple(found.files[place] for place in places[:SHOWN].tolist()), form)
            shown.append(ClassPreview(name, len(places), pixels))
        return ImagePreview(tuple(shown), len(found.classes), len(y), found.notes)
    images = read_labelled(path, labels, form)
    shown = []
    for number, name in enumerate(images.classes[:MOST_SHOWN]):
        places = np.flatnonzero(images.y == number)
        shown.append(ClassPreview(name, len(places), images.pixels[places[:SHOWN]]))
    return ImagePreview(tuple(shown), len(images.classes), len(images.y), images.notes)
