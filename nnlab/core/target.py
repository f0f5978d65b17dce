"""The target: what is to be predicted, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_LETTERS = 40  # of names in a label


@dataclass(frozen=True)
class Target:
    """What is to be predicted: numbers ("continuous"), one of two classes ("binary") or one of several ("classes")."""

    kind: str
    names: tuple[str, ...]  # of the classes, or of the columns of a continuous target
    are_probabilities: bool = False  # whether all numbers of a continuous target lie from 0 to 1
    column: str = field(default="", compare=False)  # of a table, which holds the classes

    @property
    def classes(self) -> int:
        """The number of classes; 0 for a continuous target."""
        return 0 if self.kind == "continuous" else len(self.names)

    @property
    def outputs(self) -> int:
        """The number of columns of a continuous target; a class is one number."""
        return len(self.names) if self.kind == "continuous" else 1

    @property
    def in_words(self) -> str:
        """What is to be predicted, for a label: a column, or classes by name where there are few with short names, else their number."""
        if self.kind == "continuous":
            return "target " + (self.names[0] if len(self.names) == 1 and len(self.names[0]) <= MOST_LETTERS else "y")
        named, column = ", ".join(self.names), self.column if 0 < len(self.column) <= MOST_LETTERS else "y"
        if len(named) > MOST_LETTERS or all(name.isdigit() for name in self.names):
            return f"target {column}, {len(self.names)} classes"
        return f"target {column}: {named}"
