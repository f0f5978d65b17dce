"""Where the keys of a TOML text stand: tomllib gives values without places, and an error is to name line and column.

Only what places depend on is understood: tables, keys, and where a value of several lines ends. The text was parsed by tomllib before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.\-\" ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?P<key>[\w\-]+(?:\s*\.\s*[\w\-]+)*)\s*=\s*")
_TOKENS = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|[\[\]{}]|#')


@dataclass(frozen=True)
class Spot:
    """Of a key, and of the first character of its value (within the quotes of a text)."""

    line: int
    column: int
    value_column: int


def places(text: str) -> dict[KeyPath, Spot]:
    """The spot of every table and of every key that stands on a line of its own; tables of an array are counted from 0."""
    found: dict[KeyPath, Spot] = {(): Spot(1, 1, 1)}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not depth and not quote:
            heading, key = _TABLE.match(line), _KEY.match(line)
            if heading is not None:
                table = _opened(heading[2], heading[1] == "[[", counts)
                column = heading.start(2) + 1
                found[table] = Spot(number, column, column)
                continue
            if key is not None:
                path = (*table, *(part.strip() for part in key["key"].split(".")))
                start = key.end() + 1 + (line[key.end() : key.end() + 1] in ("'", '"'))
                found[path] = Spot(number, key.start("key") + 1, start)
                line = line[key.end() :]
        depth, quote = _open_at_end(line, depth, quote)
    return found


def _opened(name: str, is_array: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a table that a heading opens; `counts` are the tables of each array so far."""
    path: KeyPath = ()
    parts = [part.strip().strip('"') for part in name.split(".")]
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, parts[-1])
    if not is_array:
        return path
    counts[path] = counts.get(path, 0) + 1
    return (*path, counts[path] - 1)


def _open_at_end(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets, and which quotation mark of several lines, are open where a line ends."""
    place = 0
    while place < len(line):
        if quote:
            end = line.find(quote, place)
            if end < 0:
                return depth, quote
            place, quote = end + 3, ""
            continue
        token = _TOKENS.search(line, place)
        if token is None or token[0] == "#":
            break
        place = token.end()
        if token[0] in ('"""', "'''"):
            quote = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return depth, quote
