"""What is known of the conditions of a run, and what becomes of it when the network or the conditions change."""

from __future__ import annotations

import pytest
from networks import mlp

from nnlab.core.errors import FormulaError
from nnlab.core.kernel.formulas import DIVIDED_BY_ZERO, HITS, WAS_TRUE
from nnlab.engine import machine
from nnlab.engine.compile import Update, compile
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.stop_conditions import StopConditions

PROGRAM = compile(mlp([2, 4, 1], loss="mse"), 8, update=Update("sgd"))
LOSS, LATE, GONE = StopCondition("loss < 0.1"), StopCondition("iteration > 5", times=3), StopCondition("norm(gone.weight) > 1")


def test_only_what_is_on_and_can_be_evaluated_can_stop() -> None:
    assert StopConditions((LOSS,), PROGRAM).can_stop
    assert StopConditions((GONE, LATE), PROGRAM).can_stop
    for given in ((), (GONE,), (StopCondition("loss < 0.1", is_on=False),)):
        assert not StopConditions(given, PROGRAM).can_stop


def test_what_the_network_does_not_have_is_said_and_raised_where_it_is_required() -> None:
    found = StopConditions((LOSS, GONE), PROGRAM)
    assert found.faults[0] == "" and "gone.weight" in found.faults[1]
    with pytest.raises(FormulaError, match=r"gone\.weight"):
        found.require()
    StopConditions((LOSS,), PROGRAM).require()


def test_a_division_by_zero_is_told_with_its_iteration() -> None:
    found = StopConditions((LOSS, LATE), PROGRAM)
    found.arrays.states[1, DIVIDED_BY_ZERO] = 1234
    assert found.faults == ("", "Division by zero at iteration 1,234: neither true nor false there.")


def test_other_conditions_keep_what_is_known_of_those_that_stay() -> None:
    before = StopConditions((LOSS, LATE), PROGRAM)
    before.arrays.states[:, HITS], before.arrays.states[:, WAS_TRUE] = (4, 7), (0, 1)
    after = before.for_program(PROGRAM, (LATE, StopCondition("loss > 9")))
    assert after.hits == [7, 0] and after.arrays.states[:, WAS_TRUE].tolist() == [1, 0]
    assert before.for_program(PROGRAM).hits == [4, 7]
    state = before.state
    before.forget()
    assert before.hits == [0, 0] and before.can_stop
    before.restore(state)
    assert before.hits == [4, 7]


def test_a_status_says_which_condition_stopped() -> None:
    found = StopConditions((LOSS, LATE), PROGRAM)
    assert [found.stopped(machine.STOPPED + k) for k in range(2)] == [LOSS, LATE]
    assert found.stopped(machine.STOPPED - 1) is None and found.stopped(machine.DONE) is None
