"""Instructions in two parts: the same numbers as in one, the same bits with and without somebody who helps, run or stepped through."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
import pytest

from nnlab.core.kernel import threads
from nnlab.core.kernel.context import ROWS
from nnlab.core.kernel.parts import DONE
from nnlab.engine import parts
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.runs import RunGroup

LIMITS = {name: getattr(parts, name) for name in ("WORTH", "WORTH_A_THREAD", "USES")}  # as the program has them
GENERATOR = np.random.default_rng(3)
X = GENERATOR.standard_normal((40, 64)).astype(np.float32)
Y = GENERATOR.integers(0, 3, 40)


def convnet() -> Graph:
    b = GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    for filters in (8, 16):
        image = b.max_pool2d(b.relu(b.conv2d(image, filters=filters, kernel_size=3, padding=1)))
    b.cross_entropy(b.dense(b.flatten(image), units=3))
    return b.build()


def attention() -> Graph:
    b = GraphBuilder()
    rows = b.reshape(b.input(features=64), shape="8, 8")
    read = b.layer_norm(rows)
    query, key, value = (b.dense(read, units=8) for _ in range(3))
    mixed = b.matmul(b.softmax(b.scale(b.matmul(query, b.transpose(key)), factor=8**-0.5)), value)
    b.cross_entropy(b.dense(b.flatten(b.gelu(b.add(rows, mixed))), units=3))
    return b.build()


def layers() -> Graph:
    """Odd numbers of units, one unit, a layer without bias, and one whose weights nobody trains."""
    b = GraphBuilder()
    hidden = b.tanh(b.dense(b.input(features=64), units=33))
    hidden = b.tanh(b.dense(hidden, units=20, bias=False))
    narrow = b.dense(b.dense(hidden, units=1), units=20)
    b.cross_entropy(b.dense(b.add(hidden, narrow), units=3))
    return b.build()


NETWORKS = {"convnet": convnet, "attention": attention, "layers": layers}


@pytest.fixture(autouse=True)
def everything_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in LIMITS:
        monkeypatch.setattr(parts, limit, 1)


def run_of(graph: Graph, real: str = "float32") -> Run:
    """Batches of 16: the last one of an epoch has 8 rows, which fit into a first part."""
    return Run(Setup(graph, X, Y, update=Update("adam", 0.01), batch_size=16, seed=1, real=real), frames=False)


def learned(run: Run) -> np.ndarray:
    return run.state.arena[: run.program.moments_end].copy()


@pytest.mark.parametrize("name", NETWORKS)
def test_two_parts_make_the_numbers_of_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_parts = run_of(NETWORKS[name](), "float64")
    monkeypatch.setattr(parts, "WORTH_A_THREAD", 1 << 60)
    whole = run_of(NETWORKS[name](), "float64")
    assert in_parts.program.parts.shares and not whole.program.parts.table
    for run in (in_parts, whole):
        run.train(30)
    np.testing.assert_allclose(learned(in_parts), learned(whole), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_bits_do_not_depend_on_who_helps_or_on_stepping(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for count in (2, 1):
        monkeypatch.setattr(threads, "_most", count)
        run = run_of(NETWORKS[name]())
        for _ in range(5):
            run.train(20)
        found.append(learned(run))
    stepped = run_of(NETWORKS[name]())
    stepped.train(97)
    for _ in range(3):
        iteration = stepped.iteration
        while stepped.iteration == iteration:
            stepped.stepper.forward()
    found.append(learned(stepped))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_somebody_helps_one_run_and_another_at_the_same_time_does_both_parts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_most", 2)
    runs = [run_of(convnet()) for _ in range(3)]
    runs[0].train(600)
    together = [threading.Thread(target=run.train, args=(600,)) for run in runs[1:]]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(60)
        assert not thread.is_alive()
    for run in runs[1:]:
        np.testing.assert_array_equal(learned(run), learned(runs[0]))
    assert [thread.name for thread in threading.enumerate()].count("second parts") == 1


@pytest.mark.parametrize(("cores", "is_helped"), [(2, False), (3, True)])
def test_nobody_is_helped_where_runs_take_all_cores(monkeypatch: pytest.MonkeyPatch, cores: int, is_helped: bool) -> None:
    """A helper spins: beside as many runs as there are cores it took half of one's time."""
    monkeypatch.setattr(threads, "_most", cores)
    runs = [run_of(convnet()) for _ in range(2)]
    group = RunGroup(np.zeros_like(runs[0].control))
    for run in runs:
        run.train(1)  # what is made once
    helped = [int(run.step.update.network.parts[DONE]) for run in runs]
    group._side_by_side([partial(trained, run) for run in runs])
    assert any(int(run.step.update.network.parts[DONE]) > before for run, before in zip(runs, helped, strict=True)) == is_helped
    np.testing.assert_array_equal(learned(runs[0]), learned(runs[1]))


def trained(run: Run) -> tuple[str, float]:
    assert run.train(2000) == 2000
    return "", 0.0


def test_small_networks_have_no_parts() -> None:
    from nnlab.bench.systems.nnlab_system import graph_of
    from nnlab.bench.systems.workloads import WORKLOADS
    from nnlab.engine.compile import compile

    for name, at_least in (("W1", 0), ("W2", 0), ("W3", 0), ("W4", 10), ("W7", 10), ("W9", 20)):
        workload = WORKLOADS[name]
        with pytest.MonkeyPatch.context() as patch:
            for limit, value in LIMITS.items():
                patch.setattr(parts, limit, value)
            program = compile(graph_of(workload), workload.batch, update=Update(workload.optimizer, 1e-3))
        assert len(program.parts.table) >= at_least if at_least else not program.parts.table, name
        assert program.parts.rows in (0, workload.batch // 2)


def test_a_batch_that_fits_into_the_first_part_has_no_second() -> None:
    run = run_of(convnet())
    run.train(3)  # the third of an epoch has 8 of 16 rows
    assert run.state.context[ROWS] == 8 == run.program.parts.rows


def test_an_instruction_is_in_parts_from_the_work_on_that_a_handover_pays_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """32,768 numbers. SGD reads weights, gradients and velocities: of 64 × 171 weights that makes 32,832, of 64 × 170 it makes 32,640."""
    from nnlab.engine.compile import compile

    assert LIMITS["WORTH"] == 32_768
    for units, is_in_parts in ((171, True), (170, False)):
        b = GraphBuilder()
        b.mse(b.dense(b.input(features=64), units=units, bias=False))
        with monkeypatch.context() as patch:
            patch.setattr(parts, "WORTH", LIMITS["WORTH"])
            program = compile(b.build(), 1, update=Update("sgd", 0.01))
        update = next(i for i in program.instructions if i.parameter == "dense_1.weight")
        assert (update.pc in program.parts.places) == is_in_parts, units


def test_a_second_thread_pays_from_the_work_of_all_parts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """524,288 numbers. Of u units of 64 inputs SGD reads weights, gradients and velocities, 192 u; the backward pass reads 64 and u numbers
    and has weights and their gradients, for each of which 128 u operations count as 8 u: together 209 u + 64. The rest is too small."""
    from nnlab.engine.compile import compile

    for units, has_parts in ((2509, True), (2508, False)):
        b = GraphBuilder()
        b.mse(b.dense(b.input(features=64), units=units, bias=False))
        with monkeypatch.context() as patch:
            for limit, value in LIMITS.items():
                patch.setattr(parts, limit, value)
            program = compile(b.build(), 1, update=Update("sgd", 0.01))
        assert bool(program.parts.table) == has_parts, units
