"""Compiles what the window needs, in a child process: training's kernels and the canvas's own. `nnlab warm-up` calls it.

`compile_first` compiles what a window opened on a project with some operators needs, `compile_all` everything. Both print "done/all name"
lines.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from nnlab.core.operator import operators
from nnlab.training.warm import NamedAdapter, adapters, adapters_of, warm_up

EDGES = "nnlab.ui.canvas.edges.raster"  # its functions compile when it is imported


def first_parts(names: Sequence[str]) -> list[NamedAdapter]:
    """What has to be there before the window shows: the project's own kernels, and the curves of the palette's glyphs."""
    curves = [(kind.title, kind.forward_adapter) for kind in operators if kind.is_activation]
    return list(dict.fromkeys([*adapters_of(names), *curves]))


def compile_first(names: Sequence[str]) -> None:
    warm_up(_say, first_parts(names))
    importlib.import_module(EDGES)


def compile_all() -> None:
    warm_up(_say, adapters())
    importlib.import_module(EDGES)
    for kind in operators:  # the stepper's curves are drawn in float64
        if kind.is_activation:
            for adapter in kind.adapters:
                adapter.address("float64")


def _say(done: int, total: int, name: str) -> None:
    print(f"{done}/{total} {name}", flush=True)

