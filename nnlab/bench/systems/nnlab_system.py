"""NN Lab: whole epochs in one call of the machine. It chooses its own number of threads, as it does for everybody."""

from __future__ import annotations

from collections.abc import Callable

from nnlab.bench.systems.layers import (
    ActivationLayer,
    AttentionLayer,
    ConvolutionLayer,
    DenseLayer,
    FlattenLayer,
    NetworkLayer,
    NormLayer,
    PoolingLayer,
    ResidualLayer,
)
from nnlab.bench.systems.workloads import LEARNING_RATE, Workload
from nnlab.core.kernel.threads import most_threads, threads_for
from nnlab.core.tensor import Shape
from nnlab.engine.compile import Update, compile
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.builder import GraphBuilder, Output
from nnlab.graph.graph import Graph

NAME = "nnlab"


def versions() -> dict[str, str]:
    import numba
    import scipy

    import nnlab

    return {"nnlab": nnlab.__version__, "numba": numba.__version__, "scipy": scipy.__version__}


def supports(workload: Workload) -> bool:
    return True


def graph_of(workload: Workload) -> Graph:
    b = GraphBuilder()
    hidden, shape = b.input(features=workload.features), workload.input
    if len(shape) > 1:
        hidden = b.reshape(hidden, shape=", ".join(map(str, shape)))
    for layer in workload.layers:
        hidden, shape = _added(b, layer, hidden, shape), layer.shape(shape)
    b.node(workload.loss, hidden)
    return b.build()


def _added(b: GraphBuilder, layer: NetworkLayer, x: Output, shape: Shape) -> Output:
    match layer:
        case DenseLayer(units):
            return b.dense(x, units=units)
        case ActivationLayer(name):
            return b.node(name, x)
        case ConvolutionLayer(filters):
            return b.conv2d(x, filters=filters, kernel_size=3, padding=1)
        case PoolingLayer():
            return b.max_pool2d(x)
        case FlattenLayer():
            return b.flatten(x)
        case NormLayer():
            return b.layer_norm(x)
        case AttentionLayer():
            query, key, value = (b.dense(x, units=shape[-1]) for _ in range(3))
            scores = b.scale(b.matmul(query, b.transpose(key)), factor=shape[-1] ** -0.5)
            return b.dense(b.matmul(b.softmax(scores), value), units=shape[-1])
        case ResidualLayer(inside):
            inner, before = x, shape
            for part in inside:
                inner, before = _added(b, part, inner, before), part.shape(before)
            return b.add(x, inner)
    raise NotImplementedError(layer)


def threads_of(workload: Workload) -> int:
    """The threads that NN Lab chooses for it: those of BLAS, or two that share the batch."""
    program = compile(graph_of(workload), workload.batch, update=Update(workload.optimizer, LEARNING_RATE))
    return min(2, most_threads()) if program.parts.table else threads_for(program.operations)


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    x, y = workload.data()
    update = Update(workload.optimizer, LEARNING_RATE)
    run = Run(Setup(graph_of(workload), x, y, update=update, batch_size=workload.batch, seed=1), frames=False)
    epoch = -(-workload.samples // workload.batch)

    def train(epochs: int) -> None:
        run.train(epochs * epoch)

    return train
