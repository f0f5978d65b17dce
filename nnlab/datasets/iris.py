"""Iris: three species of iris, told apart by length and width of sepals and petals.

150 flowers measured by Anderson, published by Fisher 1936, "The use of multiple measurements in taxonomic problems".
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._measured import class_table, numbers

FEATURES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
CLASSES = ("setosa", "versicolor", "virginica")


def make(settings: Mapping[str, Value], seed: int) -> Table:
    rows = numbers("iris.csv", heading=1)
    return class_table(rows[:, :-1], rows[:, -1], FEATURES, CLASSES)


register(
    Dataset(
        name="iris",
        title="Iris",
        category="Real data",
        description="150 flowers with four measurements; which of three species is it?",
        make=make,
        standardize=True,
    )
)
