"""What the engine is compared with PyTorch on: every operator with every optimiser, 20 steps on fixed batches."""

from __future__ import annotations

from typing import Any

import numpy as np
from networks import operator_cases, targets

import nnlab
from nnlab.core.operator import Operator
from nnlab.graph.graph import Graph

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("sgd", {}),
    ("sgd", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-2}),
    ("adam", {}),
    ("adam", {"beta1": 0.8, "beta2": 0.95, "eps": 1e-6, "weight_decay": 1e-2}),
    ("adamw", {}),
    ("adagrad", {}),
    ("adagrad", {"lr_decay": 0.1, "weight_decay": 1e-2, "initial_accumulator_value": 0.1}),
    ("rmsprop", {}),
    ("rmsprop", {"momentum": 0.9, "centered": True, "weight_decay": 1e-2, "alpha": 0.9}),
    ("lion", {"weight_decay": 1e-2}),
    ("muon", {}),
    ("muon", {"nesterov": False, "match_rms_adamw": True}),
]
STEPS, ROWS, RATE, SEED = 20, 6, 1e-2, 3


# Checked without PyTorch too: every operator with these two, and one network with every optimiser.
FEW: list[tuple[str, dict[str, Any]]] = [OPTIMIZERS[1], OPTIMIZERS[3]]


def figure_cases() -> list[tuple[str, Operator, dict[str, Any], tuple[str, dict[str, Any]]]]:
    """(key, operator, its settings, optimiser) of everything in figures.json.

    A layer without a bias has the numbers of one whose bias stays 0, to the bit (tests/engine/test_absent_parameters.py); only PyTorch
    itself is asked about it.
    """
    found = []
    for case in operator_cases():
        kind, settings = case.values[0]
        if settings.get("bias") is False:
            continue
        for optimizer in OPTIMIZERS if (kind.name, settings) == ("tanh", {}) else FEW:
            found.append((f"{case.id}/{name_of(*optimizer)}", kind, settings, optimizer))
    return found


def name_of(optimizer: str, options: dict[str, Any]) -> str:
    return f"{optimizer}-{'-'.join(options) or 'plain'}"


def batches(graph: Graph, steps: int = STEPS, rows: int = ROWS) -> list[tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(11)
    features = graph.input_nodes[0].settings["features"]
    assert isinstance(features, int)
    return [(generator.standard_normal((rows, features)), targets(graph, rows, generator)) for _ in range(steps)]


def session_for(graph: Graph, optimizer: str, options: dict[str, Any], dtype: str = "float64") -> nnlab.Session:
    return nnlab.Session(graph, optimizer, RATE, seed=SEED, dtype=dtype, **options)
