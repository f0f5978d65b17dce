"""The measurements that ship are scikit-learn's, and reading them does not load it: the window would stand still for a second."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from endings import LIMIT
from sklearn import datasets as theirs

from nnlab.core.dataset import Table, datasets
from nnlab.core.setting import Value, check_settings

CLASSIFIED = ("iris", "wine", "breast_cancer", "digits")


def ours(name: str, **settings: Value) -> Table:
    return datasets[name].make(check_settings(datasets[name].settings, settings, name), 0)


@pytest.mark.parametrize("name", CLASSIFIED)
def test_classes_are_scikit_learns_to_the_bit(name: str) -> None:
    table, bunch = ours(name), getattr(theirs, f"load_{name}")()
    assert table.x.tobytes() == np.ascontiguousarray(bunch.data).tobytes() and table.x.shape == bunch.data.shape
    assert np.array_equal(table.y, bunch.target)
    assert table.features == tuple(str(feature).replace("_", " ") for feature in bunch.feature_names)
    assert len(table.target.names) == len(bunch.target_names)
    if name != "wine":  # whose classes it calls class_0 to class_2
        assert table.target.names == tuple(str(title) for title in bunch.target_names)


def test_diabetes_has_the_measured_values() -> None:
    table, bunch = ours("diabetes"), theirs.load_diabetes(scaled=False)
    assert np.array_equal(table.x, bunch.data) and np.array_equal(table.y[:, 0], bunch.target)


@pytest.mark.parametrize(("samples_of", "bunch", "scale"), [("digits", theirs.load_digits, 16.0), ("iris", theirs.load_iris, 1.0)])
def test_reconstruction_has_the_samples_twice(samples_of: str, bunch: Any, scale: float) -> None:
    table = ours("reconstruction", samples_of=samples_of)
    assert np.array_equal(table.x, bunch().data / scale) and np.array_equal(table.y, table.x)


def test_reading_them_loads_no_library_that_takes_a_second() -> None:
    code = (
        "import sys\nfrom nnlab.core.dataset import datasets\nfrom nnlab.core.setting import check_settings\nimport nnlab.datasets\n"
        "for name in ('iris', 'wine', 'breast_cancer', 'digits', 'diabetes', 'reconstruction'):\n"
        "    datasets[name].make(check_settings(datasets[name].settings, {}, name), 0)\n"
        "print(*{'sklearn', 'pandas', 'scipy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT)
    assert run.stdout.strip() == ""
