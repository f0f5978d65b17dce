"""Points: two classes or more in the plane, or a curve's samples, each point set with the mouse.

The points are a setting, so a drawing is saved with the project and undone like any other edit. Which part a point belongs to depends on
itself alone: one more point does not move the others between training and validation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.drawn_points import EXTENT, MOST_CLASSES, DrawnPoints
from nnlab.core.errors import DataError
from nnlab.core.setting import Setting, Value

FIRST = (
    "-2.5 2 0; -2 1.2 0; -3.1 1.5 0; -1.6 2.4 0; -2.2 2.9 0; -1.1 2.8 0; -3.8 1.4 0; -2.8 0.6 0; -1.2 1.6 0; -3.4 2.4 0; "
    "2.4 -1.8 1; 1.8 -1.1 1; 3 -1.5 1; 1.5 -2.3 1; 2.1 -2.8 1; 1.2 -2.9 1; 3.9 -1.6 1; 2.7 -0.7 1; 1.1 -1.7 1; 3.3 -2.4 1"
)
CLASSES, NUMBERS = "classes", "numbers"
SETTINGS = (
    Setting("points", FIRST, reader=DrawnPoints.read, tip="x, y and the class of every point, from 0, separated by semicolons."),
    Setting("task", CLASSES, choices=(CLASSES, NUMBERS), tip="Classes: which class lies at x, y. Numbers: y from x, the class is ignored."),
    Setting("classes", 2, minimum=2, maximum=MOST_CLASSES, tip="How many classes can be drawn."),
)  # fmt: skip


def make(settings: Mapping[str, Value], seed: int) -> Table:
    points = DrawnPoints.read(str(settings["points"])).array
    interval = (-EXTENT, EXTENT)
    if settings["task"] == NUMBERS:
        return Table(points[:, :1].copy(), points[:, 1:2].copy(), ("x",), Target("continuous", ("y",)), domain=(interval,), grows=True)
    classes, kinds = int(settings["classes"]), points[:, 2].astype(np.int64)
    if kinds.max() >= classes:
        number = int(np.argmax(kinds >= classes))
        raise DataError(f"Points has {classes} classes, 0 to {classes - 1}, but point {number + 1} is of class {kinds[number]}.")
    target = Target("binary" if classes == 2 else "classes", tuple(f"class {k + 1}" for k in range(classes)))
    return Table(points[:, :2].copy(), kinds, ("x", "y"), target, domain=(interval, interval), grows=True)


register(
    Dataset(
        name="points",
        title="Points",
        category="By hand",
        description="Points that you draw with the mouse, of several classes or for a curve.",
        settings=SETTINGS,
        make=make,
        inputs=False,
    )
)
