from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare


def drawn(points: str, **settings: object) -> DataSettings:
    return DataSettings("points", {"points": points, **settings}, validation_share=0.25)  # type: ignore[dict-item]


def parts(settings: DataSettings) -> tuple[set[tuple[float, ...]], set[tuple[float, ...]]]:
    data = prepare(settings)
    return {tuple(row) for row in data.raw_x.tolist()}, {tuple(row) for row in data.raw_validation_x.tolist()}


def test_one_more_point_does_not_move_the_others_between_training_and_validation() -> None:
    places = np.random.default_rng(5).uniform(-6, 6, (60, 2)).round(2)
    text = [f"{x:g} {y:g} {int(x > 0)}" for x, y in places]
    moved = 0
    for count in range(20, 60):
        before, after = parts(drawn(";".join(text[:count]))), parts(drawn(";".join(text[: count + 1])))
        moved += len(before[0] & after[1]) + len(before[1] & after[0])
    assert moved <= 40, "at most one sample a step goes over, where the quarter has become one more"
    reversed_text = drawn(";".join(text[::-1]))
    assert parts(reversed_text) == parts(drawn(";".join(text))), "nor does the order in which they were drawn"


def test_the_first_point_of_a_class_belongs_to_training() -> None:
    data = prepare(drawn("0 0 0; 1 1 0; 2 2 0; 3 3 0; 4 4 1"))
    assert [int((data.y == 0).sum()) - 1, int((data.validation_y == 1).sum())] == [2, 0] and 1 in data.y


def test_numbers_are_y_of_x_and_a_class_too_many_is_told() -> None:
    data = prepare(drawn("0 1; 2 3; -1 0.5; 4 4", task="numbers"))
    assert data.target.kind == "continuous" and data.raw_x.shape[1] == 1
    assert {(x[0], y[0]) for x, y in zip(data.raw_x, data.y, strict=True)} < {(0.0, 1.0), (2.0, 3.0), (-1.0, 0.5), (4.0, 4.0)}
    with pytest.raises(DataError, match="Points has 2 classes, 0 to 1, but point 2 is of class 2"):
        prepare(drawn("0 0 0; 1 1 2"))
    assert prepare(drawn("0 0 0; 1 1 2", classes=3)).target.kind == "classes"
