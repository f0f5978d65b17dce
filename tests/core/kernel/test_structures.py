"""Structures: the annotations are the signatures, and what was compiled is found again by another process."""

from __future__ import annotations

import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest
from endings import LIMIT

from nnlab.core.kernel import compiled_as_annotated
from nnlab.core.kernel.structures import Floats, IntegerRows, Integers, Reals, signatures
from nnlab.core.kernel.views import borrowed
from nnlab.engine import machine


class Inner(NamedTuple):
    numbers: Reals
    counts: Integers


class Outer(NamedTuple):
    inner: Inner
    limit: float


@compiled_as_annotated
def _add_up(outer: Outer, times: int) -> float:
    outer = borrowed(outer)
    total = 0.0
    for _ in range(times):
        for i in range(outer.inner.numbers.size):
            total += min(outer.inner.numbers[i], outer.limit)
    outer.inner.counts[0] += times
    return total


def _plain(rows: IntegerRows, values: Floats) -> None:
    """Nothing of the network's own type."""


@pytest.mark.parametrize("real", ["float32", "float64"])
def test_a_structure_within_a_structure_is_read_and_written(real: str) -> None:
    counts = np.zeros(1, dtype=np.int64)
    outer = Outer(Inner(np.array([1.0, 2.0, 3.0], dtype=real), counts), 2.5)
    assert _add_up(outer, 2) == 11.0 and counts[0] == 2


def test_one_signature_for_each_type_the_network_may_have() -> None:
    assert len(signatures(_add_up.py_func)) == 2  # type: ignore[attr-defined]
    assert len(signatures(_plain)) == 1


def test_borrowed_arrays_are_not_given_back() -> None:
    """A wrong count of references would free the array while it is in use, or never."""
    counts = np.zeros(1, dtype=np.int64)
    numbers = np.ones(3)
    before = sys.getrefcount(numbers), sys.getrefcount(counts)
    for _ in range(100):
        _add_up(Outer(Inner(numbers, counts), 1.0), 1)
    assert (sys.getrefcount(numbers), sys.getrefcount(counts)) == before


def test_another_process_compiles_nothing_of_the_machine() -> None:
    assert machine.run_training is not None  # compiled by now
    code = (
        "from nnlab.engine import machine_code as machine\n"
        "functions = [f for f in vars(machine).values() if getattr(f, 'stats', None) is not None and f.nopython_signatures]\n"
        "found = {f.__name__: (sum(f.stats.cache_hits.values()), sum(f.stats.cache_misses.values())) for f in functions}\n"
        "print(found['run_training'], sum(misses for _, misses in found.values()))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT)
    assert answer.stdout.strip() == "(2, 0) 0"
