"""What one instruction of a traced step read and wrote, by the names that people know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.engine.program import PHASES
from nnlab.engine.stepper import Trace


@dataclass(frozen=True)
class StepTrace:
    """One instruction of a traced step: what it read and wrote, by tensor name ("dense_1.weight")."""

    pc: int
    phase: str
    node_id: str
    reads: Mapping[str, np.ndarray]
    writes: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, trace: Trace) -> StepTrace:
        instruction = trace.instruction
        named = [(o.tensor, o.written, o.argument.name) for o in instruction.operands if o.tensor is not None]
        reads = {tensor: np.asarray(trace.before[name]) for tensor, written, name in named if not written}
        writes = {tensor: np.asarray(trace.after[name]) for tensor, written, name in named if written}
        return cls(instruction.pc, PHASES[instruction.phase], instruction.node_id, reads, writes)
