"""`nnlab report PROJECT -o HTML`: one page about a trained network that opens offline."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, Source, announce_compiling, check_output, progress_bar


def report(
    source: Source,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="HTML", help="The page to write (.html)")],
    as_json: AsJson = False,
) -> None:
    """Writes one page: data, preparation, network, curves, scores, what each column is worth, versions and seed."""
    check_output(output, ".html", "-o")
    from nnlab.core.atomic import write_atomically
    from nnlab.exchange.model import model_of
    from nnlab.exchange.report import report_html
    from nnlab.files.examples import open_any

    saved, name = open_any(source)
    announce_compiling(saved.project)
    with progress_bar(name) as job:
        page = report_html(model_of(saved, name), job)
    content = page.encode()
    write_atomically(output, lambda file: file.write(content))
    print(f"{name}: report written to {output}", file=sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps({"output": str(output), "bytes": len(content)}))
