"""The keys of a lesson.toml: which there are in each table, and of what kind their values are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nnlab.lessons.lesson import KINDS
from nnlab.lessons.toml_places import KeyPath


@dataclass(frozen=True)
class TomlKey:
    """`kind` is text, whole, number, truth, table or list. `is_formula`: its text is a formula; `is_needed`: it may not be missing."""

    kind: str = "text"
    is_needed: bool = False
    is_formula: bool = False
    one_of: tuple[str, ...] = ()
    table: str = ""  # the table that it is, or that its list holds


TEXT, NEEDED, FORMULA, START = TomlKey(), TomlKey(is_needed=True), TomlKey(is_formula=True), TomlKey("table", table="start")
TABLES: Mapping[str, Mapping[str, TomlKey]] = {
    "lesson": {
        "title": NEEDED, "summary": NEEDED, "experiment": TomlKey("whole", True), "order": TomlKey("whole", True),
        "minutes": TomlKey("whole", True), "surprise": TEXT, "language": TEXT, "translates": TEXT,
        "start": START, "step": TomlKey("list", True, table="step"),
    },
    "step": {
        "id": TEXT, "title": NEEDED, "text": NEEDED, "workspace": TEXT, "control": TEXT, "action": TEXT, "check": FORMULA, "done": TEXT,
        "why": TEXT, "next": TEXT, "show": TomlKey("list", table="gesture"), "remember": TomlKey("table"), "keep": TomlKey("table"),
        "start": START, "question": TomlKey("table", table="question"),
    },
    "start": {
        "example": TEXT, "network": TEXT, "set": TomlKey("table"), "learned": TomlKey("whole"), "weights": TomlKey("table"),
        "wrong": TomlKey("whole"), "compare": TEXT,
    },
    "gesture": {
        "trigger": TEXT, "run": TomlKey("whole"), "enter": TEXT, "choose": TEXT, "press": TEXT, "select": TEXT, "show": TEXT,
        "into": TEXT, "of": TEXT,
    },
    "question": {
        "kind": TomlKey(is_needed=True, one_of=KINDS), "text": NEEDED, "answer": FORMULA, "tolerance": TomlKey("number"),
        "slack": TomlKey("number"), "low": FORMULA, "high": FORMULA, "log": TomlKey("truth"), "unit": TEXT, "why": TEXT,
        "choice": TomlKey("list", table="choice"), "hint": TomlKey("list", table="hint"),
    },
    "choice": {"label": NEEDED, "right": TomlKey(is_needed=True, is_formula=True), "shows": FORMULA, "hint": TEXT},
    "hint": {"text": NEEDED, "when": FORMULA},
}  # fmt: skip
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "whole": (int,), "number": (int, float), "truth": (bool,), "table": (dict,), "list": (list,),
}  # fmt: skip
_WORDS = {"text": "a text in quotes", "whole": "a whole number", "number": "a number", "truth": "true or false", "table": "a table",
          "list": "a list of tables"}  # fmt: skip


def key_faults(values: Mapping[str, Any], table: str = "lesson", path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """(path, sentence) of every key that is unknown, missing or of another kind, in this table and those in it."""
    keys = TABLES[table]
    for name, value in values.items():
        key = keys.get(name)
        here: KeyPath = (*path, name)
        if key is None:
            yield here, f"There is no key {name!r} in a {table}; it has {', '.join(keys)}."
        elif not isinstance(value, _TYPES[key.kind]) or (isinstance(value, bool) and key.kind != "truth"):
            yield here, f"The key {name!r} is {_WORDS[key.kind]}, not {value!r}."
        elif key.one_of and value not in key.one_of:
            yield here, f"The key {name!r} is one of {', '.join(key.one_of)}, not {value!r}."
        elif key.table:
            yield from _inner(value, key, here)
    for name, key in keys.items():
        if key.is_needed and name not in values:
            yield path, f"The key {name!r} is missing in this {table}."


def _inner(value: Any, key: TomlKey, here: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if key.kind == "table":
        yield from key_faults(value, key.table, here)
        return
    for place, each in enumerate(value):
        if isinstance(each, dict):
            yield from key_faults(each, key.table, (*here, place))
        else:
            yield here, f"The key {here[-1]!r} holds tables, not {each!r}."


def formulas(values: Mapping[str, Any], table: str = "lesson", path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """(path, text) of every formula in a table whose keys are sound."""
    for name, value in values.items():
        key = TABLES[table][name]
        here: KeyPath = (*path, name)
        if key.is_formula:
            yield here, value
        elif key.kind == "table" and key.table:
            yield from formulas(value, key.table, here)
        elif key.kind == "list":
            for place, each in enumerate(value):
                yield from formulas(each, key.table, (*here, place))
