"""Infinite inputs: what a function tends to, and NaN only where it tends to nothing.

A product of finite weights may overflow; a logit that is infinite on the right side costs nothing, on the wrong side everything.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from nnlab.core.operator import operators
from nnlab.engine.kernel_curve import curve
from nnlab.graph.builder import GraphBuilder
from nnlab.training.session import Session

INF, NAN = np.inf, np.nan
REALS = ("float32", "float64")


def loss_of(loss: str, logits: list[float], target: list[float], real: str, **settings: object) -> tuple[float, np.ndarray]:
    """The loss of one sample of these logits, and the gradient of every logit: that of the bias which is added to them."""
    b = GraphBuilder()
    outputs = len(logits)
    b.node(loss, b.dense(b.input(features=outputs), units=outputs), **settings)
    session = Session(b.build(), dtype=real)
    session.set_parameters({"dense_1.weight": np.eye(outputs), "dense_1.bias": np.zeros(outputs)})
    state = session._with_batch(np.zeros((1, outputs)), [target], finite=False)
    program = state.program
    logit, first, last = next(
        (op.tensor, instruction.pc + 1, program.update_start)
        for instruction in program.instructions for op in instruction.operands if op.tensor == "dense_1.y"
    )  # fmt: skip
    state[logit][...] = [logits]
    session._execute(first, last)
    assert program.loss_name is not None
    return float(state[program.loss_name][0]), state["dense_1.d_bias"].copy()


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize(
    ("logits", "true", "loss", "gradient"),
    [
        ([INF, 0, 1], 0, 0.0, [0, 0, 0]),
        ([INF, 0, 1], 1, INF, [1, -1, 0]),
        ([-INF, 0, 0], 0, INF, [-1, 0.5, 0.5]),
        ([-INF, 0, -INF], 1, 0.0, [0, 0, 0]),
        ([INF, INF, 0], 0, np.log(2), [-0.5, 0.5, 0]),
        ([INF, INF, 0], 2, INF, [0.5, 0.5, -1]),
        ([-INF, -INF, -INF], 1, np.log(3), [1 / 3, -2 / 3, 1 / 3]),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"class_weights": "1, 2, 1"}], ids=["plain", "weighted"])
def test_cross_entropy(real: str, logits: list[float], true: int, loss: float, gradient: list[float], settings: Mapping[str, str]) -> None:
    found, slope = loss_of("cross_entropy", logits, [true], real, **settings)
    assert found == pytest.approx(loss, rel=1e-6)
    np.testing.assert_allclose(slope, gradient, atol=1e-6)


@pytest.mark.parametrize("real", REALS)
def test_smoothed_labels_want_something_of_every_class(real: str) -> None:
    assert loss_of("cross_entropy", [INF, 0, 1], [0], real, label_smoothing=0.1)[0] == INF


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize(
    ("logit", "target", "loss", "gradient"),
    [(INF, 1, 0.0, 0), (-INF, 0, 0.0, 0), (INF, 0, INF, 1), (-INF, 1, INF, -1), (INF, 0.5, INF, 0.5), (-INF, 0.5, INF, -0.5)],
)
@pytest.mark.parametrize("weight", ["", "2"])
def test_binary_cross_entropy(real: str, logit: float, target: float, loss: float, gradient: float, weight: str) -> None:
    found, slope = loss_of("binary_cross_entropy", [logit], [target], real, pos_weight=weight)
    assert found == loss
    wanted = gradient if not weight else {(INF, 0.5): 0.5, (-INF, 0.5): -1.0, (-INF, 1): -2.0}.get((logit, target), gradient)
    np.testing.assert_allclose(slope, [wanted], atol=1e-6)


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize(("loss", "logits", "target", "value"), [
    ("kl_divergence", [0.0, -INF], [1.0, 0.0], 0.0), ("kl_divergence", [-INF, 0.0], [1.0, 0.0], INF),
    ("hinge", [INF], [1.0], 0.0), ("hinge", [INF], [0.0], INF), ("hinge", [-INF], [0.0], 0.0),
    ("mse", [INF], [0.0], INF), ("mae", [-INF], [0.0], INF), ("huber", [INF], [0.0], INF),
])  # fmt: skip
def test_other_losses(real: str, loss: str, logits: list[float], target: list[float], value: float) -> None:
    found, _ = loss_of(loss, logits, target, real)
    assert found == value


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize("kind", ["softmax", "log_softmax"])
def test_softmax(real: str, kind: str) -> None:
    b = GraphBuilder()
    b.mse(b.node(kind, b.input(features=3)))
    session = Session(b.build(), dtype=real)
    rows = [[INF, 0, 1], [INF, INF, -INF], [-INF, 0, 0], [NAN, 0, 0]]
    shares = np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [NAN, NAN, NAN]])
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(session.predict(rows), shares if kind == "softmax" else np.log(shares), atol=1e-7)


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize("kind", [o.name for o in operators if o.is_elementwise and o.name not in ("sine",)])
def test_an_activation_of_infinity_is_its_limit(kind: str, real: str) -> None:
    """Of the largest numbers there are, it is as good as there."""
    settings = {s.name: s.default for s in operators[kind].settings}
    largest = float(np.finfo(real).max)
    far, _ = curve(operators[kind], settings, np.array([-largest, largest]), real)
    y, slope = curve(operators[kind], settings, np.array([-INF, INF]), real)
    limits = np.where(np.abs(far) > 1e30, np.sign(far) * INF, far)
    np.testing.assert_allclose(y, limits, atol=1e-6)
    assert not np.isnan(slope).any()
    assert np.isnan(curve(operators[kind], settings, np.array([NAN, NAN]), real)[0]).all(), "what is not a number does not become one"
