"""Diabetes: how far the disease has progressed after a year, a number to be predicted from ten measurements.

442 patients, Efron, Hastie, Johnstone and Tibshirani 2004, "Least Angle Regression". The features are the measured
values (age in years, blood pressure, …), not scikit-learn's scaled ones; the target runs from 25 to 346.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.setting import Value
from nnlab.datasets._measured import numbers

# scikit-learn's short names s1 … s6, spelt out as its description of the data explains them
FEATURES = (
    "age",
    "sex",
    "body mass index",
    "blood pressure",
    "total cholesterol",
    "low-density lipoproteins",
    "high-density lipoproteins",
    "cholesterol ratio",
    "log triglycerides",
    "blood sugar",
)


def make(settings: Mapping[str, Value], seed: int) -> Table:
    x, y = numbers("diabetes_data_raw.csv.gz", separator=" "), numbers("diabetes_target.csv.gz")
    return Table(x, y, FEATURES, Target("continuous", ("disease progression",)))


register(
    Dataset(
        name="diabetes",
        title="Diabetes",
        category="Real data",
        description="442 patients with ten measurements; how far does the disease progress within a year?",
        make=make,
        standardize=True,
    )
)
