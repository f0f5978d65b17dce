"""Images with their classes, from a folder or from IDX files, all brought to one size.

Samples are kept as bytes, an eighth of what training will take; whoever asks for the same images again while somebody has them is given the
same ones, so that a preview and the training after it read every file once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
from PIL import Image

from nnlab.core.errors import DataError
from nnlab.core.file_stamp import file_stamp
from nnlab.core.memory import available_memory
from nnlab.images import packed
from nnlab.images.decoding import SUFFIXES, fitted, image_size, read_image
from nnlab.images.folder import ImageFolder, list_folder, list_images
from nnlab.images.idx import MOST_BYTES, images_beside, kind_of, labels_beside, read_idx
from nnlab.images.images import ImageForm, ImageSet

SIDES = (1, 256)  # of an image as the network gets it
USUAL_SIDE = 32  # proposed where the images' own size is larger, or differs
LARGEST_OWN = 64  # an own size up to this stays
PER_PIXEL = 24  # bytes of memory that training takes for each
_MOST_KEPT = 256 * 2**20  # bytes of the newest images, kept while nobody has them

OnImages = Callable[[int, int], None]  # images read, of all; may raise to end it


def is_image_source(path: Path) -> bool:
    """Whether a person who names this path means images: a folder, a PNG or JPEG, an IDX file."""
    return path.is_dir() or path.suffix.lower() in (*SUFFIXES, packed.SUFFIX) or kind_of(path) != ""


def proposed_form(path: Path, labels: str = "") -> ImageForm:
    """The images' own size where it is small and, in a folder, the first ones share it, else 32 × 32; colour where the first has any.

    `labels` as for `read_labelled`; raises DataError as it does.
    """
    if path.suffix == packed.SUFFIX and path.is_file():
        pixels = packed.unpack(path).pixels
        return ImageForm(pixels.shape[1], pixels.shape[2], is_color=pixels.ndim == 4)
    if not path.is_dir():
        images, _ = _idx_files(path, labels)
        height, width = read_idx(images, "images").shape[1:]
        return ImageForm(height, width) if max(height, width) <= LARGEST_OWN else ImageForm(USUAL_SIDE, USUAL_SIDE)
    found = list_folder(path)
    some = found.files[:: max(len(found.files) // 16, 1)][:16]
    sizes = {image_size(file) for file in some}
    height, width = sizes.pop() if len(sizes) == 1 else (LARGEST_OWN + 1, 0)
    own = max(height, width) <= LARGEST_OWN
    side = (height, width) if own else (USUAL_SIDE, USUAL_SIDE)
    return ImageForm(*side, is_color=any(_has_color(read_image(file, 16, 16, True, "stretch")) for file in some))


def _has_color(pixels: np.ndarray) -> bool:
    return bool((np.ptp(pixels.astype(np.int16), axis=-1) > 8).any())


_read: WeakValueDictionary[Hashable, ImageSet] = WeakValueDictionary()
_newest: list[ImageSet] = []


def read_labelled(path: Path, labels: str, form: ImageForm, progress: OnImages = lambda done, total: None) -> ImageSet:
    """The images at `path` with their classes; `labels` is the file with the labels of IDX images, "" for the one beside them.

    Raises DataError naming a file that is no image or cannot be read, an empty class, one class alone, counts that do not agree, and images
    that take more memory than there is.
    """
    key = (str(path), file_stamp(path), labels, tuple(file_stamp(file) for file in files_beside(path, labels)), form)
    found = _read.get(key)
    if found is None:
        if not path.exists():
            raise DataError(f"There is no file or folder {path}.")
        if path.is_dir():
            found = _of_folder(list_folder(path), form, progress)
        elif path.suffix == packed.SUFFIX:
            found = _of_packed(packed.unpack(path), form, progress)
        else:
            found = _of_idx(path, labels, form, progress)
        _read[key] = found
    _newest[:] = [found] if found.pixels.nbytes <= _MOST_KEPT else []
    return found


def read_unlabelled(path: Path, form: ImageForm, progress: OnImages = lambda done, total: None) -> tuple[np.ndarray, tuple[str, ...]]:
    """(pixels, names) of an image, of all images in a folder, or of an IDX file, for prediction. Raises DataError as `read_labelled`."""
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    if kind_of(path) == "images":
        pixels = _resized(read_idx(path, "images"), form, progress)
        return pixels, tuple(f"{path.name} {number + 1}" for number in range(len(pixels)))
    files = list_images(path) if path.is_dir() else (path,)
    return read_files(files, form, progress), tuple(str(file.relative_to(path)) if path.is_dir() else file.name for file in files)


def as_samples(pixels: np.ndarray) -> np.ndarray:
    """float64 (images, numbers) from 0 to 1, channel by channel and row by row, as a convolution reads them."""
    in_order = pixels if pixels.ndim == 3 else np.moveaxis(pixels, -1, 1)
    return in_order.reshape(len(pixels), -1) / 255.0


def pixel_names(form: ImageForm) -> tuple[str, ...]:
    """The name of every number of a sample, rows and columns counted from 1."""
    channels = ("red", "green", "blue") if form.is_color else ("pixel",)
    rows, columns = range(1, form.height + 1), range(1, form.width + 1)
    return tuple(f"{channel} {row} {column}" for channel in channels for row in rows for column in columns)


def memory_needed(images: int, form: ImageForm) -> int:
    """Bytes that training takes for so many images."""
    return images * form.numbers * PER_PIXEL


def require_memory_for(images: int, form: ImageForm) -> None:
    """Raises DataError where there is less memory than so many images take."""
    needed, free = memory_needed(images, form), available_memory()
    if free is not None and needed > free:
        size = f"{images:,} images of {form.height} × {form.width}"
        raise DataError(f"{size} take {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of memory are left; choose a smaller size.")


def _of_folder(found: ImageFolder, form: ImageForm, progress: OnImages) -> ImageSet:
    names = tuple(f"{file.parent.name}/{file.name}" for file in found.files)
    pixels = read_files(found.files, form, progress)
    return ImageSet(pixels, np.array(found.y, dtype=np.int64), found.classes, names, found.notes)


def _of_packed(found: ImageSet, form: ImageForm, progress: OnImages) -> ImageSet:
    """In the form they were packed in as they are; brought to another one where that is wanted by now."""
    require_memory_for(len(found.pixels), form)
    if found.pixels.shape[1:3] == (form.height, form.width) and (found.pixels.ndim == 4) == form.is_color:
        return found
    mode = "RGB" if form.is_color else "L"
    pixels = np.empty((len(found.pixels), form.height, form.width, *((3,) if form.is_color else ())), dtype=np.uint8)
    for place, image in enumerate(found.pixels):
        if place % 256 == 0:
            progress(place, len(pixels))
        pixels[place] = fitted(Image.fromarray(image).convert(mode), form.height, form.width, form.fitting)
    return replace(found, pixels=pixels)


def read_files(files: tuple[Path, ...], form: ImageForm, progress: OnImages = lambda done, total: None) -> np.ndarray:
    """The pixels of single files, as in an `ImageSet`. Raises DataError naming one that cannot be read and how many more there are."""
    require_memory_for(len(files), form)
    pixels = np.empty((len(files), form.height, form.width, *((3,) if form.is_color else ())), dtype=np.uint8)
    problems = []
    for place, file in enumerate(files):
        progress(place, len(files))
        try:
            pixels[place] = read_image(file, form.height, form.width, form.is_color, form.fitting)
        except DataError as error:
            problems.append(str(error))
    if problems:
        more = f" {len(problems) - 1:,} more of the {len(files):,} images cannot be read either." if len(problems) > 1 else ""
        raise DataError(problems[0] + more)
    progress(len(files), len(files))
    return pixels


def files_beside(path: Path, labels: str) -> tuple[Path, ...]:
    """The other file of a pair of IDX files: that of the labels where `path` holds images, and the other way round."""
    if labels:
        return (Path(labels).expanduser(),)
    found = {"images": labels_beside, "labels": images_beside}.get(kind_of(path))
    other = None if found is None else found(path)
    return () if other is None else (other,)


def _idx_files(path: Path, labels: str) -> tuple[Path, Path]:
    """(images, labels), whichever of them was named."""
    if path.suffix.lower() in SUFFIXES:
        raise DataError(f"{path.name} is a single image; choose the folder that holds a folder of images for each class.")
    kind = kind_of(path)
    if kind == "labels" and not labels:
        images = images_beside(path)
        if images is None:
            raise DataError(f"{path.name} holds labels, and there is no file of images beside it that is named alike.")
        return images, path
    if kind != "images":
        read_idx(path, "images")  # which says what it is
    found = Path(labels).expanduser() if labels else labels_beside(path)
    if found is None:
        raise DataError(
            f"{path.name} holds images, and there is no file of labels beside it that is named alike (images → labels, idx3 → idx1); "
            "choose it, or put it there."
        )
    if not found.is_file():
        raise DataError(f"There is no file {found}.")
    return path, found


def _of_idx(path: Path, labels: str, form: ImageForm, progress: OnImages) -> ImageSet:
    image_file, label_file = _idx_files(path, labels)
    pixels, numbers = read_idx(image_file, "images"), read_idx(label_file, "labels")
    if len(pixels) != len(numbers):
        raise DataError(f"{image_file.name} holds {len(pixels):,} images, but {label_file.name} {len(numbers):,} labels.")
    known, y = np.unique(numbers, return_inverse=True)
    if len(known) < 2:
        raise DataError(f"{label_file.name} holds one label, {known[0]}; there is nothing to tell it from.")
    require_memory_for(len(pixels), form)
    names = tuple(f"{image_file.name} {number + 1}" for number in range(len(pixels)))
    resized = _resized(pixels, form, progress)
    return ImageSet(resized, y.astype(np.int64), tuple(str(label) for label in known.tolist()), names)


def _resized(pixels: np.ndarray, form: ImageForm, progress: OnImages) -> np.ndarray:
    if pixels.shape[1:] != (form.height, form.width):
        if len(pixels) * form.height * form.width > MOST_BYTES:
            raise DataError(f"{len(pixels):,} images of {form.height} × {form.width} are too many; choose a smaller size.")
        resized = np.empty((len(pixels), form.height, form.width), dtype=np.uint8)
        for place, image in enumerate(pixels):
            if place % 256 == 0:
                progress(place, len(pixels))
            resized[place] = fitted(Image.fromarray(image), form.height, form.width, form.fitting)
        pixels = resized
    progress(len(pixels), len(pixels))
    return np.repeat(pixels[..., np.newaxis], 3, axis=-1) if form.is_color else pixels
