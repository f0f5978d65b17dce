"""`nnlab export FILE --to FORM -o PATH`: the trained network, with its preparation, for other programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, progress_bar


def export(
    source: Source,
    to: Annotated[str, typer.Option("--to", metavar="FORM", help="onnx, torch, numpy, safetensors, peft or csv")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PATH", help="The file to write; for peft a folder")],
    as_json: AsJson = False,
) -> None:
    """Writes the network for other programs, checked against NN Lab's own outputs before it is called done."""
    from nnlab.exchange.exporter import check_path, exporters
    from nnlab.exchange.model import model_of
    from nnlab.files.examples import open_any

    exporter = exporters[to]
    check_path(exporter, output)
    saved, name = open_any(source)
    announce_compiling(saved.project)
    model = model_of(saved, name)
    if not model.is_trained:
        print(f"{name}: not trained yet; its initial weights are exported.", file=sys.stderr)
    with progress_bar(name) as job:
        remarks = exporter.write(model, output, job)
    stream = sys.stderr if as_json else sys.stdout
    print(f"{name}: {exporter.title} written to {output}: {'; '.join(remarks)}", file=stream)
    if as_json:
        print(json.dumps({"form": exporter.name, "output": str(output), "remarks": list(remarks), "merged": list(model.merged)}))
