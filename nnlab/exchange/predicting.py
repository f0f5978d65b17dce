"""Predicting a file: rows of a table or images in, predictions out, for the command line and the window."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from nnlab.core.errors import DataError, NNLabError
from nnlab.files.project import SavedProject
from nnlab.files.raw_table import read_raw_rows, write_predictions
from nnlab.files.session_file import prepared, session_of
from nnlab.jobs.context import TaskContext
from nnlab.training.predicted import read_outputs


def predict_file(
    saved: SavedProject, source: Path, target: Path, job: TaskContext, unknown: Literal["refuse", "zeros"] = "refuse"
) -> int:  # fmt: skip
    """Predicts every row of `source` and writes `target`, a CSV file; returns the number of rows.

    Raises NNLabError for a network that is not trained, DataError naming columns, lines and categories that do not fit.
    """
    if saved.snapshot is None:
        raise NNLabError("The network is not trained yet; train it first.")
    if saved.preparation is None:
        prepared(saved.project)  # says why the data it was trained on cannot be read, where that is so
    session = session_of(saved)
    preparation = session.preparation
    columns, names = read_raw_rows(source, saved.project.data, preparation, lambda share: job.report(0.5 * min(share, 1.0), 1.0, "reading"))
    try:
        inputs = preparation.transform(columns, unknown)
    except DataError as error:
        raise DataError(f"{source.name}: {str(error)[:1].lower()}{str(error)[1:]}") from error
    job.report(0.6, 1.0, "predicting")
    predictions = read_outputs(session.predict(inputs), preparation, session.graph.losses[0].kind.link)
    write_predictions(target, predictions, names)
    return len(inputs)
