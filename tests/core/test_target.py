"""A target in words: by its column and classes where they are short, else by what there is room for."""

from __future__ import annotations

import pytest

from nnlab.core.target import Target


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("continuous", ("price",)), "target price"),
        (Target("continuous", ("p" * 41,)), "target y"),
        (Target("binary", ("no", "yes"), column="buys"), "target buys: no, yes"),
        (Target("classes", ("0", "1", "2"), column="grade"), "target grade, 3 classes"),
        (Target("classes", ("0", "1", "2"), column="g" * 41), "target y, 3 classes"),
        (Target("binary", ("first", "second")), "target y: first, second"),
    ],
)
def test_a_target_says_what_is_to_be_predicted(target: Target, words: str) -> None:
    assert target.in_words == words


def test_the_name_of_the_column_makes_no_other_target() -> None:
    """A file that was written before knows none."""
    assert Target("binary", ("no", "yes"), column="buys") == Target("binary", ("no", "yes"))
