"""What the machine needs to do instructions of a program in two parts, as a value; nnlab.engine.parts decides which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnlab.core.kernel import parts


@dataclass(frozen=True)
class SecondParts:
    """The parts of a program's instructions: `rows` of a divided batch belong to the first.

    `places` has for each instruction in parts its row of `table`; what the columns of table and shares are says nnlab.core.kernel.parts.
    """

    rows: int = 0
    places: Mapping[int, int] = field(default_factory=dict)
    table: tuple[tuple[int, int, int, int], ...] = ()
    operands: tuple[int, ...] = ()
    shares: tuple[tuple[int, int, int], ...] = ()

    def words(self) -> np.ndarray:
        """The vector the machine reads, with words of its own to hand parts over."""
        found = np.zeros(parts.HEAD_WORDS, dtype=np.int64)
        found[parts.PART_ROWS], found[parts.PARTS] = self.rows, len(self.table)
        found[parts.TABLE] = parts.HEAD_WORDS
        found[parts.SHARES] = found[parts.TABLE] + parts.COLUMNS * len(self.table)
        found[parts.OPERANDS] = found[parts.SHARES] + parts.SHARE_COLUMNS * len(self.shares)
        rest = (np.array(part, dtype=np.int64).ravel() for part in (self.table, self.shares, self.operands))
        return np.concatenate([found, *rest])


NO_PARTS = SecondParts()
