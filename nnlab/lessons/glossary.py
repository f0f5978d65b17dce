"""The glossary: terms of the field that the window uses, each with a sentence, a formula and the lesson that shows it.

    glossary().find("Learning rate")     # by any of its names, in any case; None where there is no such term

`resources/glossary.toml` holds them all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nnlab.resources_path import resource

MOST_WORDS = 4  # of a label that is looked through for a term
_WORD = re.compile(r"[^\W_][\w²\-₀-₉]*", re.UNICODE)


@dataclass(frozen=True)
class GlossaryTerm:
    """`formula` is LaTeX, `lesson` the name of a lesson that ships, `also` other names of the same."""

    name: str
    sentence: str
    formula: str
    lesson: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name as it begins a line."""
        return self.name[:1].upper() + self.name[1:]


class Glossary:
    """Terms by their names."""

    def __init__(self, terms: tuple[GlossaryTerm, ...]) -> None:
        self.terms = terms
        self._by_name = {_plain(name): term for term in terms for name in (*term.also, term.name)}

    def __iter__(self) -> Iterator[GlossaryTerm]:
        return iter(self.terms)

    @property
    def names(self) -> frozenset[str]:
        """All names and other names, in small letters."""
        return frozenset(self._by_name)

    def find(self, text: str) -> GlossaryTerm | None:
        """The term that a text names as a whole."""
        return self._by_name.get(_plain(text))

    def within(self, label: str) -> GlossaryTerm | None:
        """The longest term in a short label, the first of equally long ones; None for a sentence."""
        words = _WORD.findall(label)
        if not 0 < len(words) <= MOST_WORDS:
            return None
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                term = self.find(" ".join(words[start : start + length]))
                if term is not None:
                    return term
        return None


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.replace("&", "").casefold()))


def read_glossary(values: Mapping[str, Mapping[str, object]]) -> Glossary:
    """From the tables of the file by name. Raises KeyError for a term that lacks a part."""
    terms = []
    for name, table in values.items():
        also = table.get("also", [])
        assert isinstance(also, list)
        terms.append(GlossaryTerm(name, str(table["sentence"]), str(table["formula"]), str(table["lesson"]), tuple(map(str, also))))
    return Glossary(tuple(sorted(terms, key=lambda term: term.name.casefold())))


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The one that ships."""
    return read_glossary(tomllib.loads(resource("glossary.toml").read_text(encoding="utf-8"))["term"])
