"""Errors against the exact function: known networks on known targets, inside, outside and at samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.function_errors import errors_inside, errors_outside, jumps_of, outside, outside_points


def line(slope: float, offset: float, features: int = 1) -> Evaluator:
    """offset + slope · (sum of features)."""
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=features), units=1))
    made = Evaluator(b.build(), "float64")
    made.state.set_parameters({"dense_1.weight": np.full((1, features), float(slope)), "dense_1.bias": np.array([float(offset)])})
    return made


def function(formula: str, low: float, high: float, **settings: float) -> Data:
    return prepare(DataSettings("function", {"formula": formula, "start": low, "end": high, **settings}, validation_share=0.0))


def test_a_parabola_against_a_line() -> None:
    """x² − x on 0 … 1: sup 1/4 at 1/2; its mean square is 1/30. Outside, to 7/6: sup 7/36 at both ends."""
    data = function("x^2", 0.0, 1.0)
    inside, beyond = errors_inside(line(1.0, 0.0), data), errors_outside(line(1.0, 0.0), data)
    assert inside is not None and beyond is not None
    assert (inside.sup, inside.at, inside.points) == (pytest.approx(0.25), (pytest.approx(0.5),), 2001)
    assert inside.rms == pytest.approx((1 / 30) ** 0.5, rel=2e-3)
    assert beyond.sup == pytest.approx(7 / 36)
    assert not inside.at_samples


def test_the_margin_is_a_sixth_and_leaves_the_domain_out() -> None:
    assert outside(0.0, 6.0) == (-1.0, 7.0)
    points = outside_points(0.0, 6.0)
    assert (points.min(), points.max()) == (-1.0, 7.0)
    assert ((points < 0) | (points > 6)).all() and (np.diff(points) > 0).all()


def test_a_kink_between_the_points_is_looked_at() -> None:
    data = function("where(abs(x - 0.00025) < 1e-9, 5, 0)", 0.0, 1.0)
    plain, closer = errors_inside(line(0, 0), data), errors_inside(line(0, 0), data, np.array([0.00025, -3.0, np.nan]))
    assert plain is not None and closer is not None
    assert (plain.sup, closer.sup, closer.at) == (0.0, 5.0, (0.00025,))
    assert closer.rms == plain.rms


def test_standardised_inputs_are_measured_in_raw_x() -> None:
    data = prepare(DataSettings("function", {"formula": "x", "start": 2.0, "end": 4.0}, standardize=True))
    found = errors_inside(line(float(data.scale[0]), float(data.mean[0])), data)
    assert found is not None and found.sup < 1e-12


def test_a_surface_is_measured_on_its_rectangle() -> None:
    data = prepare(DataSettings("surface", {"formula": "x + y + 1"}))
    found = errors_inside(line(1.0, 0.0, 2), data)
    assert found is not None
    assert (found.sup, found.rms, found.points) == (pytest.approx(1.0), pytest.approx(1.0), 101 * 101)


def test_where_the_target_has_no_value_nothing_is_measured() -> None:
    data = function("sqrt(x)", 0.0, 1.0)
    found = errors_outside(line(0.0, 0.0), data)
    assert found is not None and found.at[0] > 1.0 and found.points == 333
    drawn = prepare(DataSettings("drawn", {"points": "0 0; 1 1"}))
    assert errors_outside(line(0.0, 0.0), drawn) is None


def test_a_table_is_measured_at_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{i},{2.5 * i + (i == 7)}\n" for i in range(30)))
    data = prepare(DataSettings("csv_file", {"path": str(path)}, standardize=False))
    found = errors_inside(line(2.5, 0.0), data)
    assert found is not None
    assert (found.sup, found.at, found.points, found.at_samples) == (1.0, (7.0,), 30, True)
    assert found.rms == pytest.approx((1 / 30) ** 0.5)
    assert errors_outside(line(2.5, 0.0), data) is None


def jumps(formula: str, low: float = -1.0, high: float = 1.0) -> list[tuple[float, float]]:
    """(place, height) of each jump found."""
    return [(found.left, found.height) for found in jumps_of(function(formula, low, high))]


def test_jumps_are_found_where_they_are() -> None:
    assert jumps("step(x - 0.12345)") == [(pytest.approx(0.12345, abs=1e-12), 1.0)]
    assert jumps("mod(x, 1) + 3x", -1.9, 1.9) == [(pytest.approx(place, abs=1e-12), pytest.approx(1.0)) for place in (-1, 0, 1)]
    assert jumps("where(x > 0.3, 1, x)") == [(pytest.approx(0.3, abs=1e-12), pytest.approx(0.7))]
    for smooth in ("sin(40x)", "tanh(2000x)", "abs(x)", "3", "x"):
        assert jumps(smooth) == []
    assert jumps_of(prepare(DataSettings("drawn", {"points": "0 0; 1 1; 1.001 5; 2 0"}))) == ()


@pytest.mark.parametrize(("slope", "offset"), [(0.0, 0.0), (0.0, 0.5), (3.0, 0.2), (50.0, 0.5)])
def test_no_continuous_fit_is_nearer_to_a_jump_than_half_of_it(slope: float, offset: float) -> None:
    data = function("step(x - 0.12345)", -1.0, 1.0)
    (jump,) = jumps_of(data)
    assert jumps_of(data) == (jump,)
    found = errors_inside(line(slope, offset - slope * 0.12345), data, np.array([jump.left, jump.right]))
    assert found is not None and found.sup >= 0.5 - 1e-9


def test_a_jump_is_more_than_a_hundredth_of_the_range() -> None:
    """However large the range is: of 100, a jump of just 1 is none, and one of 1.5 is; of a hundredth, one of 0.0002."""
    assert [height for _, height in jumps("step(x) + 99 * step(x - 0.5)")] == [99.0]
    assert [height for _, height in jumps("1.5 * step(x) + 98.5 * step(x - 0.5)")] == [1.5, 98.5]
    assert [height for _, height in jumps("0.5 * step(x) + 99.5 * step(x - 0.5)")] == [99.5]
    assert [height for _, height in jumps("0.0002 * step(x) + 0.0098 * step(x - 0.5)")] == pytest.approx([0.0002, 0.0098])


def test_jumps_are_found_beside_places_without_a_value_and_none_where_there_is_no_value() -> None:
    data = function("x", -1.0, 1.0)

    def root_and_step(raw: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return np.sqrt(raw[:, 0]) + (raw[:, 0] > 0.5)

    (jump,) = jumps_of(replace(data, truth=root_and_step))
    assert (jump.left, jump.height) == (pytest.approx(0.5), pytest.approx(1.0))
    assert jumps_of(replace(data, truth=None)) == ()
    assert jumps_of(replace(data, truth=lambda raw: np.full(len(raw), np.nan))) == ()


def test_a_kink_beyond_the_domain_is_not_looked_at() -> None:
    data = function("x^2", 0.0, 1.0)
    plain = errors_inside(line(0.0, 0.0), data)
    for kink in (-2.0, 2.0):
        assert errors_inside(line(0.0, 0.0), data, np.array([kink])) == plain
