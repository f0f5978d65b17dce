"""JAX: a whole epoch is one compiled scan over its steps, parameters and moments donated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from nnlab.bench.systems.workloads import LEARNING_RATE, Workload

NAME = "JAX jit + scan"
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


def versions() -> dict[str, str]:
    import jax

    return {"jax": jax.__version__}


def prepare(workload: Workload, threads: int) -> Callable[[int], None]:
    import jax
    import jax.numpy as jnp

    arrays = workload.data()
    x, y = jnp.asarray(arrays[0]), jnp.asarray(arrays[1])
    activation = {"tanh": jnp.tanh, "relu": jax.nn.relu}[workload.activation]
    assert workload.samples % workload.batch == 0  # a scan wants equal batches
    steps = workload.samples // workload.batch

    def loss_of(parameters: Any, rows: Any, targets: Any) -> Any:
        h = rows
        for weight, bias in parameters[:-1]:
            h = activation(h @ weight + bias)
        weight, bias = parameters[-1]
        out = h @ weight + bias
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

    def epoch(state: Any, key: Any) -> tuple[Any, Any]:
        order = jax.random.permutation(key, workload.samples)[: steps * workload.batch].reshape(steps, workload.batch)
        return jax.lax.scan(update, state, order)

    compiled = jax.jit(epoch, donate_argnums=0)
    key = jax.random.key(1)
    parameters = []
    for inputs, units in pairwise(workload.sizes):
        key, part = jax.random.split(key)
        parameters.append((jax.random.normal(part, (inputs, units), jnp.float32) / jnp.sqrt(inputs), jnp.zeros(units, jnp.float32)))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros((), jnp.float32))

    def train(epochs: int) -> None:
        nonlocal state, key
        for _ in range(epochs):
            key, part = jax.random.split(key)
            state, losses = compiled(state, part)
        jax.block_until_ready(losses)

    return train
