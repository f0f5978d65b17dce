"""One image file as pixels: PNG or JPEG, in grey or colour, of the size that is wanted.

What an image claims to be is looked at before it is unpacked: a file of a few kilobytes may claim a billion pixels. Only two formats are
read, whatever the name of the file says. A photo is turned as its camera says, what is transparent lies on white, and 16 bits become 8.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from nnlab.core.errors import DataError

FORMATS = ("PNG", "JPEG")
SUFFIXES = (".png", ".jpg", ".jpeg")
MOST_PIXELS = 50_000_000  # of one image as it is stored; a camera makes up to about as many
Fitting = Literal["crop", "pad", "stretch"]
_BILINEAR = Image.Resampling.BILINEAR


def image_size(path: Path) -> tuple[int, int]:
    """(height, width) that a file claims, its pixels not unpacked. Raises DataError for what is no PNG or JPEG."""
    with _opened(path) as image:
        return image.height, image.width


def read_image(path: Path, height: int, width: int, is_color: bool, fitting: Fitting) -> np.ndarray:
    """uint8 (height, width), or (height, width, 3) in colour. Raises DataError naming the file."""
    with _opened(path) as image:
        if image.width * image.height > MOST_PIXELS:
            size = f"{image.width:,} × {image.height:,} pixels"
            raise DataError(f"{_name(path)} claims {size}, more than the {MOST_PIXELS / 1e6:.0f} million that are read; make it smaller.")
        try:
            if image.format == "JPEG":
                image.draft(None, (width * 2, height * 2))  # unpacks at a half, a quarter or an eighth, still larger than needed
            return fitted(_plain(image, is_color), height, width, fitting)
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise DataError(f"{_name(path)} is damaged: {_reason(error)}; replace or remove it.") from None
        except MemoryError:
            raise DataError(f"{_name(path)} asks for more memory than there is; replace or remove it.") from None


def fitted(image: Image.Image, height: int, width: int, fitting: Fitting) -> np.ndarray:
    """The pixels in the wanted size: cut to its shape, with a border, or stretched."""
    size = (width, height)
    if image.size != size:
        if fitting == "crop":
            image = ImageOps.fit(image, size, _BILINEAR)
        elif fitting == "pad":
            image = ImageOps.pad(image, size, _BILINEAR)
        else:
            image = image.resize(size, _BILINEAR)
    return np.asarray(image, dtype=np.uint8)


def _opened(path: Path) -> Image.Image:
    try:
        with path.open("rb") as file:  # what is no image costs one short read, not an attempt by every format
            start = file.read(8)
        if not start:
            raise DataError(f"{_name(path)} is empty; replace or remove it.")
        if not start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
            raise DataError(f"{_name(path)} is no PNG or JPEG image; replace or remove it.")
        return Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError:
        most = f"{MOST_PIXELS / 1e6:.0f} million pixels"
        raise DataError(f"{_name(path)} claims more than the {most} that are read; make it smaller.") from None
    except (UnidentifiedImageError, SyntaxError, ValueError, EOFError):
        raise DataError(f"{_name(path)} is no PNG or JPEG image; replace or remove it.") from None
    except OSError as error:
        raise DataError(f"{_name(path)} cannot be read: {error.strerror or _reason(error)}.") from None


def _plain(image: Image.Image, is_color: bool) -> Image.Image:
    """Grey or RGB of 8 bits, upright, on white."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):  # grey of 16 or more bits, which a plain conversion would cut off at 255
        deep = np.asarray(upright, dtype=np.float64)
        upright = Image.fromarray(np.clip(deep / 257.0 + 0.5, 0.0, 255.0).astype(np.uint8))
    if upright.has_transparency_data:
        behind = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(behind, upright.convert("RGBA"))
    return upright.convert("RGB" if is_color else "L")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _reason(error: BaseException) -> str:
    text = str(error).rstrip(".") or type(error).__name__
    return f"{text[:1].lower()}{text[1:160]}"
