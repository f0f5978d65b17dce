"""Tables from the data sets that ship inside scikit-learn (no download), imported only when one is asked for.

scikit-learn takes most of a second to import, so nothing here loads it before the first `make`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nnlab.core.dataset import Table, Target


def readable(names: Iterable[object]) -> tuple[str, ...]:
    """scikit-learn's names as people write them: 'malic_acid' becomes 'malic acid'."""
    return tuple(str(name).replace("_", " ") for name in names)


def class_table(
    x: np.ndarray, y: np.ndarray, features: Iterable[object], classes: Iterable[object], image_shape: tuple[int, int] | None = None
) -> Table:
    """A table whose target is a class; two classes make it binary."""
    names = readable(classes)
    kind = "binary" if len(names) == 2 else "classes"
    return Table(
        np.array(x, dtype=np.float64), np.array(y, dtype=np.int64), readable(features), Target(kind, names), image_shape=image_shape
    )
