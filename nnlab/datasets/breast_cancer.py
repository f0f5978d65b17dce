"""Breast cancer: benign or malignant, from thirty measurements of cell nuclei in an image.

569 samples, Wolberg, Street and Mangasarian 1995, "Breast Cancer Wisconsin (Diagnostic)" (UCI). Class 0 is malignant,
class 1 benign, as in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._scikit_learn import class_table


def make(settings: Mapping[str, Value], seed: int) -> Table:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    return class_table(bunch.data, bunch.target, bunch.feature_names, bunch.target_names)


register(
    Dataset(
        name="breast_cancer",
        title="Breast cancer",
        category="Real data",
        description="569 samples with thirty measurements of cell nuclei; malignant or benign?",
        make=make,
        standardize=True,
    )
)
