"""Every registered probe on every kind of data: it answers or says that it does not apply, and is a pure function."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from nnlab.core.dataset import datasets
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probe import probes

LOSSES = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}
# How many raw features a probe is for; the others are for any.
FEATURES = {"curve": {1}, "decision": {2}, "pictures": {1, 2}, "approximation": {1}, "approximation_surface": {2}}
ONE_NUMBER = {"approximation", "approximation_surface"}  # what is approximated is a number
CLASSES = {"simplex": 3}  # a probe for so many classes
ONE_AXIS = {"output_losses"}  # whose losses are functions of one number: p of the true class, or the error of a single output
IMAGES = {"exciting_inputs"}  # whose samples are pictures
MADE = [dataset.name for dataset in datasets if dataset.category != "File"]


def network(data: Data) -> Evaluator:
    """A hidden layer of five tanh units with drawn weights, and the loss that fits the data."""
    b = GraphBuilder()
    hidden = b.tanh(b.dense(b.input(features=data.x.shape[1]), units=5))
    outputs = data.target.classes if data.target.kind == "classes" else data.target.outputs
    b.node(LOSSES[data.target.kind], b.dense(hidden, units=outputs))
    made = Evaluator(b.build())
    made.load(np.random.default_rng(0).normal(size=made.program.parameters_end).astype(np.float32))
    return made


def has_one_axis(data: Data) -> bool:
    return data.target.kind != "continuous" or data.target.outputs == 1


def arrays(value: object) -> list[tuple[str, np.ndarray]]:
    """Every array and number of a result, with where it stands."""
    if dataclasses.is_dataclass(value):
        return [(f"{f.name}.{at}", a) for f in dataclasses.fields(value) for at, a in arrays(getattr(value, f.name))]
    if isinstance(value, Mapping):
        return [(f"{key}.{at}", a) for key, part in value.items() for at, a in arrays(part)]
    if isinstance(value, tuple) and any(dataclasses.is_dataclass(part) or isinstance(part, str) for part in value):
        return [(f"{k}.{at}", a) for k, part in enumerate(value) for at, a in arrays(part)]
    return [] if value is None or isinstance(value, str) else [("", np.asarray(value))]


@pytest.mark.parametrize("dataset", MADE)
@pytest.mark.parametrize("name", probes.names())
def test_a_probe_answers_or_says_that_it_does_not_apply(name: str, dataset: str) -> None:
    data = prepare(DataSettings(dataset))
    evaluator = network(data)
    result = probes[name](evaluator, data)
    fits = len(data.raw_features) in FEATURES.get(name, {len(data.raw_features)}) and (name not in ONE_AXIS or has_one_axis(data))
    fits = fits and (name not in ONE_NUMBER or (data.target.kind == "continuous" and has_one_axis(data)))
    fits = fits and (name not in IMAGES or data.image_shape is not None)
    fits = fits and data.target.classes == CLASSES.get(name, data.target.classes)
    assert (result is not None) == fits
    if result is None:
        return
    assert dataclasses.is_dataclass(result) and result.__dataclass_params__.frozen  # type: ignore[attr-defined]
    # The exact function may have no value beyond its domain, and the first threshold of a ROC curve is above every score.
    assert all(np.isfinite(values).all() for name, values in arrays(result) if not name.startswith("truth") and "thresholds" not in name)


@pytest.mark.parametrize("dataset", ["spiral", "function", "digits", "diabetes"])
@pytest.mark.parametrize("name", probes.names())
def test_a_probe_is_a_pure_function_of_evaluator_and_data(name: str, dataset: str) -> None:
    data = prepare(DataSettings(dataset))
    evaluator = network(data)
    loaded = evaluator.state.arena[: evaluator.program.parameters_end].copy()
    samples = data.x.copy(), data.validation_x.copy()
    first = arrays(probes[name](evaluator, data))
    kept = [(at, values.copy()) for at, values in first]
    for other in probes:
        other(evaluator, data)
    again = network(data)
    for (at, values), (_, before), (_, fresh) in zip(first, kept, arrays(probes[name](again, data)), strict=True):
        np.testing.assert_array_equal(values, before, err_msg=f"{at} changed when other probes ran")
        np.testing.assert_array_equal(values, fresh, err_msg=at)
    np.testing.assert_array_equal(evaluator.state.arena[: len(loaded)], loaded)
    np.testing.assert_array_equal(data.x, samples[0])
    np.testing.assert_array_equal(data.validation_x, samples[1])
