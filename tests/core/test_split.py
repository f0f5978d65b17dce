"""Splitting: parts that share no sample, have their share, and follow from the seed, the classes, the groups or the times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab.core.dataset import Table, Target
from nnlab.core.errors import DataError
from nnlab.core.split import Split, split

SHARES = st.floats(0.01, 0.45)


def numbers(samples: int, groups: np.ndarray | None = None, times: np.ndarray | None = None) -> Table:
    return Table(np.zeros((samples, 1)), np.zeros((samples, 1)), ("x",), Target("continuous", ("y",)), groups=groups, times=times)


def classes(sizes: list[int]) -> Table:
    y = np.repeat(np.arange(len(sizes)), sizes)
    return Table(np.zeros((len(y), 1)), y, ("x",), Target("classes", tuple("abcdef"[: len(sizes)])))


def check_parts(parts: Split, samples: int) -> None:
    assert sorted([*parts.training, *parts.validation, *parts.test]) == list(range(samples))
    assert len(parts.training)


@given(st.lists(st.integers(3, 40), min_size=2, max_size=6), SHARES, st.one_of(st.just(0.0), SHARES), st.integers(0, 2**31 - 1))
def test_every_class_has_its_share_in_every_part(sizes: list[int], validation: float, test: float, seed: int) -> None:
    table = classes(sizes)
    parts = split(table, "stratified", validation, test, seed)
    check_parts(parts, table.samples)
    for label, size in enumerate(sizes):
        for part, share in ((parts.validation, validation), (parts.test, test)):
            held_out = int((table.y[part] == label).sum())
            assert (1 <= held_out <= size - 1) if share else held_out == 0
            assert abs(held_out - share * size) <= 1.0


@given(st.integers(3, 200), SHARES, SHARES)
def test_numbers_are_split_by_share(samples: int, validation: float, test: float) -> None:
    parts = split(numbers(samples), "stratified", validation, test, 0)
    check_parts(parts, samples)
    assert abs(len(parts.validation) - validation * samples) <= 1.0
    assert abs(len(parts.test) - test * samples) <= 1.0


@given(st.lists(st.integers(0, 9), min_size=30, max_size=80), SHARES, SHARES, st.integers(0, 99))
def test_groups_stay_together(groups: list[int], validation: float, test: float, seed: int) -> None:
    names = np.array([str(g) for g in [*groups, 0, 1, 2]])
    parts = split(numbers(len(names), groups=names), "group", validation, test, seed)
    check_parts(parts, len(names))
    kinds = [set(names[part]) for part in (parts.training, parts.validation, parts.test)]
    assert all(kinds) and not (kinds[0] & kinds[1] or kinds[0] & kinds[2] or kinds[1] & kinds[2])


@given(st.lists(st.integers(0, 99), min_size=10, max_size=60), SHARES, SHARES)
def test_later_samples_are_kept_back(times: list[int], validation: float, test: float) -> None:
    when = np.array(times, dtype=np.float64)
    parts = split(numbers(len(when), times=when), "time", validation, test, 0)
    check_parts(parts, len(when))
    assert when[parts.training].max() <= when[parts.validation].min()
    assert when[parts.validation].max() <= when[parts.test].min()


@pytest.mark.parametrize(
    ("sizes", "shares", "held_out", "note"),
    [
        ([1, 20], (0.2, 0.0), ([0, 4], [0, 0]), "The class 'a' has a single sample and is used for training only."),
        ([10, 1, 1], (0.2, 0.0), ([2, 0, 0], [0, 0, 0]), "The classes 'b', 'c' have a single sample each and are used for training only."),
        ([2, 20], (0.2, 0.1), ([0, 4], [0, 2]), "The class 'a' has fewer than 3 samples and is used for training only."),
        ([2, 20], (0.2, 0.0), ([1, 4], [0, 0]), None),
        ([1, 20], (0.0, 0.0), ([0, 0], [0, 0]), None),
    ],
)
def test_a_class_too_small_for_the_parts_is_for_training_and_told(
    sizes: list[int], shares: tuple[float, float], held_out: tuple[list[int], list[int]], note: str | None
) -> None:
    table = classes(sizes)
    parts = split(table, "stratified", *shares, 0)
    check_parts(parts, table.samples)
    assert [np.bincount(table.y[part], minlength=len(sizes)).tolist() for part in (parts.validation, parts.test)] == list(held_out)
    assert parts.notes == (() if note is None else (note,))


def test_a_note_names_five_of_many_small_classes() -> None:
    target = Target("classes", tuple(f"c{k}" for k in range(9)))
    table = Table(np.zeros((18, 1)), np.concatenate([np.arange(8), np.full(10, 8)]), ("x",), target)
    said = "The classes 'c0', 'c1', 'c2', 'c3', 'c4' and 3 more have a single sample each and are used for training only."
    assert split(table, "stratified", 0.2, 0.0, 0).notes == (said,)


@pytest.mark.parametrize(
    ("table", "how", "shares", "sentence"),
    [
        (classes([1, 1]), "stratified", (0.2, 0.0), "The class 'a' has a single sample.*set the validation share to 0"),
        (classes([2, 2]), "stratified", (0.2, 0.2), "The class 'a' has 2 samples for training, validation and test"),
        (numbers(1), "random", (0.5, 0.0), "The data has a single sample"),
        (numbers(9), "random", (0.5, 0.5), "take 100 % of the samples"),
        (numbers(9), "group", (0.2, 0.0), "no groups to split by"),
        (numbers(9), "time", (0.2, 0.0), "no times to split by"),
        (numbers(9, groups=np.array(["a"] * 9)), "group", (0.2, 0.0), "1 group, too few"),
        (numbers(2, times=np.zeros(2)), "time", (0.4, 0.4), "too few to split by time"),
    ],
)
def test_what_cannot_be_split(table: Table, how: str, shares: tuple[float, float], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        split(table, how, *shares, 0)
