"""JAX: a whole epoch is one compiled scan over its steps, parameters and moments donated.

Images have their channels last, as XLA likes them on a processor, pooling takes the largest over axes of two, whose gradient is cheaper
than a window's, and steps are compiled one by one: inside a loop of its own XLA convolves without its fast kernels.
"""

from __future__ import annotations

from collections.abc import Callable
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

NAME = "JAX jit"
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
NORM_EPS = 1e-5
Apply = Callable[[Any, Any], Any]  # of parameters and x


def versions() -> dict[str, str]:
    import jax

    return {"jax": jax.__version__}


def supports(workload: Workload) -> bool:
    return True


def _linear(key: Any, inputs: int, units: int) -> tuple[Any, Any]:
    import jax
    import jax.numpy as jnp

    return jax.random.normal(key, (inputs, units), jnp.float32) / jnp.sqrt(inputs), jnp.zeros(units, jnp.float32)


def _part(layer: NetworkLayer, shape: Shape, key: Any) -> tuple[Any, Apply]:
    """(parameters, what makes the output of them and the input)."""
    import jax
    import jax.numpy as jnp

    match layer:
        case DenseLayer(units):
            return _linear(key, shape[-1], units), lambda p, x: x @ p[0] + p[1]
        case ActivationLayer(name):
            function = {"tanh": jnp.tanh, "relu": jax.nn.relu, "gelu": lambda x: jax.nn.gelu(x, approximate=False)}[name]
            return (), lambda p, x: function(x)
        case ConvolutionLayer(filters):
            weight = jax.random.normal(key, (3, 3, shape[0], filters), jnp.float32) / jnp.sqrt(9 * shape[0])
            numbers = ("NHWC", "HWIO", "NHWC")
            return (weight, jnp.zeros(filters, jnp.float32)), lambda p, x: (
                jax.lax.conv_general_dilated(x, p[0], (1, 1), "SAME", dimension_numbers=numbers) + p[1]
            )
        case PoolingLayer():
            return (), lambda p, x: x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2, x.shape[3]).max((2, 4))
        case FlattenLayer():
            return (), lambda p, x: x.reshape(len(x), -1)
        case NormLayer():
            return (jnp.ones(shape[-1]), jnp.zeros(shape[-1])), lambda p, x: (
                (x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt(x.var(-1, keepdims=True) + NORM_EPS) * p[0] + p[1]
            )
        case AttentionLayer():
            return tuple(_linear(k, shape[-1], shape[-1]) for k in jax.random.split(key, 4)), _attend
        case ResidualLayer(inside):
            parameters, apply = _chain(inside, shape, key)
            return parameters, lambda p, x: x + apply(p, x)
    raise NotImplementedError(layer)


def _attend(p: Any, x: Any) -> Any:
    import jax

    query, key, value = (x @ weight + bias for weight, bias in p[:3])
    weights = jax.nn.softmax(query @ key.transpose(0, 2, 1) * x.shape[-1] ** -0.5)
    return weights @ value @ p[3][0] + p[3][1]


def _chain(layers: tuple[NetworkLayer, ...], shape: Shape, key: Any) -> tuple[Any, Apply]:
    import jax

    parts = []
    for layer, own in zip(layers, jax.random.split(key, len(layers)), strict=True):
        parts.append(_part(layer, shape, own))
        shape = layer.shape(shape)

    def apply(parameters: Any, x: Any) -> Any:
        for own, (_, function) in zip(parameters, parts, strict=True):
            x = function(own, x)
        return x

    return [parameters for parameters, _ in parts], apply


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    import jax
    import jax.numpy as jnp

    arrays = workload.data()
    shape = (*workload.input[1:], workload.input[0]) if len(workload.input) == 3 else workload.input
    x, y = jnp.asarray(arrays[0]).reshape(-1, *shape), jnp.asarray(arrays[1])
    assert workload.samples % workload.batch == 0  # a scan wants equal batches
    steps = workload.samples // workload.batch
    parameters, network = _chain(workload.layers, workload.input, jax.random.key(1))

    def loss_of(parameters: Any, rows: Any, targets: Any) -> Any:
        out = network(parameters, rows)
        if workload.loss == "mse":
            return jnp.mean((out - targets) ** 2)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(out), targets[:, None], axis=1))

    def update(state: Any, batch: Any) -> tuple[Any, Any]:
        parameters, means, squares, count = state
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x[batch], y[batch])
        if workload.optimizer == "sgd":
            moved = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients)
            return (moved, means, squares, count), loss
        count = count + 1
        means = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, means, gradients)
        squares = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, squares, gradients)
        rate, root = LEARNING_RATE / (1 - BETA1**count), jnp.sqrt(1 - BETA2**count)
        moved = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + EPS), parameters, means, squares)
        return (moved, means, squares, count), loss

    def order_of(key: Any) -> Any:
        return jax.random.permutation(key, workload.samples)[: steps * workload.batch].reshape(steps, workload.batch)

    def scanned(state: Any, key: Any) -> tuple[Any, Any]:
        return jax.lax.scan(update, state, order_of(key))

    step = jax.jit(update, donate_argnums=0)

    def looped(state: Any, key: Any) -> tuple[Any, Any]:
        for batch in order_of(key):
            state, loss = step(state, batch)
        return state, loss

    epoch = looped if len(workload.input) == 3 else jax.jit(scanned, donate_argnums=0)
    key = jax.random.key(2)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros((), jnp.float32))

    def train(epochs: int) -> None:
        nonlocal state, key
        for _ in range(epochs):
            key, part = jax.random.split(key)
            state, losses = epoch(state, part)
        jax.block_until_ready(losses)

    return train
