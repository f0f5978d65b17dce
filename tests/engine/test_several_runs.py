"""Runs on threads of their own end in the bits of each trained alone, whatever number of BLAS threads their programs want."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
import pytest
from endings import join
from networks import mlp
from thoroughness import cases

from nnlab.core.kernel.threads import LARGE
from nnlab.engine.compile import Update
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

SMALL = (2, 8, 8, 1)
MEDIUM = (130, 250, 6)  # wants one thread of BLAS, for its layers are done in two parts, and ends in other bits with two
WIDE = (517, 643, 9)  # wants all cores, and ends in other bits with one: by Muon, whose products leave none to second parts
STEPS = {SMALL: cases(6_000, 30_000), MEDIUM: cases(30, 150), WIDE: cases(4, 20)}


def made(sizes: tuple[int, ...]) -> Run:
    generator = np.random.default_rng(3)
    x, y = generator.standard_normal((300, sizes[0])), generator.standard_normal((300, sizes[-1]))
    update = Update("muon" if sizes == WIDE else "adam", 1e-3)
    return Run(Setup(mlp(list(sizes)), x, y, update=update, batch_size=150, seed=4, real="float64"), frames=False)


def bits(run: Run) -> bytes:
    return run.state.arena[: run.program.moments_end].tobytes()


@cache
def bits_alone(sizes: tuple[int, ...]) -> bytes:
    run = made(sizes)
    run.train(STEPS[sizes])
    return bits(run)


def test_the_sizes_are_what_they_say() -> None:
    small, medium, wide = (made(sizes).program for sizes in (SMALL, MEDIUM, WIDE))
    assert max(small.operations, medium.operations) < LARGE <= wide.operations
    assert medium.parts.table and not small.parts.table and not wide.parts.table


@pytest.mark.parametrize(
    "pair", [(SMALL, MEDIUM), (MEDIUM, MEDIUM), (MEDIUM, WIDE), (WIDE, SMALL), (WIDE, WIDE)], ids=lambda pair: "-".join(map(str, pair[0]))
)
def test_two_runs_at_once_are_each_as_alone(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    alone = {sizes: bits_alone(sizes) for sizes in pair}  # before any thread runs beside it
    together = [made(sizes) for sizes in pair]
    evaluator, done, pictures = Evaluator(together[0].program.graph, "float64"), threading.Event(), []

    def look() -> None:  # as the display does, without pause
        while not done.is_set():
            pictures.append(evaluator.predict(together[0].samples.x))

    threads = [threading.Thread(target=run.train, args=(STEPS[sizes],)) for run, sizes in zip(together, pair, strict=True)]
    looking = threading.Thread(target=look)
    for thread in (*threads, looking):
        thread.start()
    try:
        join(*threads)
    finally:
        done.set()
    join(looking)
    assert [run.iteration for run in together] == [STEPS[sizes] for sizes in pair]
    assert [bits(run) for run in together] == [alone[sizes] for sizes in pair]
    assert pictures
