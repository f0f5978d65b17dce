"""A folder of images: each folder in it is a class, named as the folder, and holds that class's images."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nnlab.core.errors import DataError
from nnlab.images.decoding import SUFFIXES

MOST_FILES = 1_000_000
MOST_CLASSES = 1000


@dataclass(frozen=True)
class ImageFolder:
    """`files` in the order of their classes and names, `y` the number of each one's class in `classes`."""

    classes: tuple[str, ...]
    files: tuple[Path, ...]
    y: tuple[int, ...]
    notes: tuple[str, ...] = ()


def list_folder(path: Path) -> ImageFolder:
    """The images of a folder by class. Raises DataError naming a class without images, and for fewer than two classes."""
    folders, loose = _entries(path)
    if not folders:
        found = f"holds {_counted(len(loose), 'image')} but no folders" if loose else "is a folder without images"
        raise DataError(f"{path.name} {found}; name a file, or put the images of each class into a folder of its own, named as the class.")
    files: list[Path] = []
    y: list[int] = []
    others: list[Path] = []
    for number, folder in enumerate(folders):
        inside, images = _entries(folder, others)
        if not images and inside and any(_entries(deeper)[1] for deeper in inside[:20]):
            advice = f"choose the folder whose folders are the classes, for example {path.name}/{folder.name}"
            raise DataError(f"{path.name}/{folder.name} holds folders of images; {advice}.")
        if not images:
            raise DataError(f"The class {folder.name!r} is empty: {path.name}/{folder.name} holds no PNG or JPEG image; remove it.")
        files.extend(images)
        y.extend([number] * len(images))
        if len(files) > MOST_FILES:
            raise DataError(f"{path.name} holds more than {MOST_FILES:,} images, which are too many.")
    if len(folders) == 1:
        raise DataError(f"{path.name} holds one class, {folders[0].name!r}; there is nothing to tell it from: add a folder of another.")
    if len(folders) > MOST_CLASSES:
        raise DataError(f"{path.name} holds {len(folders):,} folders; at most {MOST_CLASSES:,} classes can be learned.")
    notes = []
    if loose:
        notes.append(f"{_counted(len(loose), 'image')} beside the folders {_were(len(loose))} left out, as no folder names the class.")
    if others:
        first = f"{others[0].parent.name}/{others[0].name}"
        notes.append(f"{_counted(len(others), 'file')} that {_are(len(others))} no PNG or JPEG {_were(len(others))} left out ({first}).")
    return ImageFolder(tuple(folder.name for folder in folders), tuple(files), tuple(y), tuple(notes))


def list_images(path: Path) -> tuple[Path, ...]:
    """All images in a folder and the folders in it, for prediction. Raises DataError where there are none."""
    folders, loose = _entries(path)
    found = [*loose, *(image for folder in folders for image in _entries(folder)[1])]
    if not found:
        raise DataError(f"{path.name} holds no PNG or JPEG image.")
    return tuple(found)


def _entries(path: Path, others: list[Path] | None = None) -> tuple[list[Path], list[Path]]:
    """(folders, images) in a folder by name, without hidden ones; what is neither goes into `others`."""
    folders, images = [], []
    try:
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.startswith((".", "__MACOSX")) or entry.name in ("Thumbs.db", "desktop.ini"):
                    continue
                place = path / entry.name
                if entry.is_dir():
                    folders.append(place)
                elif entry.is_file() and place.suffix.lower() in SUFFIXES:
                    images.append(place)
                elif others is not None:
                    others.append(place)
    except OSError as error:
        raise DataError(f"The folder {path} cannot be read: {error.strerror}.") from None
    return folders, images


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _were(number: int) -> str:
    return "were" if number != 1 else "was"


def _are(number: int) -> str:
    return "are" if number != 1 else "is"
