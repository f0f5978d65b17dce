"""PyTorch eager: the training loop of its tutorials, with the fused optimiser and the fused attention where those are the faster ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product
from typing import Any

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
from nnlab.core.tensor import Shape

NAME = "PyTorch eager"


def versions() -> dict[str, str]:
    import torch

    return {"torch": torch.__version__}


def supports(workload: Workload) -> bool:
    return True


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # as NN Lab does
    attention = (False, True) if len(workload.input) == 2 else (False,)
    loops = [_loop(workload, fused, fused_attention) for fused, fused_attention in product((False, True), attention)]
    return min(loops, key=_seconds_of_an_epoch)


def _seconds_of_an_epoch(train: Callable[[int], None]) -> float:
    train(1)
    start = time.perf_counter()
    train(2)
    return time.perf_counter() - start


def _module(layer: NetworkLayer, shape: Shape, fused_attention: bool) -> Any:
    from torch import nn

    match layer:
        case DenseLayer(units):
            return nn.Linear(shape[-1], units)
        case ActivationLayer(name):
            return {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}[name]()
        case ConvolutionLayer(filters):
            return nn.Conv2d(shape[0], filters, 3, padding=1)
        case PoolingLayer():
            return nn.MaxPool2d(2)
        case FlattenLayer():
            return nn.Flatten()
        case NormLayer():
            return nn.LayerNorm(shape[-1])
        case AttentionLayer():
            return _attention(shape[-1], fused_attention)
        case ResidualLayer(inside):
            return _residual(_modules(inside, shape, fused_attention))
    raise NotImplementedError(layer)


def _modules(layers: tuple[NetworkLayer, ...], shape: Shape, fused_attention: bool) -> Any:
    import torch

    modules = []
    for layer in layers:
        modules.append(_module(layer, shape, fused_attention))
        shape = layer.shape(shape)
    return torch.nn.Sequential(*modules)


def _residual(inside: Any) -> Any:
    import torch

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = inside

        def forward(self, x: Any) -> Any:
            return x + self.inside(x)

    return Block()


def _attention(width: int, fused: bool) -> Any:
    import torch

    class Head(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key, self.value, self.back = (torch.nn.Linear(width, width) for _ in range(4))

        def forward(self, x: Any) -> Any:
            query, key, value = self.query(x), self.key(x), self.value(x)
            if fused:
                return self.back(torch.nn.functional.scaled_dot_product_attention(query, key, value))
            scores = query @ key.transpose(1, 2) * width**-0.5
            return self.back(scores.softmax(-1) @ value)

    return Head()


def _loop(workload: Workload, fused: bool, fused_attention: bool) -> Callable[[int], None]:
    import torch

    model = _modules(workload.layers, workload.input, fused_attention)
    loss_of = {"mse": torch.nn.MSELoss, "cross_entropy": torch.nn.CrossEntropyLoss}[workload.loss]()
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[workload.optimizer]
    optimizer = kind(model.parameters(), lr=LEARNING_RATE, fused=fused)
    arrays = workload.data()
    x, y = torch.from_numpy(arrays[0]).reshape(-1, *workload.input), torch.from_numpy(arrays[1])

    def train(epochs: int) -> None:
        for _ in range(epochs):
            order = torch.randperm(workload.samples)
            for batch in order.split(workload.batch):
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(model(x[batch]), y[batch])
                loss.backward()
                optimizer.step()

    return train
