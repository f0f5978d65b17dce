"""Iris: three species of iris, told apart by length and width of sepals and petals.

150 flowers measured by Anderson, published by Fisher 1936, "The use of multiple measurements in taxonomic problems".
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._scikit_learn import class_table


def make(settings: Mapping[str, Value], seed: int) -> Table:
    from sklearn.datasets import load_iris

    bunch = load_iris()
    return class_table(bunch.data, bunch.target, bunch.feature_names, bunch.target_names)


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
