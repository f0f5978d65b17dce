"""Adding an operator to a running copy takes one new file and no other edit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import nnlab
from nnlab.core.operator import operators
from nnlab.core.plugins import load_plugin
from nnlab.engine import machine
from nnlab.graph import docking, edits
from nnlab.graph.letters import letter_of
from nnlab.graph.mlp import initializer_for, parse_mlp
from nnlab.graph.validation import infer, validate
from nnlab.training.statistics import saturation
from nnlab.ui.canvas.model.content import describe
from nnlab.ui.inspector.node_page import shape_rows

SOURCE = '''
"""Softsign: y = x / (1 + |x|)  (Glorot and Bengio 2010)."""

from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Tensor


@kernel
def forward(x, y):
    for i in range(x.size):
        y[i] = x[i] / (1.0 + abs(x[i]))


@kernel
def backward(x, d_y, d_x):
    for i in range(x.size):
        d_x[i] += d_y[i] / ((1.0 + abs(x[i])) * (1.0 + abs(x[i])))


register(
    Operator(
        name="softsign_of_a_test", title="Softsign", category="Activations", formula="y",
        inputs=(Tensor("x", "..."),), outputs=(Tensor("y", "..."),), forward=forward, backward=backward,
        bounds=(-1.0, 1.0), saturates=True, initializer="he_normal", aliases=("soft_sign",),
    )
)
'''

LAYER = '''
"""A layer with a matrix alone, y = V x, and an activation that has a category of its own, y = x^3."""

from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.tensor import Parameter, Tensor


@kernel
def forward(x, weight, y):
    for n in range(x.shape[0]):
        for u in range(weight.shape[0]):
            y[n, u] = 0.0
            for i in range(x.shape[1]):
                y[n, u] += weight[u, i] * x[n, i]


@kernel
def backward(x, weight, d_y, d_x, d_weight):
    for n in range(x.shape[0]):
        for u in range(weight.shape[0]):
            for i in range(x.shape[1]):
                d_weight[u, i] += d_y[n, u] * x[n, i]
                if d_x.size > 0:
                    d_x[n, i] += d_y[n, u] * weight[u, i]


@kernel
def cube(x, y):
    for i in range(x.size):
        y[i] = x[i] * x[i] * x[i]


@kernel
def cube_backward(x, d_y, d_x):
    for i in range(x.size):
        d_x[i] += 3.0 * d_y[i] * x[i] * x[i]


register(
    Operator(
        name="turn_of_a_test", title="Turn", category="Mine", formula="y = V x", inputs=(Tensor("x", "... features"),),
        parameters=(Parameter("weight", "features features", init="xavier_uniform", symbol="V"),), outputs=(Tensor("y", "... features"),),
        forward=forward, backward=backward, skippable=("x",), is_affine=True,
    )
)
register(
    Operator(
        name="cube_of_a_test", title="Cube", category="Mine", formula="y = x^3", docks=True,
        inputs=(Tensor("x", "..."),), outputs=(Tensor("y", "..."),), forward=cube, backward=cube_backward,
    )
)
'''


def test_one_file_adds_an_operator_to_a_running_copy(tmp_path: Path) -> None:
    heard: list[str] = []
    operators.listen(lambda kind: heard.append(kind.name))
    machine_before = list(machine.run_training.overloads)
    path = tmp_path / "softsign.py"
    path.write_text(SOURCE, encoding="utf-8")
    load_plugin(path)
    try:
        assert heard == ["softsign_of_a_test"]
        b = nnlab.GraphBuilder()
        h = b.softsign_of_a_test(b.dense(b.input(features=2), units=3))
        b.mse(b.dense(h, units=1))
        session = nnlab.Session(b.build(), "sgd", 0.1, dtype="float64")
        x = np.array([[0.3, -0.7], [1.0, 2.0]])
        y = np.array([[0.5], [-0.5]])
        z = x @ session.parameters["dense_1.weight"].T
        expected = (z / (1 + abs(z))) @ session.parameters["dense_2.weight"].T
        np.testing.assert_allclose(session.predict(x), expected, rtol=1e-14)
        _, gradients = session.gradients(x, y)
        weight = session.parameters["dense_1.weight"]
        weight[0, 0] += 1e-6
        up = session.loss(x, y)
        session.set_parameters({"dense_1.weight": weight})
        assert abs((session.loss(x, y) - up) / 1e-6 - gradients["dense_1.weight"][0, 0]) < 1e-5
        before = session.step(x, y)
        for _ in range(50):
            after = session.step(x, y)
        assert after < before
        assert list(machine.run_training.overloads) == machine_before, "the machine itself was not compiled again"
    finally:
        operators.remove("softsign_of_a_test")


@pytest.fixture
def softsign(tmp_path: Path) -> Iterator[None]:
    yield from loaded(tmp_path, SOURCE, "softsign_of_a_test")


@pytest.fixture
def turn_and_cube(tmp_path: Path) -> Iterator[None]:
    yield from loaded(tmp_path, LAYER, "turn_of_a_test", "cube_of_a_test")


def loaded(folder: Path, source: str, *names: str) -> Iterator[None]:
    path = folder / "plugin.py"
    path.write_text(source, encoding="utf-8")
    load_plugin(path)
    yield
    for name in names:
        operators.remove(name)


def test_what_a_new_activation_declares_is_known_everywhere(softsign: None) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.softsign_of_a_test(b.dense(b.input(features=2), units=4)), units=1))
    graph = b.build()
    assert docking.host(graph, "softsign_of_a_test_1") == "dense_1"
    card = describe(graph, infer(graph))["dense_1"]
    assert card.subtitle == "4 · Softsign" and card.bounded

    # saturated: 1 / (1 + |z|)^2 <= 0.05, from |z| = sqrt(20) - 1 = 3.472 on
    z = np.array([[-9.0, -3.48, -3.46, 0.0], [3.46, 3.48, 9.0, 1.0]])
    frame = SimpleNamespace(program=SimpleNamespace(real="float64"), get=lambda name: z if name == "dense_1.y" else None)
    found = saturation(graph["softsign_of_a_test_1"], frame, "dense_1.y")  # type: ignore[arg-type]
    assert found is not None and (found.share, found.dead, found.units) == (4 / 8, None, 4)

    assert parse_mlp("2-8 soft_sign-1").hidden[0].activation == "softsign_of_a_test"
    assert initializer_for("softsign_of_a_test") == "he_normal"
    squashed = edits.replace_operator(graph, "mse_1", "binary_cross_entropy")
    last = edits.insert_on_edge(squashed, squashed.inputs("binary_cross_entropy_1")[0], "softsign_of_a_test", (0.0, 0.0))
    told = [problem.message for problem in validate(last) if problem.kind == "bounded_logits"]
    assert len(told) == 1 and "keeps every logit between −1 and 1" in told[0]


def test_a_new_layer_has_its_letter_and_an_activation_of_any_category_docks_on_it(turn_and_cube: None) -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.cube_of_a_test(b.turn_of_a_test(b.input(features=3))))
    graph = b.build()
    assert docking.host(graph, "cube_of_a_test_1") == "turn_of_a_test_1"
    assert parse_mlp("2-8 cube_of_a_test-1").hidden[0].activation == "cube_of_a_test"
    assert letter_of(graph, "turn_of_a_test_1.weight") == "V"
    assert shape_rows(graph, graph["turn_of_a_test_1"], infer(graph))[1] == ("V", "(3, 3)")
    session = nnlab.Session(graph, "sgd", 0.1, dtype="float64")
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(session.predict(x), (x @ session.parameters["turn_of_a_test_1.weight"].T) ** 3, rtol=1e-12)
    b = nnlab.GraphBuilder()
    b.mse(b.turn_of_a_test(b.turn_of_a_test(b.input(features=3))))
    assert [p.node_id for p in validate(b.build()) if p.kind == "linear"] == ["turn_of_a_test_2"], "two matrices are one"
