"""Digits: 1,797 handwritten digits as images of 8 × 8 pixels with 17 levels of grey.

Alpaydin and Kaynak 1998, "Optical Recognition of Handwritten Digits" (UCI), the test part, as scikit-learn ships it.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._scikit_learn import class_table


def make(settings: Mapping[str, Value], seed: int) -> Table:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return class_table(bunch.data, bunch.target, bunch.feature_names, bunch.target_names, image_shape=(8, 8))


register(
    Dataset(
        name="digits",
        title="Handwritten digits",
        category="Real data",
        description="1,797 images of 8 × 8 pixels; which digit from 0 to 9 is it?",
        make=make,
        standardize=True,
    )
)
