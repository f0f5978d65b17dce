"""Batch 1, a mini-batch and the full batch: the two that a project is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnlab.core.errors import SettingError
from nnlab.files.examples import load_example
from nnlab.training.batch_sizes import batch_size_comparison

PROJECT = load_example("spiral")


@pytest.mark.parametrize(
    ("own", "rows", "others"),
    [
        (200, 800, ["1", "800"]), (1, 800, ["32", "800"]), (800, 800, ["1", "32"]), (5000, 800, ["1", "32"]), (4, 4, ["1", "2"]),
        (2, 100_000, ["1", "65536"]), (1, 40, ["10", "40"]), (1, 3, ["2", "3"]),
    ],
)  # fmt: skip
def test_the_other_two(own: int, rows: int, others: list[str]) -> None:
    found = batch_size_comparison(replace(PROJECT, training=replace(PROJECT.training, batch_size=own)), rows)
    assert [(difference.key, difference.text) for difference in found] == [("batch_size", text) for text in others]


def test_two_samples_have_no_mini_batch() -> None:
    with pytest.raises(SettingError, match="With 2 training samples there is no mini-batch"):
        batch_size_comparison(PROJECT, 2)
    with pytest.raises(SettingError, match="With 1 training sample there is"):
        batch_size_comparison(PROJECT, 1)
