"""Adding an operator to a running copy takes one new file and no other edit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nnlab
from nnlab.core.operator import operators
from nnlab.core.registry import load_plugin
from nnlab.engine import machine

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
