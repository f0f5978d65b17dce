"""`nnlab predict PROJECT --data FILE -o OUT`: what a trained network says of rows it has never seen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nnlab.commands.common import AsJson, announce_compiling, check_output, progress_bar
from nnlab.core.errors import DataError, NNLabError

TrainedProject = Annotated[str, typer.Argument(help="A trained project (.nnlab)", metavar="PROJECT")]


def predict(
    source: TrainedProject,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="A table (.csv) with the columns that it was trained on")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write the predictions (.csv)")],
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="A category that training did not have counts as none of those it had")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predicts every row of a table: raw columns in, predictions with names of classes and their probabilities out."""
    check_output(output, ".csv", "-o")
    from nnlab.files.examples import open_any
    from nnlab.files.raw_table import read_raw_rows, write_predictions
    from nnlab.files.session_file import prepared, session_of
    from nnlab.training.predicted import read_outputs

    saved, name = open_any(source)
    if saved.snapshot is None:
        raise NNLabError(f"{name} is not trained yet; train it first: nnlab train {source} --out {name}.nnlab")
    if saved.preparation is None:
        prepared(saved.project)  # says why the data it was trained on cannot be read, where that is so
    announce_compiling(saved.project)
    session = session_of(saved)
    preparation = session.preparation
    with progress_bar(name) as job:
        columns = read_raw_rows(data, saved.project.data, preparation, lambda share: job.report(0.5 * min(share, 1.0), 1.0, "reading"))
        try:
            inputs = preparation.transform(columns, "zeros" if ignore_unknown else "refuse")
        except DataError as error:
            raise DataError(f"{data.name}: {str(error)[:1].lower()}{str(error)[1:]}") from error
        job.report(0.6, 1.0, "predicting")
        predictions = read_outputs(session.predict(inputs), preparation, session.graph.losses[0].kind.link)
    write_predictions(output, predictions)
    stream = sys.stderr if as_json else sys.stdout
    print(f"{name}: {len(inputs):,} predictions written to {output}", file=stream)
    if as_json:
        print(json.dumps(_report(len(inputs), predictions.target, output)))


def _report(rows: int, target: Any, output: Path) -> dict[str, Any]:
    return {"rows": rows, "target": {"kind": target.kind, "names": list(target.names)}, "output": str(output)}
