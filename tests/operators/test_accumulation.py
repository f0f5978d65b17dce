"""Gradients are added to what is there: a value used twice gets both contributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import operator_cases, single_operator_graph, targets

from nnlab.core.operator import FIRST, Operator, operators
from nnlab.engine.compile import Update
from nnlab.engine.program import BACKWARD, Instruction
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

Case = tuple[Operator, dict[str, Any]]


def told_that_it_comes_second(run: Run, instruction: Instruction) -> None:
    """A kernel that asks whether it is the first to write a gradient is told that it is not."""
    place = int(run.program.instruction_table[instruction.pc, 0])
    for operand in instruction.operands:
        if operand.argument.name.startswith(FIRST):
            run.program.operand_table[place] = 0
        place += len(operand.words)


@pytest.mark.parametrize("kind", [operators["dense"], operators["tanh"], operators["relu"]], ids=lambda kind: kind.name)
def test_the_first_to_write_a_gradient_does_not_read_what_was_there(kind: Operator) -> None:
    generator = np.random.default_rng(6)
    graph = single_operator_graph(kind)
    run = Run(Setup(graph, generator.standard_normal((4, 3)), targets(graph, 4, generator), update=Update(), batch_size=4, real="float64"))
    p, state = run.program, run.state
    run.step.begin()
    run.step.update.execute(0, p.update_start)
    checked = 0
    for instruction in p.instructions:
        for name in instruction.fresh:
            expected = state[name].copy()
            state[name][...] = np.nan
            run.step.update.execute(instruction.pc, instruction.pc + 1)
            np.testing.assert_array_equal(state[name], expected)
            checked += instruction.node_id.startswith(kind.name)
    assert checked


@pytest.mark.parametrize("case", operator_cases())
def test_a_backward_instruction_that_runs_twice_leaves_twice_the_gradient(case: Case) -> None:
    generator = np.random.default_rng(6)
    graph = single_operator_graph(*case)
    x, y = generator.standard_normal((4, 3)), targets(graph, 4, generator)
    run = Run(Setup(graph, x, y, update=Update(), batch_size=4, real="float64"))
    p, state = run.program, run.state
    run.step.begin()
    run.step.update.execute(0, p.update_start)

    def gradients_after(pc: int, names: list[str]) -> dict[str, np.ndarray]:
        run.step.update.execute(pc, pc + 1)
        return {name: state[name].copy() for name in names}

    for instruction in p.instructions:
        if instruction.phase == BACKWARD and instruction.node_id.startswith(case[0].name):
            names = [o.tensor for o in instruction.operands if o.written and o.tensor and o.argument.name.startswith("d_")]
            assert names
            told_that_it_comes_second(run, instruction)
            for name in names:
                state[name][...] = 0
            once, twice = gradients_after(instruction.pc, names), gradients_after(instruction.pc, names)
            for name in names:
                np.testing.assert_allclose(twice[name], 2 * once[name], rtol=1e-9, atol=1e-12, err_msg=name)
