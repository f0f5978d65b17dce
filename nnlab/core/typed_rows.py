"""Samples that a person types: `0.05 0.10 -> 0.01 0.99; 1 0 -> 1 1`, features before the arrow and targets behind it.

It is a value that a setting holds as text, and so is saved, undone and compared like any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_ROWS = 2000
MOST_COLUMNS = 100
LARGEST = 1e6
ARROWS = ("->", "→", "=")
_FORM = "samples such as 0 1 -> 1 with the features before the arrow and the targets behind it, separated by semicolons"


@dataclass(frozen=True)
class TypedRows:
    """`features` and `targets`: one tuple per sample, all of one length each. Raises ValueError, saying what is accepted, for others."""

    features: tuple[tuple[float, ...], ...]
    targets: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.features) <= MOST_ROWS:
            raise ValueError(f"it must be from 1 to {MOST_ROWS:,} samples, not {len(self.features):,}")
        for word, rows in (("features", self.features), ("targets", self.targets)):
            if not 1 <= len(rows[0]) <= MOST_COLUMNS:
                raise ValueError(f"a sample has from 1 to {MOST_COLUMNS} {word}, not {len(rows[0]):,}")
            for number, row in enumerate(rows, 1):
                if len(row) != len(rows[0]):
                    raise ValueError(f"sample {number} has {len(row)} {word} where the first has {len(rows[0])}")
                if not all(math.isfinite(value) and abs(value) <= LARGEST for value in row):
                    raise ValueError(f"the numbers of sample {number} must lie from -{LARGEST:,.0f} to {LARGEST:,.0f}")

    @staticmethod
    def read(text: str) -> TypedRows:
        """The samples that `text` describes, one per line or with semicolons between them."""
        features, targets = [], []
        for part in text.strip().rstrip(";").replace("\n", ";").split(";"):
            arrow = next((arrow for arrow in ARROWS if arrow in part), None)
            if arrow is None:
                raise ValueError(f"it must be {_FORM}")
            before, _, behind = part.partition(arrow)
            features.append(_numbers(before))
            targets.append(_numbers(behind))
        return TypedRows(tuple(features), tuple(targets))


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f"it must be {_FORM}") from None
