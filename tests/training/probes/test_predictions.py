"""Predictions of a network that answers x, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from known_networks import linear, table

from nnlab.core.preparation import Data
from nnlab.training.probe import probes
from nnlab.training.probes.predictions import SAMPLES, Predictions


def found(data: Data, loss: str, weight: list[list[float]] | None = None) -> Predictions:
    result = probes["predictions"](linear(weight or [[1.0]], loss=loss), data)
    assert isinstance(result, Predictions)
    return result


def test_classes_are_counted_against_the_truth() -> None:
    """Logits 2, −1, 3, −4 say yes, no, yes, no; the last two are wrong. Held out: two of three are right."""
    data = table([[2.0], [-1.0], [3.0], [-4.0]], [1, 0, 0, 1], "binary", ("no", "yes"))
    held = replace(data, validation_x=np.array([[5.0], [6.0], [-7.0]]), validation_y=np.array([1, 0, 0]))
    one = found(held, "binary_cross_entropy")
    assert one.outputs.ravel().tolist() == [2, -1, 3, -4] and one.validation_outputs.ravel().tolist() == [5, 6, -7]
    assert (one.wrong, one.validation_wrong) == (2, 1)
    assert one.metrics == {"accuracy": 0.5} and one.validation_metrics == {"accuracy": 2 / 3}
    assert one.confusion is not None and one.confusion.tolist() == [[1, 1], [0, 1]]  # of the held-out part
    alone = found(data, "binary_cross_entropy")
    assert alone.confusion is not None and alone.confusion.tolist() == [[1, 1], [1, 1]]
    assert alone.validation_wrong == 0 and alone.validation_metrics == {}


def test_a_number_has_errors_and_no_classes() -> None:
    one = found(table([[1.0], [2.0], [3.0]], [1.5, 2.0, 2.0]), "mse")
    assert one.confusion is None and (one.wrong, one.validation_wrong) == (0, 0)
    assert one.metrics["mae"] == pytest.approx(0.5)  # |−0.5|, 0 and 1, a third of their sum


def test_only_the_first_samples_are_asked() -> None:
    assert SAMPLES == 4000
    data = table(np.arange(SAMPLES + 10.0).reshape(-1, 1), np.zeros(SAMPLES + 10))  # type: ignore[arg-type]
    one = found(data, "mse")
    assert len(one.outputs) == SAMPLES and one.outputs[-1, 0] == SAMPLES - 1
