"""A table refuses samples that do not fit together, and random numbers depend on seed and purpose alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.dataset import Table, Target, random_generator
from nnlab.core.errors import DataError

GOOD = Table(np.zeros((3, 2)), np.array([0, 1, 2]), ("a", "b"), Target("classes", ("p", "q", "r")))
NUMBERS = Table(np.zeros((3, 2)), np.zeros((3, 1)), ("a", "b"), Target("continuous", ("y",)))


def test_targets_count_classes_and_outputs() -> None:
    assert (Target("binary", ("no", "yes")).classes, Target("binary", ("no", "yes")).outputs) == (2, 1)
    assert (Target("classes", ("a", "b", "c")).classes, Target("classes", ("a", "b", "c")).outputs) == (3, 1)
    assert (Target("continuous", ("u", "v")).classes, Target("continuous", ("u", "v")).outputs) == (0, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": np.zeros((3, 2), np.float32)}, "x is float32"),
        ({"x": np.zeros((3, 3))}, "expected float64"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0, np.int64)}, "there are none"),
        ({"x": np.full((3, 2), np.nan)}, "infinite or not a number"),
        ({"y": np.zeros((3, 1))}, "y is float64"),
        ({"y": np.array([0, 1])}, "y is int64"),
        ({"y": np.array([0, 1, 3])}, "classes run from 0 to 3"),
        ({"y": np.array([-1, 1, 2])}, "classes run from -1 to 2"),
        ({"features": ("a", "a")}, "same name"),
        ({"target": Target("ordinal", ("p", "q", "r"))}, "'ordinal'"),
        ({"target": Target("binary", ("p", "q", "r"))}, "two classes"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        replace(GOOD, **changes)


def test_infinite_targets_are_refused() -> None:
    with pytest.raises(DataError, match="infinite"):
        replace(NUMBERS, y=np.full((3, 1), np.inf))


def test_random_numbers_depend_on_seed_and_purpose() -> None:
    draw = random_generator(1, "split").random(4)
    assert (draw == random_generator(1, "split").random(4)).all()
    assert (draw != random_generator(2, "split").random(4)).all()
    assert (draw != random_generator(1, "circle").random(4)).all()


@pytest.mark.parametrize(
    ("kind", "names", "words"),
    [
        ("classes", ("setosa", "versicolor", "virginica"), "target y: setosa, versicolor, virginica"),
        ("binary", ("no", "yes"), "target y: no, yes"),
        ("classes", tuple("0123456789"), "target y, 10 classes"),
        ("classes", ("a" * 30, "b" * 30, "c"), "target y, 3 classes"),
        ("continuous", ("rent",), "target rent"),
        ("continuous", ("a" * 60,), "target y"),
        ("continuous", ("y1", "y2"), "target y"),
    ],
)
def test_a_target_in_words(kind: str, names: tuple[str, ...], words: str) -> None:
    assert Target(kind, names).in_words == words
