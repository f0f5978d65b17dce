"""Constant features: columns with one value in all training samples, which tell the network nothing and act as a second bias."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.training.diagnoses._columns import column_names, without_columns
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, register
from nnlab.training.observation import Observation


def find(seen: Observation) -> Iterator[Diagnosis]:
    x = np.asarray(seen.x)
    columns = tuple(int(column) for column in np.flatnonzero(np.ptp(x, axis=0) == 0))
    if not columns or len(x) < 2 or _is_image(seen):
        return
    what = "holds" if len(columns) == 1 else "hold"
    yield Diagnosis(
        "constant_features",
        None,
        f"{column_names(seen, columns)} {what} one value in all {len(x):,} training samples.",
        figure=f"{len(columns)} of {x.shape[1]}",
        remedies=without_columns(seen, columns, "Nothing is lost: a column that never changes tells nothing."),
        figures={"columns": len(columns), "features": x.shape[1], "samples": len(x)},
        columns=columns,
        harm=0.2 if len(columns) < x.shape[1] else 1.0,
    )


def _is_image(seen: Observation) -> bool:
    """Pixels at the border of an image are often always 0, and cannot be left out."""
    return seen.data is not None and seen.data.image_shape is not None


register(DiagnosisKind("constant_features", "Constant features", "A feature has one value in all training samples.", find))
