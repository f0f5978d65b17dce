"""NN Lab: whole epochs in one call of the machine. It chooses its own number of threads, as it does for everybody."""

from __future__ import annotations

from collections.abc import Callable

from nnlab.bench.systems.workloads import LEARNING_RATE, Workload
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph

NAME = "nnlab"


def versions() -> dict[str, str]:
    import numba
    import scipy

    import nnlab

    return {"nnlab": nnlab.__version__, "numba": numba.__version__, "scipy": scipy.__version__}


def graph_of(workload: Workload) -> Graph:
    b = GraphBuilder()
    hidden = b.input(features=workload.sizes[0])
    for units in workload.sizes[1:-1]:
        hidden = b.node(workload.activation, b.dense(hidden, units=units))
    b.node(workload.loss, b.dense(hidden, units=workload.sizes[-1]))
    return b.build()


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    x, y = workload.data()
    update = Update(workload.optimizer, LEARNING_RATE)
    run = Run(Setup(graph_of(workload), x, y, update=update, batch_size=workload.batch, seed=1), frames=False)
    epoch = -(-workload.samples // workload.batch)

    def train(epochs: int) -> None:
        run.train(epochs * epoch)

    return train
