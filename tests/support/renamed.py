"""Programs whose tensors have names with two dots, as an adapter's have ("hidden.lora_A.task_b"); no operator makes such names yet."""

from __future__ import annotations

from dataclasses import replace

from nnlab.engine.program import Program

ADAPTER = "lora_A.task_b"


def renamed(program: Program, node_id: str, tensor: str = "weight", new: str = ADAPTER) -> Program:
    """The same program with another name for a tensor of a node, and for its gradient and moments."""
    was, now = f"{node_id}.{tensor}", f"{node_id}.{new}"
    changes = {was: now, f"{node_id}.d_{tensor}": f"{node_id}.d_{new}"}

    def called(name: str) -> str:
        return changes.get(name) or (now + name.removeprefix(was) if name.startswith(f"{was}.") else name)

    return replace(
        program,
        places={called(name): place for name, place in program.places.items()},
        moments={called(name): place for name, place in program.moments.items()},
        parameters=tuple(replace(info, name=called(info.name)) for info in program.parameters),
        instructions=tuple(
            replace(
                instruction,
                parameter=None if instruction.parameter is None else called(instruction.parameter),
                operands=tuple(o if o.tensor is None else o._replace(tensor=called(o.tensor)) for o in instruction.operands),
            )
            for instruction in program.instructions
        ),
    )
