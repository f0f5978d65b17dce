"""`nnlab bench`: measures speed."""

from __future__ import annotations

from typing import Annotated

import typer


def bench(
    window: Annotated[bool, typer.Option("--window", help="Measures training with the window open")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long each measurement takes (1; with --window 10)")] = None,
    against: Annotated[str, typer.Option(help="Systems to compare with: torch,jax,sklearn,fann")] = "",
) -> None:
    """Measures speed."""
    from nnlab.bench import main as run_bench

    raise typer.Exit(run_bench(window, as_json, seconds, [name.strip() for name in against.split(",") if name.strip()]))
