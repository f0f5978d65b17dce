"""`nnlab warm-up`: compiles kernels ahead, for whoever will not wait at the first start, and for the window that shows how far it is."""

from __future__ import annotations

import os
from typing import Annotated

import typer

QUIETLY = 15  # how much nicer than others it then is


def warm_up(
    names: Annotated[list[str] | None, typer.Argument(help="Operators, optimisers and schedules; without any, all there are")] = None,
    processor: Annotated[
        str | None, typer.Option(help="From now on compile for: native (this processor), or x86-64-v3 (any of that level)", metavar="NAME")
    ] = None,
    child: Annotated[bool, typer.Option("--child", help="End when standard input ends, as a child of the window does")] = False,
    quietly: Annotated[bool, typer.Option("--quietly", help="At low priority")] = False,
) -> None:
    """Compile kernels ahead of time, a line "done/all name" each."""
    if child:
        from nnlab.core.parent import end_with_parent

        end_with_parent()
    if quietly and hasattr(os, "nice"):
        os.nice(QUIETLY)
    if processor is not None:
        os.environ["NNLAB_PROCESSOR"] = processor  # numba asks once, when the kernels are imported
        from nnlab.core.kernel.processor import keep

        keep(processor)
    from nnlab.ui.startup.warm import compile_all, compile_first

    if names:
        compile_first(names)
    else:
        compile_all()
