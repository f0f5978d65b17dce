"""Threads and processes follow the processors this process may use, not those the machine has."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from endings import join

from nnlab.core import processors
from nnlab.core.processors import usable_processors


def allow(monkeypatch: pytest.MonkeyPatch, count: int, cgroup: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(count)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(processors, "CGROUP", cgroup)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),  # one and a half processors' worth
        ({"cpu.max": "5000 100000\n"}, 1),
        ({"cpu.max": "6400000 100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
    ],
)
def test_a_container_of_eight_processors(files: dict[str, str], expected: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    allow(monkeypatch, 8, tmp_path)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    assert usable_processors() == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not pin processes to processors")
def test_a_process_pinned_to_one_processor_multiplies_with_one_thread() -> None:
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "from nnlab.core.kernel.threads import LARGE, threads_for\n"
        "from nnlab.jobs.processes import default_workers\n"
        "print(threads_for(LARGE), default_workers())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["1", "1"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
def test_a_thread_that_makes_way_is_nicer_and_so_are_those_it_starts() -> None:
    found: list[int] = []

    def note() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def live() -> None:
        processors.make_way()
        note()
        beside = threading.Thread(target=note)
        beside.start()
        join(beside)

    thread = threading.Thread(target=live)
    thread.start()
    join(thread)
    note()
    assert found[:2] == [found[2] + processors.BACKGROUND] * 2
