"""What a target column holds: numbers on a scale, counts, classes, grades, …, and from what evidence.

Told from the values alone, the column's name being a hint where values leave it open. Where neither decides, the column is called what it
most likely is and `doubt` says what it would take to be sure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

CONTINUOUS, COUNTS, TWO_CLASSES, CLASSES = "continuous", "counts", "two_classes", "classes"
ORDERED, ONE_HOT, PROBABILITIES, CONSTANT, IDENTIFIER = "ordered", "one_hot", "probabilities", "constant", "identifier"
KINDS = (CONTINUOUS, COUNTS, TWO_CLASSES, CLASSES, ORDERED, ONE_HOT, PROBABILITIES, CONSTANT, IDENTIFIER)

FEWEST_ROWS = 10  # below that nothing is concluded from frequencies
FEW_VALUES = 20  # whole numbers with more different values are taken for measurements or counts
ROWS_PER_VALUE = 3  # that classes need on average
BALANCED = 5.0  # times that the most frequent class may outnumber the rarest without being taken for a tail
SHOWN = 5  # values that a sentence lists

# Words in a column's name, split at case, digits and punctuation.
_COUNT_WORDS = frozenset({
    "count", "counts", "number", "num", "visits", "claims", "children", "events", "clicks", "sales", "calls", "goals",
})  # fmt: skip
_GRADE_WORDS = frozenset({
    "rating", "ratings", "score", "grade", "level", "quality", "stars", "rank", "severity", "stage", "likert", "satisfaction",
})  # fmt: skip
_SHARE_WORDS = frozenset({"probability", "prob", "proportion", "share", "fraction", "rate", "ratio", "chance"})
_IDENTIFIER_WORDS = frozenset({"id", "ids", "uuid", "guid", "index", "key", "identifier", "serial", "code"})

# Scales in words, from low to high; a column whose values all lie on one of them is ordered.
_SCALES: tuple[tuple[str, ...], ...] = (
    ("none", "very low", "low", "medium low", "medium", "moderate", "medium high", "high", "very high", "extreme"),
    ("tiny", "xxs", "xs", "s", "small", "m", "medium", "l", "large", "xl", "xxl", "huge"),
    ("never", "rarely", "seldom", "sometimes", "occasionally", "often", "usually", "always"),
    ("terrible", "very bad", "bad", "poor", "fair", "average", "ok", "good", "very good", "great", "excellent"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("freezing", "cold", "cool", "mild", "warm", "hot"),
    ("beginner", "novice", "intermediate", "advanced", "expert"),
    ("first", "second", "third", "fourth", "fifth"),
    ("primary", "secondary", "bachelor", "master", "doctorate"),
    ("f", "e", "d", "c", "b", "a"),
)


@dataclass(frozen=True, eq=False)
class TargetColumn:
    """The values of one column, or of several that are one target.

    `text`: (rows,) as written, empty where missing. `numbers`: (rows, columns) float64, NaN where a cell is no number.
    """

    name: str
    text: np.ndarray
    numbers: np.ndarray
    columns: tuple[str, ...] = ()  # their names, when there are several

    @staticmethod
    def of_numbers(name: str, values: np.ndarray, columns: Sequence[str] = ()) -> TargetColumn:
        numbers = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
        return TargetColumn(name, np.array([f"{v:.12g}" for v in numbers[:, 0]], dtype=object), numbers, tuple(columns))

    @staticmethod
    def of_text(name: str, values: Sequence[str]) -> TargetColumn:
        text = np.array([str(v).strip() for v in values], dtype=object)
        return TargetColumn(name, text, np.array([_number(v) for v in text]).reshape(-1, 1))

    @property
    def rows(self) -> int:
        return len(self.text)

    @cached_property
    def present(self) -> np.ndarray:
        """Text of the rows that hold something."""
        return self.text[self.text != ""]

    @cached_property
    def values(self) -> np.ndarray:
        """The numbers of the first column; empty unless every cell that is filled holds one."""
        numbers = self.numbers[self.text != "", 0]
        return numbers if len(numbers) and np.isfinite(numbers).all() else np.empty(0)

    @cached_property
    def frequencies(self) -> dict[str, int]:
        """How many rows hold each different value; numbers in their order, texts in the alphabet's."""
        if len(self.values):
            found, counts = np.unique(self.values, return_counts=True)
            return {f"{value:.12g}": int(count) for value, count in zip(found, counts, strict=True)}
        names, counts = np.unique(self.present.astype(str), return_counts=True)
        return {str(name): int(count) for name, count in zip(names, counts, strict=True)}


@dataclass(frozen=True)
class Finding:
    """`evidence` is a sentence without its end: "the column holds only 0 and 1 (258 and 242 rows)". `doubt`: what is lacking."""

    kind: str
    evidence: str
    classes: tuple[str, ...] = ()  # in their order, where there are any
    doubt: str = ""


def find(column: TargetColumn) -> Finding:
    """What the column holds."""
    if len(column.columns) > 1:
        return _several(column)
    frequencies, n = column.frequencies, len(column.present)
    if not n:
        return Finding(CONSTANT, "the column is empty", doubt="rows that hold a value")
    if len(frequencies) == 1:
        return Finding(CONSTANT, f"the column is {next(iter(frequencies))!r} in all {n:,} rows")
    found = _numeric(column) if len(column.values) else _texts(column)
    if n < FEWEST_ROWS and not found.doubt:
        return Finding(found.kind, found.evidence, found.classes, f"at least {FEWEST_ROWS} rows, and there are {n}")
    return found


def is_one_hot(block: np.ndarray) -> bool:
    """Whether every row of (rows, columns) is 0 but for a single 1, and every column is 1 somewhere."""
    return block.shape[1] > 1 and bool(np.isin(block, (0.0, 1.0)).all() and (block.sum(axis=1) == 1.0).all() and block.any(axis=0).all())


def _several(column: TargetColumn) -> Finding:
    names = column.columns
    if is_one_hot(column.numbers):
        return Finding(ONE_HOT, f"each row has a single 1 in the {len(names)} columns {_listed(names)}", tuple(names))
    return Finding(CONTINUOUS, f"there are {len(names)} columns of numbers, {_listed(names)}")


def _texts(column: TargetColumn) -> Finding:
    frequencies, n = column.frequencies, len(column.present)
    names = tuple(frequencies)
    if len(names) == 2:
        return Finding(TWO_CLASSES, f"the column holds only {_with_rows(frequencies)}", names)
    scale = _on_a_scale(names)
    if scale:
        return Finding(ORDERED, f"its {len(names)} values are steps of one scale, {_listed(scale)}", scale)
    if len(names) == n or len(names) > 0.9 * n:
        return Finding(IDENTIFIER, f"{len(names):,} of {n:,} rows hold a text of their own")
    few = f"at least {ROWS_PER_VALUE} rows of every class, and {n:,} rows hold {len(names):,}"
    doubt = "" if n >= ROWS_PER_VALUE * len(names) else few
    return Finding(CLASSES, f"the column holds {len(names):,} different texts, {_listed(names)}", names, doubt)


def _numeric(column: TargetColumn) -> Finding:
    values, frequencies, words = column.values, column.frequencies, _words(column.name)
    names, n, low, high = tuple(frequencies), len(values), float(values.min()), float(values.max())
    reach = f"from {_shown(low)} to {_shown(high)}"
    whole = bool((values == np.floor(values)).all())
    if len(names) == 2:
        return Finding(TWO_CLASSES, f"the column holds only {_with_rows(frequencies)}", names)
    if whole and len(names) == n and (words & _IDENTIFIER_WORDS or (n >= FEWEST_ROWS and high - low == n - 1)):
        return Finding(IDENTIFIER, f"every row has a whole number of its own, {reach}")
    if not whole:
        return _fractions(values, words, reach, len(names))
    few = len(names) <= FEW_VALUES and n >= ROWS_PER_VALUE * len(names)
    if words & _GRADE_WORDS and len(names) <= FEW_VALUES:
        return Finding(ORDERED, f"the column {column.name!r} has {len(names)} whole grades {reach}", names)
    if low >= 0 and words & _COUNT_WORDS:
        return Finding(COUNTS, f"the column {column.name!r} holds whole numbers {reach}, none negative")
    if few:
        return _few_whole_numbers(frequencies, reach)
    if low >= 0 and low <= 3 and np.median(values) < 0.4 * high:
        return Finding(COUNTS, f"whole numbers {reach} that gather at the low end, none negative")
    return Finding(CONTINUOUS, f"{len(names):,} different whole numbers {reach}")


def _fractions(values: np.ndarray, words: frozenset[str], reach: str, different: int) -> Finding:
    if values.min() >= 0 and values.max() <= 1:
        evidence = f"{different:,} different numbers {reach}"
        if words & _SHARE_WORDS or (values.min() < 0.05 and values.max() > 0.95):
            return Finding(PROBABILITIES, f"{evidence}, none outside 0 to 1")
    return Finding(CONTINUOUS, f"{different:,} different numbers {reach}")


def _few_whole_numbers(frequencies: dict[str, int], reach: str) -> Finding:
    """Classes with numbers for names, counts, or grades: told by how often each value comes."""
    counts, names = np.array(list(frequencies.values())), tuple(frequencies)
    each = f"{counts.min():,} to {counts.max():,} rows each"
    classes = Finding(CLASSES, f"the column holds {len(names)} different whole numbers {reach} ({each})", names)
    if len(names) < 5 or counts.max() <= BALANCED * counts.min():
        return classes
    mode = int(counts.argmax())
    falls = counts[mode:]
    has_tail = bool((np.diff(falls) <= 0.1 * counts.max()).all()) and bool((np.diff(counts[: mode + 1]) >= -0.1 * counts.max()).all())
    if not has_tail:
        return classes
    if float(names[0]) in (0.0, 1.0) and mode <= len(names) // 3:
        return Finding(COUNTS, f"whole numbers {reach}, most of them small and fewer the larger they are")
    doubt = "a column name such as 'rating' or 'count', or other values: these may be grades, counts or classes"
    return Finding(ORDERED, f"{len(names)} whole numbers {reach}, most of them in the middle", names, doubt)


def _on_a_scale(names: Sequence[str]) -> tuple[str, ...]:
    """The names in their order on the scale that knows them all; empty where there is none."""
    plain = {re.sub(r"[\s_\-]+", " ", name.lower()).strip(): name for name in names}
    for scale in _SCALES:
        if len(plain) >= 3 and set(plain) <= set(scale):
            return tuple(plain[step] for step in scale if step in plain)
    return ()


def _words(name: str) -> frozenset[str]:
    """The words of a column's name: {"num", "visits"} of numVisits and num_visits."""
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= SHOWN:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: SHOWN - 1])}, … and {names[-1]}"


def _with_rows(frequencies: dict[str, int]) -> str:
    """0 and 1 (258 and 242 rows)."""
    names, counts = list(frequencies), [f"{count:,}" for count in frequencies.values()]
    return f"{_listed(names)} ({_listed(counts)} rows)"
