"""How often breakpoints were reached, and which of them stops stepping."""

from __future__ import annotations

from networks import mlp

from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import Instruction
from nnlab.training.breakpoint_counts import BreakpointCounts

PROGRAM = compile(mlp([2, 4, 1], loss="mse"), 8, update=Update("sgd"))


def instruction(node: str, phase: int = 0) -> Instruction:
    return next(i for i in PROGRAM.instructions if i.node_id == node and i.phase == phase)


def counts(*breakpoints: Breakpoint) -> BreakpointCounts:
    found = BreakpointCounts()
    found.set(breakpoints)
    return found


def test_it_stops_from_the_asked_time_on_and_every_time_is_counted() -> None:
    third = Breakpoint("dense_1", "forward", times=3)
    found = counts(third)
    assert [found.reached(PROGRAM, instruction("dense_1")) for _ in range(4)] == [None, None, third, third]
    assert found.hits == {third.place: 4}


def test_elsewhere_nothing_is_counted() -> None:
    found = counts(Breakpoint("dense_1", "forward"))
    assert found.reached(PROGRAM, instruction("tanh_1")) is None
    assert list(found.hits.values()) == [0]


def test_one_that_is_off_counts_and_does_not_stop() -> None:
    off = Breakpoint("tanh_1", "forward", is_on=False)
    found = counts(off)
    assert not found.can_stop(PROGRAM)
    assert found.reached(PROGRAM, instruction("tanh_1")) is None
    assert found.hits == {off.place: 1}


def test_one_on_a_neuron_is_told_before_one_on_the_whole_layer() -> None:
    whole, neuron = Breakpoint("dense_1"), Breakpoint("dense_1", unit=0)
    for order in ((whole, neuron), (neuron, whole)):
        found = counts(*order)
        assert found.reached(PROGRAM, instruction("dense_1")) == neuron
        assert found.hits == {whole.place: 1, neuron.place: 1}


def test_counts_stay_with_their_place_until_the_run_begins_again() -> None:
    first, second = Breakpoint("dense_1", "forward"), Breakpoint("dense_2", "forward")
    found = counts(first)
    found.reached(PROGRAM, instruction("dense_1"))
    found.set((Breakpoint("dense_1", "forward", times=5), second))
    assert found.hits == {first.place: 1, second.place: 0}
    assert found.can_stop(PROGRAM)
    found.forget()
    assert found.hits == {first.place: 0, second.place: 0}


def test_a_place_that_the_network_does_not_have_stops_nowhere() -> None:
    assert not counts(Breakpoint("gone")).can_stop(PROGRAM)
    assert not counts().can_stop(PROGRAM)
