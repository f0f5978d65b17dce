"""CSV: every sample with the part it is in, its raw columns, its target, and what the network says of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from nnlab.core.atomic import write_atomically
from nnlab.core.preparation import prepare
from nnlab.exchange.exporter import Exporter, register
from nnlab.exchange.model import Model
from nnlab.files.raw_table import harmless, part_columns
from nnlab.jobs.context import TaskContext
from nnlab.training.predicted import read_outputs

EVERY = 4096  # rows between two reports of progress


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    data = prepare(model.project.data)
    target = data.target
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    total, done = len(data.x) + len(data.validation_x), 0
    raw_training, raw_validation = part_columns(model.project.data, data)
    parts = (("training", raw_training, data.x, data.y), ("validation", raw_validation, data.validation_x, data.validation_y))
    for part, raw, x, y in parts:
        for start in range(0, len(x), EVERY):
            job.report(done, total, "Predicting")
            piece = slice(start, start + EVERY)
            said = read_outputs(model.session.predict(x[piece]), model.preparation, model.link).columns()
            if not done:
                names = ("target",) if target.classes or len(target.names) == 1 else tuple(f"target_{name}" for name in target.names)
                writer.writerow([harmless(name) for name in ("part", *raw, *names, *said)])
            rows = zip(*(values[piece].tolist() for values in raw.values()), strict=True)
            for row, truth, *answers in zip(rows, y[piece], *said.values(), strict=True):
                known = [harmless(target.names[int(truth)])] if target.classes else np.atleast_1d(truth).tolist()
                told = [harmless(cell) if isinstance(cell, str) else repr(cell) for cell in answers]
                writer.writerow([part, *(harmless(cell) if isinstance(cell, str) else cell for cell in row), *known, *told])
            done += len(x[piece])
    content = text.getvalue().encode()
    write_atomically(path, lambda file: file.write(content))
    return (f"{total:,} rows with predictions",)


register(
    Exporter(
        name="csv",
        title="CSV of samples and predictions",
        suffix=".csv",
        description="Every sample with its part, raw columns, target and the network's prediction.",
        write=write,
    )
)
