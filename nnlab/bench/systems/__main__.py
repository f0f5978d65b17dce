"""Serves one system: reads {"workload": "W3", "seconds": 0.5} lines, answers {"steps_per_second": …, "epochs": …}.

A workload that the system does not know how to train is answered with {}.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable


def measure(train: Callable[[int], None], epoch_steps: int, seconds: float) -> dict[str, float]:
    """Steps per second of as many whole epochs as fit into `seconds`, a first guess left out."""
    train(1)
    start = time.perf_counter()
    train(1)
    once = time.perf_counter() - start
    epochs = max(1, round(seconds / max(once, 1e-7)))
    start = time.perf_counter()
    train(epochs)
    spent = time.perf_counter() - start
    return {"steps_per_second": epochs * epoch_steps / spent, "epochs": epochs}


def main(name: str, threads: int) -> None:
    # Before any library starts its threads; XLA and OpenMP size their pools by the processors they may use.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    if name == "jax" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    from nnlab.bench.systems.workloads import WORKLOADS

    system = importlib.import_module(f"nnlab.bench.systems.{name}_system")
    print(json.dumps({"ready": name, "versions": system.versions()}), flush=True)
    prepared: dict[str, Callable[[int], None]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        workload = WORKLOADS[request["workload"]]
        if not system.supports(workload):
            print("{}", flush=True)
            continue
        if workload.name not in prepared:
            prepared.clear()
            prepared[workload.name] = system.prepare(workload, threads)
        answer = measure(prepared[workload.name], -(-workload.samples // workload.batch), request["seconds"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
