"""Wine: the cultivar of a wine from thirteen chemical measurements.

178 Italian wines, Forina et al. 1991, "PARVUS" (UCI). The features differ in scale by a factor of a thousand, which
makes the set a good demonstration of why inputs are standardised.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._measured import class_table, numbers

FEATURES = (
    "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols",
    "proanthocyanins", "color intensity", "hue", "od280/od315 of diluted wines", "proline",
)  # fmt: skip
CLASSES = ("cultivar 1", "cultivar 2", "cultivar 3")


def make(settings: Mapping[str, Value], seed: int) -> Table:
    rows = numbers("wine.csv", heading=1)
    return class_table(rows[:, :-1], rows[:, -1], FEATURES, CLASSES)


register(
    Dataset(
        name="wine",
        title="Wine",
        category="Real data",
        description="178 wines with thirteen chemical measurements; which of three cultivars is it?",
        make=make,
        standardize=True,
    )
)
