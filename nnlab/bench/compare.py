"""NN Lab and its peers in turn: every system is a process of its own that waits while another one works.

For every workload, each round measures every system once, one after the other, so that what the machine does besides falls on all of
them alike. The figure of a system is the median of its rounds; a peer counts with the better of one and two threads.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nnlab.bench.systems.nnlab_system import threads_of
from nnlab.bench.systems.workloads import WORKLOADS, Workload
from nnlab.core.processors import usable_processors

ROUNDS = 5
Echo = Callable[[str], None]


class System:
    """A running system; `measure` returns steps per second."""

    def __init__(self, name: str, threads: int) -> None:
        self.name, self.threads = name, threads
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nnlab.bench.systems", name, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.versions: dict[str, str] = self._answer()["versions"]

    def measure(self, workload: Workload, seconds: float) -> float | None:
        """Steps per second, None for a workload that it cannot train."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"workload": workload.name, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        rate = self._answer().get("steps_per_second")
        return None if rate is None else float(rate)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The process of {self.name} ended with status {self._process.wait()}; its own message stands above.")
        found: dict[str, Any] = json.loads(line)
        return found


def compare(against: Sequence[str], seconds: float, echo: Echo) -> dict[str, Any]:
    """{"workloads": {"W1": {"nnlab": …, "torch": …, "sgemm_share": …}}, "machine": {"versions": …}}; steps per second."""
    counts = sorted({1, min(2, usable_processors())})
    systems = [System("nnlab", 1), *(System("sgemm", n) for n in counts), *(System(name, n) for name in against for n in counts)]
    echo(f"One process per system, in turn; medians of {ROUNDS} rounds of {seconds:g} s, peers at the better of {counts} threads.")
    workloads = {}
    for workload in WORKLOADS.values():
        rounds = [{(s.name, s.threads): s.measure(workload, seconds) for s in systems} for _ in range(ROUNDS)]
        workloads[workload.name] = row = _row(workload, rounds, against)
        echo(_line(workload, row, against))
    versions: dict[str, str] = {}
    for system in systems:
        versions |= system.versions
        system.close()
    return {"workloads": workloads, "machine": {"versions": versions}}


def _row(workload: Workload, rounds: list[dict[tuple[str, int], float | None]], against: Sequence[str]) -> dict[str, Any]:
    known = [{key: rate for key, rate in found.items() if rate is not None} for found in rounds]
    median = {key: statistics.median(found[key] for found in known) for key in known[0]}
    own, threads = median["nnlab", 1], min(threads_of(workload), max(n for name, n in median if name == "sgemm"))
    row: dict[str, Any] = {"nnlab": round(own, 1), "threads": threads}
    for name in against:
        if not any(system == name for system, _ in median):
            continue
        best, at = max((rate, n) for (system, n), rate in median.items() if system == name)
        row[name] = round(best, 1)
        row[f"{name}_threads"] = at
    # The products' own time in a step over the step's time, both of the same round.
    row["sgemm_share"] = round(statistics.median(r["nnlab", 1] / r["sgemm", threads] for r in known), 3)
    return row


def _line(workload: Workload, row: dict[str, Any], against: Sequence[str]) -> str:
    peers = "".join(
        f"  {name} {row[name]:>9,.0f} ({row['nnlab'] / row[name]:6.2f} x, {row[f'{name}_threads']} thr)" for name in against if name in row
    )
    share = f"  {row['sgemm_share']:5.0%} of sgemm"
    return f"{workload.name}  {workload.title:58} {row['nnlab']:>11,.0f} steps/s ({row['threads']} thr){peers}{share}"
