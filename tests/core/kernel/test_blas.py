"""The BLAS that numba calls comes without the rest of SciPy, and SciPy finds it afterwards."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import nnlab.core.kernel
assert "scipy.linalg" not in sys.modules and "scipy.special" not in sys.modules, "all of it was imported"
import numba, numpy as np
product = numba.njit(lambda a, b: np.dot(a, b))
a = np.arange(6.0).reshape(2, 3)
assert product(a, a.T.copy()).tolist() == [[5.0, 14.0], [14.0, 50.0]]
import scipy.linalg, scipy.linalg.cython_blas
from scipy.linalg import cython_blas
assert cython_blas is sys.modules["scipy.linalg.cython_blas"]
assert np.allclose(scipy.linalg.inv(2.0 * np.eye(3)), 0.5 * np.eye(3))
"""


def test_nothing_else_of_scipy_is_imported_with_the_kernels() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
