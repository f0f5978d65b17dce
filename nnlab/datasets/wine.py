"""Wine: the cultivar of a wine from thirteen chemical measurements.

178 Italian wines, Forina et al. 1991, "PARVUS" (UCI). The features differ in scale by a factor of a thousand, which
makes the set a good demonstration of why inputs are standardised.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, register
from nnlab.core.setting import Value
from nnlab.datasets._scikit_learn import class_table


def make(settings: Mapping[str, Value], seed: int) -> Table:
    from sklearn.datasets import load_wine

    bunch = load_wine()
    return class_table(bunch.data, bunch.target, bunch.feature_names, ("cultivar 1", "cultivar 2", "cultivar 3"))


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
