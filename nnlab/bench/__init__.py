"""Benchmarks that print ratios from one run: the engine beside its peers, training beside the window, starts and memory.

`nnlab bench` times NN Lab alone on the workloads W1 to W9, `--against torch,jax,sklearn,fann` takes turns with other systems, each in a
process of its own; `--window` opens the real window. Medians and ratios are what counts, absolute figures belong to the machine.
tests/benchmarks/README.md holds the table as it was measured and says what each number means.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnlab.core.errors import NNLabError

PEERS = ("torch", "jax", "sklearn", "fann")
_LIBRARIES = {"torch": "torch", "jax": "jax", "sklearn": "sklearn"}


def main(window: bool = False, as_json: bool = False, seconds: float | None = None, against: Sequence[str] = ()) -> int:
    """Runs the benchmark and prints a table on stderr; with `as_json` the last line on stdout is one object.

    `seconds` is how long one measurement takes. Raises NNLabError for a peer that is not known or not installed.
    """
    _check_peers(against)
    if window and sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if window:
        from nnlab.bench.canvas import bench_canvas
        from nnlab.bench.window import bench_side_by_side, bench_window

        report: dict[str, Any] = {"canvas": bench_canvas(_echo)}
        report["window"] = bench_window(10.0 if seconds is None else seconds, _echo)
        report["side_by_side"] = bench_side_by_side(10.0 if seconds is None else seconds, _echo)
    else:
        from nnlab.bench.compare import compare
        from nnlab.bench.starts import bench_starts

        report = compare(against, 1.0 if seconds is None else seconds, _echo)
        report["starts"] = bench_starts(_echo)
    report["machine"] = {**machine(), **report.get("machine", {})}
    if as_json:
        print(json.dumps(report))
    return 0


def _check_peers(against: Sequence[str]) -> None:
    from importlib.util import find_spec

    for name in against:
        if name not in PEERS:
            raise NNLabError(f"There is no system named {name!r} to compare with; choose from {', '.join(PEERS)}.")
        if name == "fann":
            from nnlab.bench.systems.fann_system import library_file

            if library_file() is None:
                raise NNLabError("fann is not installed here; install the C library FANN, or with it: pip install cynn.")
        elif find_spec(_LIBRARIES[name]) is None:
            raise NNLabError(f"{name} is not installed here; install it with: pip install 'nnlab[bench]'.")


def _echo(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    """What the figures belong to: processor, cores, versions, BLAS."""
    import numba
    import numpy
    import threadpoolctl

    return {
        "processor": _processor(), "cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version(),
        "numpy": numpy.__version__, "numba": numba.__version__,
        "blas": [{k: pool.get(k) for k in ("internal_api", "version", "architecture")} for pool in threadpoolctl.threadpool_info()],
    }  # fmt: skip


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
