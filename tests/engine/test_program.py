"""Where a tensor lies in the arena, and how a program's instructions fall into phases."""

from __future__ import annotations

import numpy as np
from networks import mlp

from nnlab.engine.compile import Update, compile
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, UPDATE, Place


def test_a_place_has_its_elements_once_or_for_every_row_of_the_batch() -> None:
    """2 × 3 numbers from element 4 on."""
    arena = np.arange(40.0)
    batch, weight = Place(4, (2, 3), True), Place(4, (2, 3), False)
    assert batch.row == weight.row == 6 and Place(0, (), False).row == 1
    assert (batch.span(5), weight.span(5)) == ((4, 30), (4, 6))
    assert batch.view(arena, 5).shape == (5, 2, 3) and batch.view(arena, 5)[1, 0, 0] == 10.0
    assert weight.view(arena, 5).tolist() == [[4, 5, 6], [7, 8, 9]]
    weight.view(arena, 1)[1, 2] = -1.0
    assert arena[9] == -1.0, "nothing is copied"


def test_phases_follow_one_another_and_are_counted() -> None:
    """4 × 2 + 4 and 1 × 4 + 1 parameters."""
    program = compile(mlp([2, 4, 1], loss="mse"), 8, update=Update("sgd"))
    phases = [instruction.phase for instruction in program.instructions]
    assert phases == sorted(phases) and set(phases) == {FORWARD, LOSS, BACKWARD, UPDATE}
    starts = tuple(phases.index(phase) for phase in (LOSS, BACKWARD, UPDATE))
    assert (program.loss_start, program.forward_end, program.update_start) == starts
    assert phases.count(UPDATE) == 4 and program.parameter_count == 17
    assert list(program.stored) == ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"]
    first = program.instructions[0]
    assert first.operator == "dense" and "dense_1.weight" in first.reads and first.writes == {"dense_1.y"}
    assert not first.reads & first.writes
    assert program.instructions[-1].operator == "", "an update applies no operator of the graph"
