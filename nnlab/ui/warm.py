"""Compiles everything the window needs, in a child process: training's kernels and the canvas's own.

`python -m nnlab.ui.warm` prints "done/all name" lines, like `nnlab.training.warm`, whose work it includes.
"""

from __future__ import annotations

from nnlab.core.operator import operators
from nnlab.training.warm import warm_up


def compile_all() -> None:
    warm_up(lambda done, total, name: print(f"{done}/{total} {name}", flush=True))
    from nnlab.ui.canvas import edge_raster  # its functions compile when it is imported

    assert edge_raster.__doc__
    for kind in operators:  # the stepper's curves are drawn in float64
        if kind.is_activation:
            kind.forward_adapter.address("float64")


if __name__ == "__main__":
    compile_all()
