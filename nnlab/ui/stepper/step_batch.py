"""The batch and the weights of a frame: values of which a gradient can be asked on a thread that has nothing to do with the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.engine.chain import Chain, chain
from nnlab.engine.frame import Frame
from nnlab.engine.gradient_check import GradientCheck, GradientChecker, LossSlice
from nnlab.engine.program import Program
from nnlab.jobs.context import JobContext
from nnlab.studies.gradients import GradientSummary, check_gradients


@dataclass(frozen=True, eq=False)
class StepBatch:
    """Values only."""

    program: Program
    parameters: dict[str, np.ndarray]
    x: np.ndarray
    y: np.ndarray
    seed: int
    iteration: int
    accumulated: int  # batches of the same update that came before

    @classmethod
    def of(cls, frame: Frame | None, seed: int, accumulated: int) -> StepBatch | None:
        """The batch of a frame; None when there is none, or when the frame was made before somebody asked for it."""
        if frame is None or not frame.rows or frame.program.target_name is None:
            return None
        program = frame.program
        x, y = frame.get(program.input_name), frame.get(frame.program.target_name)
        parameters = {info.name: frame.get(info.name) for info in program.parameters}
        if x is None or y is None:
            return None
        known = {name: values for name, values in parameters.items() if values is not None}
        return cls(program, known, x, y, seed, frame.iteration, accumulated)

    def check_one(self, parameter: str, index: tuple[int, ...]) -> GradientCheck:
        checker = GradientChecker(self.program.graph, self.parameters, self.x, self.y, self.seed, self.iteration, self.accumulated)
        return checker.check(parameter, index)

    def slice(self, tensor: str, index: tuple[int, ...]) -> LossSlice:
        checker = GradientChecker(self.program.graph, self.parameters, self.x, self.y, self.seed, self.iteration, self.accumulated)
        return checker.slice(tensor, index)

    def check_all(self, context: JobContext) -> GradientSummary:
        return check_gradients(self.program, self.parameters, self.x, self.y, self.seed, self.iteration, context, self.accumulated)

    def chain(self, tensor: str, index: tuple[int, ...], most: int) -> Chain:
        return chain(self.program.graph, self.parameters, self.x, self.y, tensor, index, self.seed, self.iteration, most, self.accumulated)
