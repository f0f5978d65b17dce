"""Where the links of a lesson's text lead: to another lesson, a term, an example, a workspace. All of them are places of the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class TextLinks:
    """Follows addresses such as lesson:xor, glossary:learning rate, example:spiral, workspace:step; others lead nowhere."""

    def __init__(self, ways: Mapping[str, Callable[[str], object]]) -> None:
        self._ways = ways

    def follow(self, address: str) -> bool:
        """Whether there is such a place."""
        kind, colon, name = address.partition(":")
        way = self._ways.get(kind)
        if way is None or not colon or not name:
            return False
        way(name.replace("%20", " ").replace("_", " ") if kind == "glossary" else name)
        return True
