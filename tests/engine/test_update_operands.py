"""What the kernels of a schedule and of an optimiser are given."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.engine.compile import Update, compile
from nnlab.engine.program import RATE, Operand, Program
from nnlab.engine.state import new_state


def program(optimizer: str = "adam", schedule: str = "constant", **settings: float) -> Program:
    return compile(mlp([2, 4, 1], loss="mse"), 8, update=Update(optimizer, 0.25, settings, schedule))


def operands(made: Program, parameter: str) -> dict[str, Operand]:
    found = next(i for i in made.instructions if i.parameter == parameter)
    return {operand.argument.name: operand for operand in found.operands}


def test_an_update_reads_the_gradient_and_writes_the_weights_and_its_moments() -> None:
    made = program()
    found = operands(made, "dense_1.weight")
    tensors = {operand.tensor: operand.written for operand in found.values() if operand.tensor is not None}
    moments = {f"dense_1.weight.{name}" for name in ("mean", "square", "step")}
    assert tensors == {"dense_1.weight": True, "dense_1.d_weight": False, **dict.fromkeys(moments, True)}
    for name, operand in found.items():
        if operand.tensor is not None:
            assert operand.words == (made.places[operand.tensor].offset, 1 if name == "step" else 8), "4 × 2 numbers, one count of steps"


@pytest.mark.parametrize(("setting", "value"), [("learning_rate", 0.25), ("beta1", 0.5)])
def test_settings_are_read_among_the_constants(setting: str, value: float) -> None:
    """Numbers that float32 holds exactly."""
    made = program(beta1=0.5)
    (offset,) = operands(made, "dense_2.bias")[setting].words
    assert float(new_state(made, 8, 0).arena[offset]) == value


def test_a_scheduled_rate_is_read_where_the_schedule_writes_it() -> None:
    made = program(schedule="plateau")
    assert operands(made, "dense_1.bias")["learning_rate"].words == (made.places[RATE].offset,)
    schedule = next(i for i in made.instructions if RATE in i.writes)
    words = {o.argument.name: o for o in schedule.operands}
    assert words["rate"].written and words["rate"].words == (made.places[RATE].offset, 1)
    assert not words["loss"].written and words["loss"].words == (made.places[str(made.loss_name)].offset, 1)
    (offset,) = words["learning_rate"].words
    assert float(new_state(made, 8, 0).arena[offset]) == 0.25
