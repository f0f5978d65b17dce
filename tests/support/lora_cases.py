"""Networks with adapters that the engine is compared with PyTorch and with Hugging Face PEFT on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import nnlab
from nnlab.graph import adapters
from nnlab.graph.graph import Graph

NAME = "task_b"
PEFT_FIXTURES = Path(__file__).parents[1] / "files" / "fixtures" / "peft"  # made by tests/oracle/make_peft_fixtures.py
# Every option by itself, and those that meet in one formula.
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "gaussian": {"init": "gaussian"},
    "orthogonal": {"init": "orthogonal"},
    "pissa": {"init": "pissa"},
    "rslora": {"rslora": True},
    "dropout": {"dropout": 0.4},
    "dora": {"dora": True},
    "dora-dropout": {"dora": True, "dropout": 0.4},
    "dora-pissa": {"dora": True, "init": "pissa"},
    "dora-pissa-dropout": {"dora": True, "init": "pissa", "dropout": 0.4},
    "patterns": {"ranks": {"hidden_1": 1}, "alphas": {"out": 3.0}, "rslora": True},
    "one-layer": {"nodes": ["hidden_2"]},
}
# PEFT forgets the learned lengths when it turns PiSSA into plain LoRA, so that it cannot save these two.
PEFT_CASES = {name: case for name, case in CASES.items() if not name.startswith("dora-pissa")}
SIZES = (6, 5, 4, 3)


def base(loss: str = "cross_entropy") -> Graph:
    b = nnlab.GraphBuilder()
    x = b.input(features=SIZES[0])
    for k, units in enumerate(SIZES[1:-1], 1):
        x = b.node("tanh", b.dense(x, units=units, id=f"hidden_{k}"), id=f"act_{k}")
    b.node(loss, b.dense(x, units=SIZES[-1], id="out", bias=False))
    return b.build()


def adapted(case: dict[str, Any], graph: Graph | None = None, name: str = NAME) -> Graph:
    return adapters.attach(graph if graph is not None else base(), **{"rank": 2, "alpha": 5.0, "name": name, **case})


def two_adapters(first: dict[str, Any], second: dict[str, Any]) -> Graph:
    """Both enabled, blended with weights other than 1."""
    graph = adapted(second, adapted(first), "task_c")
    return adapters.blend(graph, {NAME: 0.7, "task_c": -0.4})


def data(rows: int = 7, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.standard_normal((rows, SIZES[0])), generator.integers(0, SIZES[-1], rows)


def moved(session: nnlab.Session, seed: int = 9) -> None:
    """Every weight of the session a little elsewhere, as after training: B is not 0, lengths are not those of W₀."""
    generator = np.random.default_rng(seed)
    starts = {name: values for name, values in session.parameters.items() if "_start." not in name}
    session.set_parameters({name: values + 0.3 * generator.standard_normal(values.shape) for name, values in starts.items()})


def fixture(name: str) -> dict[str, np.ndarray]:
    """The tensors of a file among the fixtures: of the base, or the outputs that PEFT computed for `data()`."""
    from safetensors.numpy import load_file

    return load_file(PEFT_FIXTURES / f"{name}.safetensors")


def agree(found: np.ndarray, expected: np.ndarray) -> None:
    """To 1e-6 of the largest output, in float32."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * max(1.0, float(np.abs(expected).max())))


STEPS, RATE, SEED = 20, 1e-2, 4


def compared() -> dict[str, Graph]:
    """The networks whose gradients and updates PyTorch has computed: every case, and blends of two."""
    blends = (("plain", "dora"), ("dora", "dropout"), ("pissa", "plain"))
    return {name: adapted(case) for name, case in CASES.items()} | {
        f"{first}+{second}": two_adapters(CASES[first], CASES[second]) for first, second in blends
    }


def compared_session(graph: Graph) -> nnlab.Session:
    """A session in float64 whose weights are those of a trained network; A, B and lengths as PyTorch was given them."""
    session = nnlab.Session(graph, "adam", RATE, seed=SEED, dtype="float64")
    moved(session)
    return session
