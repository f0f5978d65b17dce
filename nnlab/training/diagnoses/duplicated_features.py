"""Duplicated features: two columns of which one follows from the other by a factor and an offset, so that one of them is superfluous."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.training.diagnoses._columns import column_name, without_columns
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, register
from nnlab.training.observation import Observation

ALIKE = 1 - 1e-6  # correlation in size
MOST_FEATURES = 2000  # correlations of more would take noticeable time and memory


def find(seen: Observation) -> Iterator[Diagnosis]:
    x = np.asarray(seen.x, dtype=np.float64)
    varies = np.flatnonzero(np.ptp(x, axis=0) > 0)
    if len(x) < 10 or not 2 <= len(varies) <= MOST_FEATURES or (seen.data is not None and seen.data.image_shape is not None):
        return
    alike = np.triu(np.abs(np.corrcoef(x[:, varies], rowvar=False)) >= ALIKE, 1)
    second = np.flatnonzero(alike.any(axis=0))
    if not len(second):
        return
    columns = tuple(int(varies[column]) for column in second)
    first = int(varies[int(np.argmax(alike[:, second[0]]))])
    more = f", and {len(columns) - 1} more like it" if len(columns) > 1 else ""
    yield Diagnosis(
        "duplicated_features",
        None,
        f"{column_name(seen, columns[0])} is {column_name(seen, first)} again, up to a factor and an offset{more}.",
        figure=f"{len(columns)} of {x.shape[1]}",
        remedies=without_columns(seen, columns, "Nothing is lost: what these columns tell, others tell already."),
        figures={"columns": len(columns), "features": x.shape[1]},
        columns=(first, *columns),
        harm=0.25,
    )


register(
    DiagnosisKind("duplicated_features", "Duplicated features", "Two features are correlated by 1 or −1 (to within a millionth).", find)
)  # fmt: skip
