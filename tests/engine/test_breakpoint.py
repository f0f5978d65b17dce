"""What breakpoints stop at in a program."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import PHASES, Breakpoint, stops
from nnlab.engine.compile import Update, compile
from nnlab.engine.program import PHASES as OF_THE_MACHINE

PROGRAM = compile(mlp([2, 4, 1], loss="mse"), 8, update=Update("sgd"))


def places(breakpoint: Breakpoint) -> list[tuple[str, str]]:
    return [(i.node_id, PHASES[i.phase]) for i in breakpoint.instructions(PROGRAM)]


def test_phases_are_those_of_the_machine() -> None:
    assert PHASES == OF_THE_MACHINE


def test_a_node_stops_in_every_phase_and_once_for_every_parameter() -> None:
    found = places(Breakpoint("dense_1"))
    assert found == [("dense_1", "forward"), ("dense_1", "backward"), ("dense_1", "update"), ("dense_1", "update")]
    assert places(Breakpoint("dense_1", "backward")) == [("dense_1", "backward")]


def test_a_phase_alone_stops_at_its_first_moment() -> None:
    first = next(i for i in PROGRAM.instructions if PHASES[i.phase] == "update")
    assert Breakpoint(phase="update").instructions(PROGRAM) == (first,)


def test_a_node_that_is_not_there_stops_nowhere() -> None:
    assert places(Breakpoint("gone")) == []


def test_several_at_one_moment_are_found_there_in_their_order() -> None:
    whole, neuron = Breakpoint("dense_1"), Breakpoint("dense_1", "forward", unit=1)
    found = stops(PROGRAM, (whole, neuron))
    assert found[whole.instructions(PROGRAM)[0].pc] == (whole, neuron)
    assert all(stop == (whole,) for pc, stop in found.items() if pc != whole.instructions(PROGRAM)[0].pc)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"phase": "sideways"}, "no phase 'sideways'"), ({}, "needs a node or a phase"), ({"phase": "loss", "unit": 1}, "needs its node"),
        ({"node": "a", "unit": -1}, "number from 0"), ({"node": "a", "times": 0}, "not from time 0"),
    ],
)  # fmt: skip
def test_what_names_no_moment_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        Breakpoint(**wrong)  # type: ignore[arg-type]


def test_it_stops_from_the_first_to_the_thousand_millionth_time() -> None:
    assert [Breakpoint("a", times=times).times for times in (1, 1_000_000_000)] == [1, 1_000_000_000]
    with pytest.raises(NNLabError, match="not from time 1000000001"):
        Breakpoint("a", times=1_000_000_001)
    assert (Breakpoint("a").times, Breakpoint("a").is_on, Breakpoint("a").unit) == (1, True, None)
