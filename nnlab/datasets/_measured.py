"""Tables of measurements that ship as files, byte for byte those of scikit-learn (`resources/datasets/`).

scikit-learn itself takes most of a second to import, for which a window would stand still; its files are read in milliseconds.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from nnlab.core.dataset import Table, Target
from nnlab.resources_path import resource


def numbers(name: str, separator: str = ",", heading: int = 0) -> np.ndarray:
    """The numbers in `resources/datasets/<name>`, float64 (rows, columns), without the first `heading` lines; the caller's own."""
    return _read(name, separator, heading).copy()


@lru_cache(maxsize=8)
def _read(name: str, separator: str, heading: int) -> np.ndarray:
    """Read once: a data set is prepared anew with every change of its settings, on the window's thread, too."""
    content = resource("datasets", name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return np.loadtxt(text.splitlines()[heading:], delimiter=separator, dtype=np.float64, ndmin=2)


def class_table(
    x: np.ndarray, y: np.ndarray, features: Iterable[str], classes: tuple[str, ...], image_shape: tuple[int, int] | None = None
) -> Table:
    """A table whose target is a class; two classes make it binary."""
    kind = "binary" if len(classes) == 2 else "classes"
    return Table(np.array(x, dtype=np.float64), y.astype(np.int64), tuple(features), Target(kind, classes), image_shape=image_shape)
