"""Fingerprints of where a run starts and what it will see: SHA-256 of the weights and of the order of the samples.

Two runs with the same fingerprints start from the same bits and are given the same batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np

from nnlab.core.kernel.context import EPOCH
from nnlab.engine import machine
from nnlab.engine.run import Run
from nnlab.engine.state import State

MOST_NUMBERS = 10_000_000  # of an order that are hashed; whole epochs, at least one


def weights_sha256(state: State, names: Collection[str] | None = None) -> str:
    """Of the parameters by name (all, or these): names, shapes and the exact bits, whatever order the program keeps them in."""
    digest = hashlib.sha256()
    for name, values in sorted(state.parameters().items()):
        if names is not None and name not in names:
            continue
        digest.update(f"{name} {values.shape} {values.dtype.str}\n".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def batches_sha256(run: Run, epochs: int) -> tuple[str, int]:
    """Of the batch size and the samples' order in the first `epochs` epochs; returns how many epochs that covers, too.

    Long runs are cut: the order of an epoch is a function of seed and epoch, so that runs which agree in one agree in all.
    """
    epochs = max(1, min(epochs, MOST_NUMBERS // max(1, len(run.order))))
    digest = hashlib.sha256(f"{len(run.order)} samples in batches of {run.batch_size}\n".encode())
    order, context = np.empty_like(run.order), run.state.context.copy()
    for epoch in range(epochs):
        context[EPOCH] = epoch
        order[:] = np.arange(len(order))
        machine.make_order(order, context, run.layout)
        digest.update(order.tobytes())
    return digest.hexdigest(), epochs
