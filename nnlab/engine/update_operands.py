"""What the kernels of a schedule and of an optimiser are given: their arguments as places in the arena."""

from __future__ import annotations

from collections.abc import Mapping

from nnlab.core.optimizer import Optimizer
from nnlab.core.schedule import Schedule
from nnlab.engine.program import RATE, Operand, ParameterInfo, Place
from nnlab.engine.steps import gradient_name

Constants = Mapping[str, tuple[int, float]]


def schedule_operands(schedule: Schedule, places: Mapping[str, Place], constants: Constants, loss_name: str) -> tuple[Operand, ...]:
    """Of the instruction that works out the learning rate."""
    names = {"rate": RATE, "loss": loss_name, **{m.name: f"schedule/{m.name}" for m in schedule.moments}}
    operands = []
    for argument in schedule.update_adapter.arguments:
        if argument.kind == "context":
            operands.append(Operand(argument, None, False, ()))
        elif argument.kind == "scalar":
            owner = "optimizer" if argument.name == "learning_rate" else "schedule"
            operands.append(Operand(argument, None, False, (constants[f"{owner}/{argument.name}"][0],)))
        else:
            name = names[argument.name]
            operands.append(Operand(argument, name, argument.name != "loss", (places[name].offset, 1)))
    return tuple(operands)


def update_operands(optimizer: Optimizer, info: ParameterInfo, places: Mapping[str, Place], constants: Constants) -> tuple[Operand, ...]:
    """Of the instruction that updates one parameter."""
    names = {"parameter": info.name, "gradient": gradient_name(info.name)}
    operands = []
    for argument in optimizer.update_adapter.arguments:
        if argument.kind == "context":
            operands.append(Operand(argument, None, False, ()))
        elif argument.kind == "scalar":
            # A schedule's rate is a tensor of one element, which a kernel reads like any scalar.
            scheduled = argument.name == "learning_rate" and RATE in places
            offset = places[RATE].offset if scheduled else constants[f"optimizer/{argument.name}"][0]
            operands.append(Operand(argument, None, False, (offset,)))
        else:
            name = names.get(argument.name) or f"{info.name}.{argument.name}"
            place = places[name]
            lengths = optimizer.view_sizes(argument.name, info.place.shape) if optimizer.matrices else (place.row,)
            operands.append(Operand(argument, name, argument.name != "gradient", (place.offset, *lengths)))
    return tuple(operands)
