"""Fuzzy search: "stit" finds "Step one iteration".

Every typed letter must occur in the text, in order. A match is worth more where letters begin words and stand together, so what a
person abbreviates comes first. The best of all ways to match is found by dynamic programming.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

_START = 8  # a letter that begins a word
_TOGETHER = 9  # a letter right after the one before it: "step" is the word, not S, t and the beginning of "epoch"
_LETTER = 1
_NEVER = -1  # no score is below 0

T = TypeVar("T")


def _begins_word(text: str, i: int) -> bool:
    return i == 0 or not text[i - 1].isalnum() or (text[i].isupper() and text[i - 1].islower())


def match(query: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How well `query` matches, higher being better, and the places in `text` that match; None if it does not."""
    letters = [letter for letter in query.casefold() if not letter.isspace()]
    folded = [letter.casefold() for letter in text]
    if not letters:
        return 0, ()
    bonus = [_START if _begins_word(text, i) else 0 for i in range(len(text))]
    # best[i]: the best score of a match whose latest letter stands at i
    best: list[int] = []
    origins: list[list[int]] = []
    for index, letter in enumerate(letters):
        scores, origin = [_NEVER] * len(text), [0] * len(text)
        reach, reach_at = _NEVER if index else 0, 0  # the best so far left of i
        for i, present in enumerate(folded):
            if present == letter and reach > _NEVER:
                scores[i], origin[i] = reach + _LETTER + bonus[i], reach_at
            if present == letter and index and i and best[i - 1] > _NEVER and best[i - 1] + _LETTER + _TOGETHER >= scores[i]:
                scores[i], origin[i] = best[i - 1] + _LETTER + max(_TOGETHER, bonus[i]), i - 1
            if index and best[i] > reach:
                reach, reach_at = best[i], i
        best = scores
        origins.append(origin)
    place = max(range(len(text)), key=best.__getitem__, default=-1)
    if place < 0 or best[place] == _NEVER:
        return None
    score, places = best[place], []
    for origin in reversed(origins):
        places.append(place)
        place = origin[place]
    return score, tuple(reversed(places))


def ranked(
    query: str, items: Iterable[T], text: Callable[[T], str], synonyms: Callable[[T], Iterable[str]] = lambda item: ()
) -> Sequence[tuple[T, tuple[int, ...]]]:
    """The items whose text matches, best first, with the matching places; of equal ones the shorter, then the earlier, first.

    One of its `synonyms` may match instead, at the beginning of a word and without a gap; then no places are given.
    """
    found = [(_best(query, text(item), synonyms(item)), item) for item in items]
    matching = [(result, item) for result, item in found if result is not None]
    if query.strip():
        matching.sort(key=lambda pair: (-pair[0][0], pair[0][1]))
    return [(item, places) for (_, _, places), item in matching]


def _best(query: str, text: str, synonyms: Iterable[str]) -> tuple[int, int, tuple[int, ...]] | None:
    """How well a text or one of its synonyms matches, the length of what does, and the places in the text."""
    own, typed = match(query, text), " ".join(query.casefold().split())
    found = [] if own is None else [(own[0], len(text), own[1])]
    for phrase in synonyms if typed else ():
        spelled = match(query, phrase) if f" {typed}" in f" {phrase.casefold()}" else None
        if spelled is not None:
            found.append((spelled[0], len(phrase), ()))
    return min(found, key=lambda result: (-result[0], result[1]), default=None)
