"""The probes of Approximate: the sum is the fit, errors are those of the curves, and what has no units says why."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.probe import probes
from nnlab.training.probes.approximation import WIDEST, Approximation
from nnlab.training.probes.approximation_surface import WIDEST_SURFACE, ApproximationSurface


def evaluator(graph: Graph, real: str = "float32") -> Evaluator:
    made = Evaluator(graph, real)
    made.load(np.random.default_rng(5).normal(size=made.program.parameters_end).astype(real))
    return made


def network(features: int = 1, units: int = 6, deep: bool = False, loss: str = "mse") -> Graph:
    b = GraphBuilder()
    layer = b.input(features=features)
    if deep:
        layer = b.relu(b.dense(layer, units=4))
    b.node(loss, b.dense(b.tanh(b.dense(layer, units=units)), units=1))
    return b.build()


def along(made: Evaluator, data: Data) -> Approximation:
    found = probes["approximation"](made, data)
    assert isinstance(found, Approximation)
    return found


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("standardize", [False, True])
def test_contributions_and_bias_sum_to_the_fit(deep: bool, standardize: bool) -> None:
    data = prepare(DataSettings("function", {"formula": "sin(x)"}, standardize=standardize))
    found = along(evaluator(network(deep=deep)), data)
    assert found.sum is not None and found.refusal == ""
    np.testing.assert_allclose(found.sum.contributions.sum(axis=0) + found.sum.bias, found.fit, atol=1e-5)
    assert (found.sum.units is None) == deep
    assert found.truth is not None
    np.testing.assert_allclose(found.truth, np.sin(found.x))


def test_the_curves_reach_a_sixth_beyond_the_domain_and_the_errors_are_theirs() -> None:
    data = prepare(DataSettings("function", {"formula": "sin(x)", "start": -3.0, "end": 3.0}))
    found = along(evaluator(network()), data)
    assert (found.domain, found.x[0], found.x[-1]) == ((-3.0, 3.0), -4.0, 4.0)
    assert (np.diff(found.x) > 0).all() and {-3.0, 3.0} <= set(found.x.tolist())
    assert found.inside is not None and found.outside is not None and found.truth is not None
    errors, is_inside = np.abs(found.fit - found.truth), np.abs(found.x) <= 3.0
    assert found.inside.sup == pytest.approx(errors[is_inside].max(), rel=1e-3)
    assert found.outside.sup == pytest.approx(errors[~is_inside].max(), rel=1e-2)
    assert found.inside.rms == pytest.approx(float(np.sqrt(np.mean(errors[is_inside] ** 2))), rel=1e-2)


def test_a_network_that_is_no_sum_says_why_and_still_has_a_fit() -> None:
    b = GraphBuilder()
    b.mse(b.sigmoid(b.dense(b.tanh(b.dense(b.input(features=1))), units=1)))
    found = along(evaluator(b.build()), prepare(DataSettings("function")))
    assert found.sum is None and "passes through sigmoid_1" in found.refusal
    assert found.inside is not None and np.isfinite(found.fit).all()


def test_too_many_units_are_said() -> None:
    found = along(evaluator(network(units=WIDEST + 1)), prepare(DataSettings("function", {"samples": 10})))
    assert found.sum is None and f"of at most {WIDEST:,}" in found.refusal


def test_a_surface_has_ridges_where_the_units_read_x_and_y() -> None:
    data = prepare(DataSettings("surface", {"formula": "x y"}, standardize=True))
    made = evaluator(network(features=2), "float64")
    found = probes["approximation_surface"](made, data)
    assert isinstance(found, ApproximationSurface) and found.units is not None and found.truth is not None and found.inside is not None
    np.testing.assert_allclose(found.truth, found.x[None, :] * found.y[:, None])
    place = np.array([[found.x[3], found.y[40]]])
    np.testing.assert_allclose(found.fit[40, 3], made.predict(data.transform(place))[0, 0])
    # On its ridge a tanh unit is 0: moved there, it contributes nothing.
    weight, bias = found.units.weight[2], found.units.bias[2]
    on_ridge = (-bias / (weight @ weight) * weight).reshape(1, 2)
    assert abs(made.activations(data.transform(on_ridge), ["tanh_1.y"])["tanh_1.y"][0, 2]) < 1e-12
    inner = found.fit[found.inner, found.inner] - found.truth[found.inner, found.inner]
    assert found.inside.sup == pytest.approx(np.abs(inner).max(), rel=0.02)
    (x0, x1), (y0, y1) = found.domain
    assert (x0, x1) == pytest.approx((found.x[0] + (x1 - x0) / 6, found.x[-1] - (x1 - x0) / 6)), "a sixth beyond the domain"
    beyond = (found.x < x0) | (found.x > x1) | ((found.y < y0) | (found.y > y1))[:, None]
    assert found.outside is not None
    assert found.outside.sup == pytest.approx(np.abs(found.fit - found.truth)[beyond].max())
    assert found.outside.rms == pytest.approx(np.sqrt(np.mean((found.fit - found.truth)[beyond] ** 2)))


@pytest.mark.parametrize("deep", [False, True])
def test_contributions_of_a_surface_sum_to_its_fit(deep: bool) -> None:
    found = probes["approximation_surface"](evaluator(network(2, deep=deep)), prepare(DataSettings("surface")))
    assert isinstance(found, ApproximationSurface) and found.sum is not None and found.sum_refusal == ""
    whole = found.sum.contributions.sum(axis=0) + found.sum.bias
    np.testing.assert_allclose(whole, found.fit.ravel(), atol=1e-5)
    many = probes["approximation_surface"](evaluator(network(2, units=WIDEST_SURFACE + 1)), prepare(DataSettings("surface")))
    assert isinstance(many, ApproximationSurface) and many.sum is None and many.units is not None and "at most 256" in many.sum_refusal


def test_a_surface_without_ridges_says_why() -> None:
    found = probes["approximation_surface"](evaluator(network(2, deep=True)), prepare(DataSettings("plane")))
    assert isinstance(found, ApproximationSurface)
    assert found.units is None and "do not read x and y themselves" in found.refusal and found.truth is None
    assert found.inside is not None and found.inside.at_samples


def test_a_surface_that_is_known_at_its_samples_has_what_is_missing_there() -> None:
    data, made = prepare(DataSettings("plane")), evaluator(network(2), "float64")
    found = probes["approximation_surface"](made, data)
    assert isinstance(found, ApproximationSurface) and found.samples is not None and found.misses is not None and found.inside is not None
    np.testing.assert_array_equal(found.samples, np.concatenate([data.raw_x, data.raw_validation_x]))
    expected = np.concatenate([data.y, data.validation_y])[:, 0] - made.predict(data.transform(found.samples))[:, 0]
    np.testing.assert_allclose(found.misses, expected, atol=1e-12)
    assert found.inside.sup == pytest.approx(np.abs(expected).max())
    known = probes["approximation_surface"](made, prepare(DataSettings("surface")))
    assert isinstance(known, ApproximationSurface) and known.samples is None and known.misses is None
