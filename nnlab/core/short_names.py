"""Names with little room: what a set of them has in common says nothing about which is which, so it goes first.

"cultivated by Barolo growers" and "cultivated by Barbera growers" become "Barolo" and "Barbera". Only whole words go, and only where
something is left of every name. The full names belong into a tooltip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_PIECES = re.compile(r"[-+]?\d+(?:\.\d+)?|[^\W_\d]+|[\W_]")  # numbers, words, and every character between them by itself


def distinguished(names: Sequence[str]) -> tuple[str, ...]:
    """The names without the words they all begin or end with; as they are where one of them would lose everything."""
    if len(names) < 2:
        return tuple(names)
    pieces = [_PIECES.findall(name) for name in names]
    first = _common(pieces)
    last = _common([piece[first:][::-1] for piece in pieces])
    found = ["".join(piece[first : len(piece) - last]).strip(" _-,;:/=()") for piece in pieces]
    return tuple(found) if all(found) and len(set(found)) == len(set(names)) else tuple(names)


def legible(names: Sequence[str], most: int = 12) -> tuple[str, ...]:
    """The whole names where none is longer than `most` letters, else what distinguishes them."""
    return tuple(names) if all(len(name) <= most for name in names) else distinguished(names)


def told_apart(names: Sequence[str], fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The names, where those that do not fit and begin with the same word have "…" instead of what they have in common.

    "picked on (year)" and "picked on (month)", which would be cut to "picked on (…" both, become "…year" and "…month".
    """
    found = list(names)
    alike: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name and not fits(name):
            alike.setdefault(_PIECES.findall(name)[0], []).append(place)
    for places in alike.values():
        whole = [names[place] for place in places]
        short = distinguished(whole)
        if short != tuple(whole):
            for place, name in zip(places, short, strict=True):
                found[place] = f"…{name}"
    return tuple(found) if len(set(found)) == len(set(names)) else tuple(names)


def abbreviated(names: Sequence[str], fewest: int = 3) -> tuple[str, ...]:
    """As many letters of every name, and a full stop, as tell them apart: "Barb.", "Baro."; a name hardly longer than that stays whole."""
    longest = max((len(name) for name in names), default=0)
    for letters in range(fewest, longest):
        short = tuple(name if len(name) <= letters + 1 else f"{name[:letters].rstrip()}." for name in names)
        if len(set(short)) == len(set(names)):
            return short
    return tuple(names)


def _common(pieces: Sequence[Sequence[str]]) -> int:
    """How many pieces all begin with."""
    count = 0
    for together in zip(*pieces, strict=False):
        if len(set(together)) > 1:
            break
        count += 1
    return count
