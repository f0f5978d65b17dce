"""Digits: 1,797 handwritten digits as images of 8 × 8 pixels with 17 levels of grey.

Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits" (UCI), the test part, as scikit-learn ships it. They can be turned,
inverted (ink and paper change places) or cut down to some of the classes: another task for a network that has learned the plain one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Setting, Value
from nnlab.datasets._measured import class_table, numbers

MOST = 16.0  # the darkest grey
SIDE = 8
PIXELS = tuple(f"pixel {row} {column}" for row in range(SIDE) for column in range(SIDE))
CLASSES = {"all": (0, 9), "0 to 4": (0, 4), "5 to 9": (5, 9)}  # first and last digit
SETTINGS = (
    Setting("classes", "all", choices=tuple(CLASSES), tip="Which digits there are; the target has ten classes whichever they are."),
    Setting(
        "turned", "0", choices=("0", "90", "180", "270"), choice_titles=("not at all", "90°", "180°", "270°"),
        tip="By how many degrees every image is turned clockwise.",
    ),
    Setting("inverted", False, tip="Light digits on dark paper instead of dark ones on light."),
)  # fmt: skip


def make(settings: Mapping[str, Value], seed: int) -> Table:
    rows = numbers("digits.csv.gz")
    pixels, digit = rows[:, :-1].reshape(-1, SIDE, SIDE), rows[:, -1]
    first, last = CLASSES[str(settings["classes"])]
    chosen = (digit >= first) & (digit <= last)
    images = np.rot90(pixels[chosen], int(str(settings["turned"])) // 90, axes=(2, 1))  # clockwise
    if settings["inverted"]:
        images = MOST - images
    x = images.reshape(len(images), -1)
    return class_table(x, digit[chosen], PIXELS, tuple("0123456789"), image_shape=(SIDE, SIDE))


register(
    Dataset(
        name="digits",
        title="Handwritten digits",
        category="Real data",
        description="1,797 images of 8 × 8 pixels; which digit from 0 to 9 is it?",
        settings=SETTINGS,
        make=make,
        standardize=True,
    )
)
