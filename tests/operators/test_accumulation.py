"""Gradients are added to what is there: a value used twice gets both contributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import operator_cases, single_operator_graph, targets

from nnlab.core.operator import Operator
from nnlab.engine import machine
from nnlab.engine.compile import Update
from nnlab.engine.program import BACKWARD
from nnlab.engine.run import Run

Case = tuple[Operator, dict[str, Any]]


@pytest.mark.parametrize("case", operator_cases())
def test_a_backward_instruction_that_runs_twice_leaves_twice_the_gradient(case: Case) -> None:
    generator = np.random.default_rng(6)
    graph = single_operator_graph(*case)
    x, y = generator.standard_normal((4, 3)), targets(graph, 4, generator)
    run = Run(graph, x, y, update=Update(), batch_size=4, real="float64")
    p, state = run.program, run.state
    machine.begin_step(state.arena, state.context, run.layout, run.order, run.samples.x, run.samples.y)
    machine.execute(p.addresses, p.instruction_table, p.operand_table, state.arena, state.context, 0, p.update_start)

    def gradients_after(pc: int, names: list[str]) -> dict[str, np.ndarray]:
        machine.execute(p.addresses, p.instruction_table, p.operand_table, state.arena, state.context, pc, pc + 1)
        return {name: state[name].copy() for name in names}

    for instruction in p.instructions:
        if instruction.phase == BACKWARD and instruction.node_id.startswith(case[0].name):
            names = [o.tensor for o in instruction.operands if o.written and o.tensor and o.argument.name.startswith("d_")]
            assert names
            for name in names:
                state[name][...] = 0
            once, twice = gradients_after(instruction.pc, names), gradients_after(instruction.pc, names)
            for name in names:
                np.testing.assert_allclose(twice[name], 2 * once[name], rtol=1e-9, atol=1e-12, err_msg=name)
