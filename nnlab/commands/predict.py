"""`nnlab predict PROJECT --data FILE -o OUT`: what a trained network says of rows it has never seen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, announce_compiling, check_output, progress_bar
from nnlab.core.errors import NNLabError

TrainedProject = Annotated[str, typer.Argument(help="A trained project (.nnlab)", metavar="PROJECT")]


def predict(
    source: TrainedProject,
    data: Annotated[
        Path, typer.Option("--data", metavar="DATA", help="A table with the columns trained on; of images a file or a folder")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write the predictions (.csv)")],
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="A category that training did not have counts as none of those it had")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predicts every row of a table: raw columns in, predictions with names of classes and their probabilities out."""
    check_output(output, ".csv", "-o")
    from nnlab.exchange.predicting import predict_file
    from nnlab.files.examples import open_any

    saved, name = open_any(source)
    if saved.snapshot is None:
        raise NNLabError(f"{name} is not trained yet; train it first: nnlab train {source} --out {name}.nnlab")
    announce_compiling(saved.project)
    with progress_bar(name) as job:
        rows = predict_file(saved, data, output, job, "zeros" if ignore_unknown else "refuse")
    print(f"{name}: {rows:,} predictions written to {output}", file=sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps({"rows": rows, "output": str(output)}))
