"""The worked example "A Step by Step Backpropagation Example" (M. Mazur, 2015), whose printed numbers students compare with.

It keeps its biases as they are. Printed values have nine digits and a few of them are off in the last ones, as exact arithmetic shows.
"""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.training.session import Session


@pytest.fixture(scope="module")
def session() -> Session:
    project = load_example("textbook")
    settings = project.training
    return Session(project.graph, settings.optimizer, settings.learning_rate, dtype="float64", initial_weights=project.initial)


def test_the_printed_numbers(session: Session) -> None:
    data = prepare(load_example("textbook").data)
    assert data.x.tolist() == [[0.05, 0.1]] and data.y.tolist() == [[0.01, 0.99]]
    session.reset()
    hidden, outputs = session.activations(data.x, ["sigmoid_1.y", "sigmoid_2.y"]).values()
    np.testing.assert_allclose(hidden, [[0.593269992, 0.596884378]], rtol=0, atol=6e-10)
    np.testing.assert_allclose(outputs, [[0.75136507, 0.772928465]], rtol=0, atol=6e-10)
    loss, gradients = session.gradients(data.x, data.y)
    assert loss == pytest.approx(0.298371109, abs=6e-10)
    assert gradients["dense_2.weight"][0, 0] == pytest.approx(0.082167041, abs=6e-10)
    assert gradients["dense_1.weight"][0, 0] == pytest.approx(0.000438568, abs=6e-10)
    session.step(data.x, data.y)
    first, second = session.parameters["dense_1.weight"], session.parameters["dense_2.weight"]
    np.testing.assert_allclose(first, [[0.149780716, 0.19956143], [0.24975114, 0.29950229]], rtol=0, atol=6e-9)
    np.testing.assert_allclose(second, [[0.35891648, 0.408666186], [0.511301270, 0.561370121]], rtol=0, atol=6e-9)
    assert session.parameters["dense_1.bias"].tolist() == [0.35, 0.35] and session.parameters["dense_2.bias"].tolist() == [0.6, 0.6]


def test_ten_thousand_steps(session: Session) -> None:
    """Printed as 0.0000351085 and outputs 0.015912196 and 0.984065734; exact arithmetic: 0.0000351019, 0.015913621 and 0.984064273."""
    data = prepare(load_example("textbook").data)
    session.reset()
    session.fit(data.x, data.y, epochs=10_000, batch_size=1)
    assert session.loss(data.x, data.y) == pytest.approx(0.0000351019, abs=6e-11)
    np.testing.assert_allclose(session.predict(data.x), [[0.0159136, 0.9840643]], rtol=0, atol=6e-8)
