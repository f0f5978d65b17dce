"""Reconstruction: samples that are their own target, which is what an autoencoder is trained on.

A network that has to give back what it was shown, through a layer narrower than the sample, must find out what the samples have in
common (Hinton and Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks"). All columns of one sample have one
unit, grey levels from 0 to 1 or centimetres, so that an error counts alike wherever it occurs; nothing is standardised.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.setting import Setting, Value
from nnlab.datasets._scikit_learn import readable

GREY_LEVELS = 16.0  # the darkest pixel of the digits

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
    from sklearn.datasets import load_digits, load_iris

    is_digits = settings["samples_of"] == "digits"
    bunch = load_digits() if is_digits else load_iris()
    x = np.array(bunch.data, dtype=np.float64) / (GREY_LEVELS if is_digits else 1.0)
    names = readable(bunch.feature_names)
    return Table(x, x.copy(), names, Target("continuous", names), image_shape=(8, 8) if is_digits else None)


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
