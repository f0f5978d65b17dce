"""The vector by which the machine finds second parts."""

from __future__ import annotations

from nnlab.core.kernel import parts
from nnlab.engine.second_parts import NO_PARTS, SecondParts


def test_tables_follow_one_another_behind_the_head() -> None:
    """Two rows of four words, one share of three, then the operands."""
    words = SecondParts(8, {3: 0, 5: 1}, ((1, 2, 3, 4), (5, 6, 7, 8)), (40, 41), ((10, 11, 12),)).words()
    head = parts.HEAD_WORDS
    assert (words[parts.PART_ROWS], words[parts.PARTS]) == (8, 2)
    assert (words[parts.TABLE], words[parts.SHARES], words[parts.OPERANDS]) == (head, head + 8, head + 11)
    assert words[head:].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 40, 41]


def test_without_parts_there_is_the_head_alone() -> None:
    words = NO_PARTS.words()
    assert len(words) == parts.HEAD_WORDS and words[parts.PARTS] == words[parts.PART_ROWS] == 0
