"""Every program the compiler makes is right, and one that is not is refused with a sentence that says where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import graphs, mlp, operator_cases, single_operator_graph

import nnlab
from nnlab.core.operator import Operator
from nnlab.core.optimizer import optimizers
from nnlab.engine import compile as compiler
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import BACKWARD, FORWARD, LOSS, RATE, UPDATE, Instruction, Place, Program
from nnlab.engine.verify import ProgramError, is_wanted, verify
from nnlab.graph import edits
from nnlab.graph.graph import Graph


def owners(program: Program) -> np.ndarray:
    """How many tensors and settings every element of the arena belongs to, counted one by one."""
    counts = np.zeros(program.arena_size, dtype=int)
    for place in program.places.values():
        place.view(counts, program.capacity)[...] += 1
    for offset, _ in program.constants.values():
        counts[offset] += 1
    return counts


@given(graph=graphs(), optimizer=st.sampled_from(sorted(o.name for o in optimizers)), data=st.data())
@settings(max_examples=100, deadline=None)
def test_every_program_is_right(graph: Graph, optimizer: str, data: st.DataObject) -> None:
    frozen = data.draw(st.sets(st.sampled_from([node.id for node in graph.nodes if node.parameters])))
    graph = edits.set_frozen(graph, frozen, True)
    schedule = data.draw(st.sampled_from(("constant", "step", "plateau")))
    trained = sorted(f"{node.id}.{parameter.name}" for node in graph.nodes if node.id not in frozen for parameter in node.parameters)
    for update, updated in ((Update(optimizer, schedule=schedule), trained), (None, [])):
        program = compile(graph, 7, update=update)
        verify(program)
        assert owners(program).max() == 1
        assert sorted(i.parameter for i in program.instructions if i.parameter) == updated


@pytest.mark.parametrize("case", operator_cases())
def test_the_program_of_every_operator_is_right(case: tuple[Operator, dict[str, Any]]) -> None:
    program = compile(single_operator_graph(*case), 5, update=Update("adam"))
    verify(program)
    assert owners(program).max() == 1
    assert sorted(i.parameter for i in program.instructions if i.parameter) == sorted(info.name for info in program.parameters)


def test_programs_are_checked_when_they_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(program: Program) -> None:
        raise ProgramError("asked")

    assert is_wanted(), "in every test"
    monkeypatch.setattr(compiler, "verify", refuse)
    with pytest.raises(ProgramError, match="asked"):
        compile(mlp([2, 3, 1]), 4)
    monkeypatch.setenv("NNLAB_VERIFY", "0")
    compile(mlp([2, 3, 1]), 4)


# Programs that are not right


def network() -> Graph:
    """One layer is read twice, so that its gradient is set by one reader and added to by the other; one bias is frozen."""
    b = nnlab.GraphBuilder()
    h = b.dense(b.input(features=2), units=3, id="low")
    top = b.dense(b.concat(b.tanh(h), b.relu(h)), units=1, id="top")
    b.mse(top, id="loss")
    return edits.freeze(b.build(), "top", ["bias"])


@pytest.fixture
def program() -> Program:
    return compile(network(), 4, update=Update("adam"))


def changed(program: Program, instructions: list[Instruction]) -> Program:
    """The program with other instructions, and tables that say the same."""
    numbered = tuple(replace(instruction, pc=pc) for pc, instruction in enumerate(instructions))
    words = [[word for operand in i.operands for word in operand.words] for i in numbered]
    flat = [word for own in words for word in own]
    table = np.zeros((len(numbered), 3), dtype=np.int64)
    table[:, 0] = np.cumsum([0, *(len(w) for w in words[:-1])])
    table[:, 1] = [i.phase for i in numbered]
    return replace(program, instructions=numbered, operand_table=np.array(flat, dtype=np.int64), instruction_table=table)


def find(program: Program, phase: int, node: str, parameter: str | None = None) -> int:
    return next(i.pc for i in program.instructions if (i.phase, i.node_id, i.parameter) == (phase, node, parameter))


def with_operand(program: Program, pc: int, argument: str, **changes: Any) -> Program:
    instruction = program.instructions[pc]
    operands = tuple(o._replace(**changes) if o.argument.name == argument else o for o in instruction.operands)
    return changed(program, [replace(i, operands=operands) if i is instruction else i for i in program.instructions])


def operand(program: Program, pc: int, argument: str) -> Any:
    return next(o for o in program.instructions[pc].operands if o.argument.name == argument)


def swapped(program: Program, first: int, second: int) -> Program:
    instructions = list(program.instructions)
    instructions[first], instructions[second] = instructions[second], instructions[first]
    return changed(program, instructions)


def without(program: Program, pc: int) -> Program:
    return changed(program, [i for i in program.instructions if i.pc != pc])


def moved(program: Program, name: str, offset: int) -> Program:
    """The tensor at another place, with all operands that view it."""
    place = program.places[name]
    instructions = [
        replace(i, operands=tuple(o._replace(words=(offset, *o.words[1:])) if o.tensor == name else o for o in i.operands))
        for i in program.instructions
    ]
    return replace(changed(program, instructions), places={**program.places, name: Place(offset, place.shape, place.has_batch)})


def _shifted(p: Program) -> Program:
    pc = find(p, FORWARD, "low")
    words = operand(p, pc, "x").words
    return with_operand(p, pc, "x", words=(words[0] + 1, *words[1:]))


def _longer(p: Program) -> Program:
    pc = find(p, FORWARD, "low")
    words = operand(p, pc, "y").words
    return with_operand(p, pc, "y", words=(*words[:-1], words[-1] + 1))


def _other_setting(p: Program) -> Program:
    pc = find(p, UPDATE, "low", "low.weight")
    return with_operand(p, pc, "beta1", words=operand(p, pc, "beta2").words)


def _frozen_written(p: Program) -> Program:
    return with_operand(p, find(p, FORWARD, "top"), "bias", written=True)


def _writes_weights(p: Program) -> Program:
    pc = find(p, FORWARD, "low")
    return with_operand(p, pc, "weight", written=True)


def _twice(p: Program) -> Program:
    pc = find(p, UPDATE, "low", "low.weight")
    return changed(p, [*p.instructions, p.instructions[pc]])


def _set_late(p: Program) -> Program:
    """Both readers of the layer say that they come first."""
    late = max(i.pc for i in p.instructions if i.phase == BACKWARD and "low.d_y" in i.writes)
    known = with_operand(p, late, "first_d_x", words=(1,))
    return changed(known, [replace(i, fresh=("low.d_y",)) if i.pc == late else i for i in known.instructions])


def _not_set(p: Program) -> Program:
    """The first reader of the layer adds to what nobody has zeroed."""
    early = min(i.pc for i in p.instructions if i.phase == BACKWARD and "low.d_y" in i.writes)
    known = with_operand(p, early, "first_d_x", words=(0,))
    return changed(known, [replace(i, fresh=()) if i.pc == early else i for i in known.instructions])


def _stale_table(p: Program) -> Program:
    table = p.operand_table.copy()
    table[0] += 16
    return replace(p, operand_table=table)


def _at_one_place(p: Program) -> Program:
    return moved(p, "tanh_1.y", p.places["relu_1.y"].offset)


def _zeroed_activations(p: Program) -> Program:
    return replace(p, zeroed=(p.places["low.y"].offset, p.zeroed[1]))


def _loses(phase: int, node: str, parameter: str | None = None) -> Callable[[Program], Program]:
    return lambda p: without(p, find(p, phase, node, parameter))


def _out_of_order(p: Program) -> Program:
    return swapped(p, find(p, BACKWARD, "low"), find(p, BACKWARD, "concat_1"))


def _updated_early(p: Program) -> Program:
    return swapped(p, find(p, BACKWARD, "low"), find(p, UPDATE, "low", "low.bias"))


SPAN = r"lies at \d+ to \d+, outside"
READER = r"(tanh_1|relu_1)"
MUTATIONS: dict[str, tuple[Callable[[Program], Program], str]] = {
    "a view beside its tensor": (_shifted, r"^Instruction 0 \(forward, low\): x views 8 elements at \d+, but input_1.y has 8 at \d+\.$"),
    "a view longer than its tensor": (_longer, r"\(forward, low\): y views 16 elements at \d+, but low.y has 12 at"),
    "a tensor behind the arena": (lambda p: replace(p, arena_size=p.arena_size - 20), rf"{SPAN} the arena of"),
    "two tensors at one place": (_at_one_place, rf"{READER}.y and {READER}.y overlap"),
    "a weight outside its part": (lambda p: replace(p, parameters_end=16), rf"The stored tensor low.bias {SPAN} its part"),
    "a moment outside its part": (lambda p: replace(p, moments_end=p.parameters_end + 16), rf"The moment \S+ {SPAN} its part"),
    "a gradient that is not clipped": (
        lambda p: replace(p, parameter_gradients_end=p.gradients_start + 1), r"\w+.d_\w+ lies on the wrong side of \d+",
    ),
    "zeroed activations": (_zeroed_activations, r"\w+.y lies among the gradients that are zeroed"),
    "a table of before": (_stale_table, r"Instruction 0 \(forward, low\): its words in the operand table are of other operands"),
    "a table too short": (lambda p: replace(p, instruction_table=p.instruction_table[:-1]), r"its row in the instruction table"),
    "another setting": (_other_setting, r"\(update, low\): beta1 is read from optimizer/beta2"),
    "an activation before its layer": (
        lambda p: swapped(p, 0, 1), rf"Instruction 0 \(forward, {READER}\) reads low.y, which nothing has written",
    ),
    "backward in the wrong order": (_out_of_order, r"\(backward, low\) reads low.d_y, which nothing has written"),
    "an update before its gradient": (_updated_early, r"\(backward, low\) comes behind instruction"),
    "no loss": (_loses(LOSS, "loss"), r"reads loss.\w+, which nothing has written before|Nothing writes loss.loss"),
    "zeroing left out": (_not_set, rf"\(backward, {READER}\) adds to low.d_y, which nothing has zeroed or set before"),
    "two that come first": (_set_late, rf"\(backward, {READER}\) sets low.d_y, and what was added to it before is lost"),
    "a layer computed twice": (lambda p: changed(p, [p.instructions[0], *p.instructions]), r"\(forward, low\) writes low.y, which was"),
    "no update": (_loses(UPDATE, "low", "low.bias"), r"low.bias of low is updated 0 times in a step instead of 1"),
    "two updates": (_twice, r"low.weight of low is updated 2 times in a step instead of 1"),
    "a frozen bias written": (_frozen_written, r"\(forward, top\) writes top.bias, which is frozen"),
    "weights written forwards": (_writes_weights, r"\(forward, low\) writes low.weight, which is not its to write"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), [pytest.param(*mutation, id=name) for name, mutation in MUTATIONS.items()])
def test_what_is_wrong_is_refused_and_named(program: Program, change: Callable[[Program], Program], sentence: str) -> None:
    verify(program)
    with pytest.raises(ProgramError, match=sentence):
        verify(change(program))


def test_what_the_schedule_writes_is_read_as_the_learning_rate_alone() -> None:
    scheduled = compile(network(), 4, update=Update("adam", schedule="plateau"))
    verify(scheduled)
    pc = find(scheduled, UPDATE, "low", "low.weight")
    with pytest.raises(ProgramError, match=rf"\(update, low\): beta1 is read from {RATE}"):
        verify(with_operand(scheduled, pc, "beta1", words=(scheduled.places[RATE].offset,)))


@given(graph=graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_offset_can_be_changed_unnoticed(graph: Graph, data: st.DataObject) -> None:
    program = compile(graph, 3, update=Update("sgd"))
    pc = data.draw(st.integers(0, len(program.instructions) - 1))
    arguments = [o.argument.name for o in program.instructions[pc].operands if o.tensor is not None]
    argument = data.draw(st.sampled_from(arguments))
    words = operand(program, pc, argument).words
    step = data.draw(st.sampled_from((-16, -1, 1, 16)))
    with pytest.raises(ProgramError, match=rf"Instruction {pc} .*{argument} views"):
        verify(with_operand(program, pc, argument, words=(words[0] + step, *words[1:])))


@given(graph=graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_instruction_that_somebody_needs_can_be_left_out(graph: Graph, data: st.DataObject) -> None:
    """All but those whose results nobody reads, and the last of several that add to one gradient."""
    program = compile(graph, 3, update=Update("sgd"))
    pc = data.draw(st.integers(0, len(program.instructions) - 1))
    left = program.instructions[pc]
    later = set().union(*(i.reads for i in program.instructions[pc + 1 :]))
    others = set().union(*(i.writes for i in program.instructions if i is not left))
    needed = {name for name in left.writes if name in later | {program.loss_name} and name not in others and not _is_zeroed(program, name)}
    if needed or left.parameter is not None:
        with pytest.raises(ProgramError):
            verify(without(program, pc))


def _is_zeroed(program: Program, name: str) -> bool:
    return program.zeroed[0] <= program.places[name].offset < program.zeroed[1]


@pytest.mark.parametrize(
    "update",
    [None, Update("adam"), Update("sgd", accumulate=2, zero_gradients=False), Update("adam", schedule="plateau"), Update("muon")],
    ids=["evaluation", "adam", "accumulated", "plateau", "muon"],
)
def test_parts_that_leave_no_room_between_them_are_right(update: Update | None) -> None:
    """Everything is a multiple of sixteen long: parameters, moments and gradients end exactly where the next part begins."""
    program = compile(mlp([16, 16, 32]), 16, update=update)
    verify(program)
    ends = {sum(info.place.span(1)) for info in program.stored.values()}
    assert program.parameters_end in ends
    if update is not None:
        gradients = {sum(place.span(16)) for name, place in program.places.items() if ".d_" in name}
        assert program.parameter_gradients_end in gradients
