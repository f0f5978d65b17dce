"""A question about one moment of an iteration: which value, or which shape, will it write? A project may hold a set of them."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.tensor import Index
from nnlab.engine.program import PHASES, Instruction

VALUE, SHAPE = "value", "shape"
KINDS = (VALUE, SHAPE)
MOST_QUESTIONS = 200


@dataclass(frozen=True)
class Question:
    """Compares by value. `node` and `phase` say the operation, `parameter` the parameter of an update; `target` is a kernel argument."""

    node: str
    phase: str
    target: str
    index: Index
    kind: str = VALUE
    parameter: str = ""

    def is_about(self, instruction: Instruction) -> bool:
        place = instruction.node_id, PHASES[instruction.phase], instruction.parameter or ""
        return place == (self.node, self.phase, self.parameter)

    @property
    def words(self) -> str:
        """dense_1, forward: value of y [1, 3]."""
        place = f" [{', '.join(str(i + 1) for i in self.index)}]" if self.index and self.kind == VALUE else ""
        return f"{self.parameter or self.node}, {self.phase}: {self.kind} of {self.target}{place}"
