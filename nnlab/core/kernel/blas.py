"""SciPy's BLAS, and nothing else of SciPy.

numba reaches BLAS through the module `scipy.linalg.cython_blas`. To import it in the ordinary way imports all of `scipy.linalg` first,
which takes a tenth of the time in which the command line starts; it depends on none of that.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

NAME = "scipy.linalg.cython_blas"


def load_blas() -> None:
    """Puts the module where numba and others look for it; what imports `scipy.linalg` later finds it there."""
    if NAME in sys.modules:
        return
    import scipy  # first: on Windows it makes the folder of its libraries known

    spec = PathFinder.find_spec(NAME, [str(Path(scipy.__path__[0]) / "linalg")])
    if spec is None or spec.loader is None:  # another layout
        importlib.import_module(NAME)
        return
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[NAME]
        raise


load_blas()
