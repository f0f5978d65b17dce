"""PyTorch eager: the training loop of its tutorials, with the fused optimiser where that is the faster one."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from nnlab.bench.systems.workloads import LEARNING_RATE, Workload

NAME = "PyTorch eager"


def versions() -> dict[str, str]:
    import torch

    return {"torch": torch.__version__}


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # as NN Lab does
    loops = [_loop(workload, fused) for fused in (False, True)]
    return min(loops, key=_seconds_of_an_epoch)


def _seconds_of_an_epoch(train: Callable[[int], None]) -> float:
    train(1)
    start = time.perf_counter()
    train(2)
    return time.perf_counter() - start


def _loop(workload: Workload, fused: bool) -> Callable[[int], None]:
    import torch

    activation = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[workload.activation]
    layers: list[Any] = []
    for inputs, units in pairwise(workload.sizes):
        layers += [torch.nn.Linear(inputs, units), activation()]
    model = torch.nn.Sequential(*layers[:-1])
    loss_of = {"mse": torch.nn.MSELoss, "cross_entropy": torch.nn.CrossEntropyLoss}[workload.loss]()
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload.optimizer]
    optimizer = kind(model.parameters(), lr=LEARNING_RATE, fused=fused)
    arrays = workload.data()
    x, y = torch.from_numpy(arrays[0]), torch.from_numpy(arrays[1])

    def train(epochs: int) -> None:
        for _ in range(epochs):
            order = torch.randperm(workload.samples)
            for batch in order.split(workload.batch):
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(model(x[batch]), y[batch])
                loss.backward()
                optimizer.step()

    return train
