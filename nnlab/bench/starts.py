"""How long one waits: from an edit to the first step of the new graph, from a start to the first step, and how much memory it takes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from typing import Any

from nnlab.bench.compare import Echo

EDITS = 21


def bench_starts(echo: Echo) -> dict[str, Any]:
    """{"edit_50_nodes_ms", "warm_start_s", "cold_start_s", "W5_memory_ratio", …}."""
    found: dict[str, Any] = {}
    for title, name, unit, measure in (
        ("edit of 50 nodes to first step", "edit_50_nodes_ms", "ms", edit_to_first_step),
        ("warm start to first step", "warm_start_s", "s", lambda: start_to_first_step(cold=False)),
        ("cold start to first step (starter)", "cold_start_s", "s", lambda: start_to_first_step(cold=True)),
        ("memory of W5 over its arrays", "W5_memory_ratio", "", lambda: memory_of("W5")),
        ("memory of W8 over its arrays", "W8_memory_ratio", "", lambda: memory_of("W8")),
    ):
        if name.endswith("memory_ratio") and find_spec("psutil") is None:
            echo(f"{title:34} not measured: psutil is not installed (nnlab[bench])")
            continue
        found[name] = round(measure(), 3)
        echo(f"{title:34} {found[name]:8.3f} {unit}")
    return found


def edit_to_first_step() -> float:
    """Milliseconds from a changed graph of 50 nodes to the end of its first training step, the median of some edits.

    Nothing is compiled: the operators' machine code exists, only the program is made again, and what was learned is carried over.
    """
    import numpy as np

    from nnlab.engine.compile import Update
    from nnlab.engine.run import Former, Run
    from nnlab.engine.setup import Setup
    from nnlab.graph import edits
    from nnlab.graph.builder import GraphBuilder

    b = GraphBuilder()
    hidden = b.input(features=2)
    for _ in range(24):
        hidden = b.tanh(b.dense(hidden, units=8))
    b.mse(b.dense(hidden, units=1))
    graph = b.build()
    assert len(graph) >= 50
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((500, 2)).astype(np.float32), generator.standard_normal((500, 1)).astype(np.float32)
    run = Run(Setup(graph, x, y, update=Update("adam", 1e-3), batch_size=10))
    run.train(100)
    times = []
    for number in range(EDITS):
        start = time.perf_counter()
        graph = edits.configure(graph, f"dense_{number % 20 + 2}", units=9 + number % 3)
        following = Run(Setup(graph, x, y, update=Update("adam", 1e-3), batch_size=10), Former(run))
        following.train(1)
        times.append(time.perf_counter() - start)
        run = following
    return statistics.median(times) * 1000


FIRST_STEP = """
from nnlab.files.examples import load_example
from nnlab.core.preparation import prepare
from nnlab.training.complete_run import prepare_run
project = load_example("spiral")
run = prepare_run(project.graph, prepare(project.data), project.training)
run.train(1)
"""


def start_to_first_step(cold: bool) -> float:
    """Seconds from the start of a Python process to the first step of the starter project; `cold` with an empty kernel cache."""
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as empty:
        if cold:
            environment["NNLAB_CACHE"] = empty
        times = []
        for _ in range(1 if cold else 5):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", FIRST_STEP], check=True, env=environment, capture_output=True)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def memory_of(workload: str) -> float:
    """What a process needs to train it, beyond its start, over the bytes of weights, gradients, moments, activations and data."""
    code = f"import json; from nnlab.bench.starts import _memory; print(json.dumps(_memory({workload!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    used, arrays = json.loads(done.stdout.splitlines()[-1])
    return float(used / arrays)


def _memory(name: str) -> tuple[int, int]:
    """(bytes the process grew by, bytes of the workload's own arrays)."""
    import numpy as np

    from nnlab.bench.systems import nnlab_system
    from nnlab.bench.systems.workloads import WORKLOADS

    workload = WORKLOADS[name]
    nnlab_system.prepare(WORKLOADS["W1"], 1)(1)  # libraries and machine code are loaded
    warm = np.ones((64, 64), dtype=np.float32)
    warm @ warm
    before = _resident()
    train = nnlab_system.prepare(workload, 1)
    train(1)
    grown = _resident() - before
    moments = {"sgd": 0, "adam": 2}[workload.optimizer]
    data = sum(array.nbytes for array in workload.data())
    return grown, 4 * (workload.parameters * (2 + moments) + workload.activations) + data


def _resident() -> int:
    """Bytes of memory this process occupies now."""
    import psutil

    return int(psutil.Process().memory_info().rss)
