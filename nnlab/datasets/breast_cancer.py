"""Breast cancer: benign or malignant, from thirty measurements of cell nuclei in an image.

569 samples, Wolberg, Street and Mangasarian 1995, "Breast Cancer Wisconsin (Diagnostic)" (UCI). Class 0 is malignant,
class 1 benign, as in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._measured import class_table, numbers

MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
)  # fmt: skip
FEATURES = (*(f"mean {m}" for m in MEASURES), *(f"{m} error" for m in MEASURES), *(f"worst {m}" for m in MEASURES))
CLASSES = ("malignant", "benign")


def make(settings: Mapping[str, Value], seed: int) -> Table:
    rows = numbers("breast_cancer.csv", heading=1)
    return class_table(rows[:, :-1], rows[:, -1], FEATURES, CLASSES)


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
