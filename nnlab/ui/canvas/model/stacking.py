"""Which of two things lies on top where they overlap: the later in the graph. It follows from the graph alone, not from what was undone
on the way to it, so that a canvas after undo and redo is the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

ORDER = 1e-5  # in Qt's z, from one thing to the next of its kind


class Stacked(Protocol):
    """What can lie on another of its kind."""

    def set_order(self, place: int) -> None: ...


S = TypeVar("S", bound=Stacked)


def stacked(items: Mapping[str, S], order: Iterable[str]) -> dict[str, S]:
    """The items in an order, the later above the earlier."""
    result = {name: items[name] for name in order}
    for place, item in enumerate(result.values()):
        item.set_order(place)
    return result
