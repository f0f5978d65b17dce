"""The decision picture of y = x₁ + 2 x₂: every cell's number by arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from known_networks import linear, table

from nnlab.training.probe import probes
from nnlab.training.probes.decision import SIDE, Decision


def found() -> Decision:
    data = replace(table([[0.0, 0.0]], [0]), domain=((10.0, SIDE + 10.0), (-50.0, SIDE - 50.0)))
    result = probes["decision"](linear([[1.0, 2.0]]), data)
    assert isinstance(result, Decision)
    return result


def test_every_cell_holds_the_answer_at_its_centre() -> None:
    """Cells are one wide, so the centre of column k is k + 10.5, and that of row r is r − 49.5."""
    decision = found()
    assert decision.extent == (10.0, 110.0, -50.0, 50.0) and decision.outputs.shape == (100, 100, 1)
    column, row = np.arange(100.0), np.arange(100.0)
    np.testing.assert_array_equal(decision.outputs[:, :, 0], (column + 10.5)[None, :] + 2 * (row - 49.5)[:, None])
    assert decision.outputs[0, 0, 0] == 10.5 - 99.0 and decision.outputs[99, 0, 0] == 10.5 + 99.0


def test_it_knows_its_centres_and_the_cell_of_a_point() -> None:
    decision = found()
    assert decision.xs[[0, 99]].tolist() == [10.5, 109.5] and decision.ys[[0, 99]].tolist() == [-49.5, 49.5]
    assert decision.cell(10.0, -50.0) == (0, 0) and decision.cell(110.0, 50.0) == (99, 99)
    assert decision.cell(13.9, -47.1) == (2, 3) and decision.cell(14.0, -47.0) == (3, 4)
    for x, y in ((9.9, 0.0), (110.1, 0.0), (15.0, -50.1), (15.0, 50.1)):
        assert decision.cell(x, y) is None


def test_inputs_are_standardised_as_in_training() -> None:
    data = replace(table([[0.0, 0.0]], [0]), domain=((0.0, 100.0), (0.0, 100.0)), mean=np.array([2.0, 4.0]), scale=np.array([4.0, 0.5]))
    decision = probes["decision"](linear([[1.0, 2.0]]), data)
    assert decision.outputs[10, 20, 0] == pytest.approx((20.5 - 2) / 4 + 2 * (10.5 - 4) / 0.5)  # type: ignore[union-attr]


def test_several_outputs_lie_side_by_side() -> None:
    data = replace(table([[0.0, 0.0]], [0], "classes", ("a", "b", "c")), domain=((0.0, 100.0), (0.0, 100.0)))
    decision = probes["decision"](linear([[1, 0], [0, 1], [0, 0]], [0, 0, 7], "cross_entropy"), data)
    assert decision.outputs[10, 20].tolist() == [20.5, 10.5, 7.0]  # type: ignore[union-attr]


def test_a_plane_may_have_more_columns_than_rows() -> None:
    plane = Decision((0.0, 4.0, 0.0, 2.0), np.zeros((2, 4, 1)))
    assert plane.xs.tolist() == [0.5, 1.5, 2.5, 3.5] and plane.ys.tolist() == [0.5, 1.5]
    assert (plane.cell(3.5, 0.5), plane.cell(0.5, 1.5)) == ((0, 3), (1, 0))
