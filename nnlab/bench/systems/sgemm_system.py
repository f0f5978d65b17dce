"""The yardstick: NumPy's dot at the shapes of a workload's matrix products, and nothing else.

A "step" is every product of a training step once, into places made beforehand. NN Lab's share of sgemm is what this takes over what NN
Lab takes for a whole step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlab.bench.systems.workloads import Workload

NAME = "sgemm alone"


def versions() -> dict[str, str]:
    return {"numpy": np.__version__}


def supports(workload: Workload) -> bool:
    return True


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    import threadpoolctl

    threadpoolctl.threadpool_limits(threads, "blas")
    generator = np.random.default_rng(1)
    products = []
    for rows, inner, columns in workload.products():  # a convolution's are those of unfolded images
        a = generator.standard_normal((rows, inner), dtype=np.float32)
        b = generator.standard_normal((inner, columns), dtype=np.float32)
        products.append((a, b, np.empty((rows, columns), dtype=np.float32)))
    steps = -(-workload.samples // workload.batch)

    def train(epochs: int) -> None:
        dot = np.dot
        for _ in range(epochs * steps):
            for a, b, out in products:
                dot(a, b, out)

    return train
