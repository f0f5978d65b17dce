"""What images are once they are read: samples of one form, with their classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.images.decoding import Fitting


@dataclass(frozen=True)
class ImageForm:
    """How images are read. Height and width in pixels."""

    height: int
    width: int
    is_color: bool = False
    fitting: Fitting = "crop"

    @property
    def numbers(self) -> int:
        """How many numbers one image becomes."""
        return self.height * self.width * (3 if self.is_color else 1)


@dataclass(frozen=True, eq=False)
class ImageSet:
    """`pixels` uint8 (images, height, width), in colour (images, height, width, 3); `y` int64 (images,) numbers of `classes`."""

    pixels: np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]  # of the images, for people
    notes: tuple[str, ...] = ()
