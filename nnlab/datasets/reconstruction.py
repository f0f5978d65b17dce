"""Reconstruction: samples that are their own target, which is what an autoencoder is trained on.

A network that has to give back what it was shown, through a layer narrower than the sample, must find out what the samples have in
common (Hinton and Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks"). All columns of one sample have one
unit, grey levels from 0 to 1 or centimetres, so that an error counts alike wherever it occurs; nothing is standardised.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.setting import Setting, Value
from nnlab.datasets import digits, iris
from nnlab.datasets._measured import numbers

SETTINGS = (
    Setting(
        "samples_of",
        "digits",
        title="Samples",
        choices=("digits", "iris"),
        tip="Handwritten digits of 8 × 8 pixels from 0 to 1, or iris flowers with four lengths in centimetres.",
    ),
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    is_digits = settings["samples_of"] == "digits"
    rows = numbers("digits.csv.gz") if is_digits else numbers("iris.csv", heading=1)
    x = rows[:, :-1] / (digits.MOST if is_digits else 1.0)
    names = digits.PIXELS if is_digits else iris.FEATURES
    return Table(x, x.copy(), names, Target("continuous", names), image_shape=(digits.SIDE, digits.SIDE) if is_digits else None)


register(
    Dataset(
        name="reconstruction",
        title="Reconstruction",
        category="Real data",
        description="Digits or flowers that are their own target: the network learns to reproduce its input.",
        settings=SETTINGS,
        make=make,
    )
)
