"""Drawing samples: pure functions from a project to one with more points, or fewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnlab.core.drawn_points import EXTENT, MOST_CLASSES, MOST_POINTS, DrawnPoint, DrawnPoints, domain_in_words, is_inside
from nnlab.core.errors import DataError
from nnlab.core.preparation import Data, DataSettings, data_title
from nnlab.core.setting import Value
from nnlab.core.written import plain_number
from nnlab.datasets.points import CLASSES, FIRST, NUMBERS

NAME = "points"


def is_drawn(settings: DataSettings) -> bool:
    """Whether the samples are points set by hand."""
    return settings.name == NAME


def points_of(settings: DataSettings) -> DrawnPoints:
    return DrawnPoints.read(str(settings.settings.get("points", FIRST)))


def why_not(settings: DataSettings, data: Data) -> str:
    """Why no points can be drawn among these samples, in a sentence; empty where they can."""
    if is_drawn(settings):
        return ""
    features, title = data.raw_x.shape[1], data_title(settings)
    is_curve = data.target.kind == "continuous"
    if features != (1 if is_curve else 2) or (is_curve and data.target.outputs != 1):
        return f"Points are drawn for classes over two features, or numbers over one; {title} is neither. Choose the data set Points."
    if data.target.classes > MOST_CLASSES:
        return f"{title} has {data.target.classes} classes, and at most {MOST_CLASSES} can be drawn. Choose the data set Points."
    samples = len(data.x) + len(data.validation_x)
    if samples > MOST_POINTS:
        return f"{title} has {samples:,} samples, and at most {MOST_POINTS:,} can be drawn. Use fewer samples, or the data set Points."
    x, y, _ = _columns(data)
    if max(np.abs(x).max(), np.abs(y).max()) > EXTENT:
        return f"Samples of {title} lie outside {domain_in_words()}, where points can be drawn. Choose the data set Points."
    return ""


def drawable(settings: DataSettings, data: Data) -> DataSettings:
    """The same samples as points of one's own. Raises DataError for samples that are none in a plane."""
    if is_drawn(settings):
        return settings
    problem = why_not(settings, data)
    if problem:
        raise DataError(problem)
    x, y, kinds = _columns(data)
    order = np.argsort(np.concatenate([data.train_index, data.validation_index]), kind="stable")
    points = DrawnPoints.of(x[order], y[order], kinds[order])
    task = CLASSES if data.target.classes else NUMBERS
    values: dict[str, Value] = {"points": points.text, "task": task, "classes": max(2, data.target.classes)}
    return DataSettings(NAME, values, settings.seed, settings.validation_share, standardize=settings.standardize)


def added(settings: DataSettings, points: Sequence[DrawnPoint]) -> DataSettings:
    """With more points. Raises DataError for one outside the plane, and for too many."""
    outside = next(((x, y) for x, y, _ in points if not is_inside(x, y)), None)
    if outside is not None:
        where = ", ".join(plain_number(float(f"{v:.3g}")) for v in outside)
        raise DataError(f"A point at {where} lies outside {domain_in_words()}; draw within it.")
    return _with(settings, lambda present: present.with_added(points))


def erased(settings: DataSettings, x: float, y: float, reach_x: float, reach_y: float) -> DataSettings:
    """Without the points around a place. Raises DataError where none would be left."""
    return _with(settings, lambda present: present.without(x, y, reach_x, reach_y))


def _with(settings: DataSettings, change) -> DataSettings:  # type: ignore[no-untyped-def]
    present = points_of(settings)
    try:
        points = change(present)
    except ValueError as error:
        raise DataError(f"This cannot be drawn: {error}.") from None
    if points is present:
        return settings
    classes = max(int(settings.settings.get("classes", 2)), max(kind for _, _, kind in points.points) + 1)
    return replace(settings, settings={**settings.settings, "points": points.text, "classes": classes})


def _columns(data: Data) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and class of every sample, training first."""
    raw, y = np.concatenate([data.raw_x, data.raw_validation_x]), np.concatenate([data.y, data.validation_y])
    if data.target.classes:
        return raw[:, 0], raw[:, 1], y
    return raw[:, 0], y[:, 0], np.zeros(len(y), dtype=np.int64)
