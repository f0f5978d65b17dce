"""Setting a number of a sample by hand: an input or a target. One undoable step of the document, saved with the project."""

from __future__ import annotations

import math
from dataclasses import replace

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.core.written import plain_number
from nnlab.ui.document.document import Document
from nnlab.ui.look.numbers import editable
from nnlab.ui.run.session import LiveSession

LARGEST = 1e6


def set_number(document: Document, session: LiveSession, sample: int, column: int, value: float, gesture: str | None = None) -> None:
    """Gives an input (or, from `column` = inputs on, a target) of a training sample another value, as the model sees it.

    `sample` counts as `Data.x` does. Raises NNLabError, and nothing has changed, for what cannot be in such a place.
    """
    data, settings = session.data, document.project.data
    if data is None:
        raise NNLabError(f"{session.reason.rstrip('.')}; samples cannot be changed until then.")
    inputs = data.x.shape[1]
    is_target = column >= inputs
    values = data.y.reshape(len(data.y), -1) if is_target else data.x
    before = float(values[sample, column - inputs if is_target else column])
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise NNLabError(f"{plain_number(value)} cannot be in a sample; give a number from −{LARGEST:,.0f} to {LARGEST:,.0f}.")
    if is_target and data.target.classes and value not in range(data.target.classes):
        raise NNLabError(f"A target of this data is the number of a class, from 0 to {data.target.classes - 1}, not {plain_number(value)}.")
    row = int(data.train_index[sample])
    changed = settings.with_number(row, column, before, value)
    name = (data.target.names if data.target.kind == "continuous" else ("target",))[column - inputs] if is_target else data.features[column]
    prepare(changed)  # says what is wrong before anything has changed
    document.edit(f"{name} = {editable(value)} in sample {row + 1}", replace(document.project, data=changed), gesture)
