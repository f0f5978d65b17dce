from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnlab.core.preparation import DataSettings, prepare
from nnlab.training.mistakes import mistakes_of
from nnlab.training.probes.predictions import Predictions


def predictions(outputs: np.ndarray, held: np.ndarray) -> Predictions:
    return Predictions(outputs, held, {}, {}, 0, 0, None)


def test_the_most_confident_mistakes_come_first_and_validation_before_training() -> None:
    data = prepare(DataSettings("iris"))
    right = np.log(np.full((len(data.y), 3), 0.1))
    right[np.arange(len(data.y)), data.y] = np.log(0.8)
    held = np.log(np.full((len(data.validation_y), 3), 0.1))
    held[np.arange(len(held)), data.validation_y] = np.log(0.8)
    for row, share in ((5, 0.6), (9, 0.9)):  # softmax of the logarithms of shares gives the shares back
        held[row] = np.log((1 - share) / 2)
        held[row, (data.validation_y[row] + 1) % 3] = np.log(share)
    right[7] = np.log([0.25, 0.25, 0.25])
    right[7, (data.y[7] + 2) % 3] = np.log(0.5)
    found = mistakes_of(predictions(right, held), data, "softmax")
    assert found.index.tolist() == [9, 5, 7] and found.is_validation.tolist() == [True, True, False]
    np.testing.assert_allclose(found.confidence, [0.9, 0.6, 0.5], rtol=1e-12)
    assert found.true.tolist() == [data.validation_y[9], data.validation_y[5], data.y[7]]
    assert found.predicted[0] == (data.validation_y[9] + 1) % 3 and found.rank(7, False) == 2 and found.rank(7, True) is None
    kind = int(data.validation_y[9])
    cell = mistakes_of(predictions(right, held), data, "softmax", (kind, kind))
    assert set(cell.true) == set(cell.predicted) == {kind} and cell.is_validation.all(), "a cell also lists those that are right"
    assert len(cell) == (data.validation_y == kind).sum() - sum(data.validation_y[k] == kind for k in (5, 9))


def test_a_number_has_no_mistakes() -> None:
    data = prepare(DataSettings("diabetes"))
    assert len(mistakes_of(predictions(data.y, data.validation_y), data, "identity")) == 0


def test_without_validation_a_cell_is_of_the_training_samples_that_were_predicted() -> None:
    """Of classes 0, 1, 2, 0, 1 called 1, 1, 0, 1, 0; of the others nothing was predicted."""
    data = prepare(DataSettings("iris", validation_share=0.0))
    data = replace(data, y=np.array([0, 1, 2, 0, 1, *data.y[5:]]))
    outputs = np.eye(3)[[1, 1, 0, 1, 0]]
    found = mistakes_of(predictions(outputs, np.empty((0, 3))), data, "softmax", (0, 1))
    assert found.index.tolist() == [0, 3] and not found.is_validation.any()
    assert mistakes_of(predictions(outputs, np.empty((0, 3))), data, "softmax", (1, 0)).index.tolist() == [4]
    assert mistakes_of(predictions(outputs, np.empty((0, 3))), data, "softmax").index.tolist() == [0, 2, 3, 4]
