"""A leaking target: a feature that tells the answer, so that the network is excellent here and useless where the answer is not known.

Kaufman et al., Leakage in data mining (2012). One feature of a single-feature problem may of course decide the target; so may one of two.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.training.diagnoses._columns import column_name, without_columns
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, register
from nnlab.training.observation import Observation

SURE = 1 - 1e-4  # correlation in size with the target
LEAST_FEATURES, LEAST_SAMPLES = 3, 20
ROWS_PER_VALUE = 5  # so many at least on average, before it counts that each value has a target of its own


def find(seen: Observation) -> Iterator[Diagnosis]:
    x, y = np.asarray(seen.x, dtype=np.float64), np.asarray(seen.y, dtype=np.float64)
    y = y.reshape(len(y), -1)
    if x.shape[1] < LEAST_FEATURES or len(x) < LEAST_SAMPLES or (y.shape[1] > 1 and not _is_one_hot(y)):
        return
    target = y[:, 0] if y.shape[1] == 1 else np.argmax(y, axis=1).astype(np.float64)
    if np.ptp(target) == 0:
        return
    found = [(column, how) for column in np.flatnonzero(np.ptp(x, axis=0) > 0) if (how := _tells(x[:, column], target))]
    if not found:
        return
    columns = tuple(int(column) for column, _ in found)
    more = f" So {'does' if len(columns) == 2 else 'do'} {len(columns) - 1} more." if len(columns) > 1 else ""
    yield Diagnosis(
        "leaking_target",
        None,
        f"{column_name(seen, columns[0])} alone tells the target: {found[0][1]}.{more}",
        figure=column_name(seen, columns[0]),
        remedies=without_columns(seen, columns, "What remains is what is known when a prediction is needed."),
        figures={"columns": len(columns)},
        columns=columns,
        harm=0.85,
    )


def _is_one_hot(y: np.ndarray) -> bool:
    return bool(np.isin(y, (0.0, 1.0)).all() and (y.sum(axis=1) == 1.0).all())


def _tells(feature: np.ndarray, target: np.ndarray) -> str:
    """How a feature decides the target, "" where it does not."""
    correlation = float(np.corrcoef(feature, target)[0, 1])
    if abs(correlation) >= SURE:
        return f"their correlation is {correlation:.5f}"
    values, numbered = np.unique(feature, return_inverse=True)
    classes = len(np.unique(target))
    pairs = len(np.unique(np.column_stack([numbered, target]), axis=0))
    if len(values) == classes == pairs and len(target) >= ROWS_PER_VALUE * classes:
        return f"each of its {len(values)} values belongs to one value of the target"
    return ""


register(
    DiagnosisKind(
        "leaking_target", "Leaking target",
        "Of three features or more one is correlated with the target by 0.9999, or has one value for each of the target's.", find,
    )
)  # fmt: skip
