"""The time of a step by phase: shares by arithmetic, and measured steps that leave the bits of all others."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp
from numba.core.registry import CPUDispatcher

from nnlab.core.errors import TrainingError
from nnlab.core.kernel.context import ITERATION
from nnlab.engine import machine, machine_code
from nnlab.engine.compile import Update
from nnlab.engine.phase_times import FEWEST, KEPT, PhaseSeconds, PhaseTimes
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(50, 2)).astype(np.float32), RNG.normal(size=(50, 1)).astype(np.float32)


def run(optimizer: str = "adam") -> Run:
    return Run(Setup(mlp([2, 6, 1], loss="mse"), X, Y, batch_size=8, seed=5, update=Update(optimizer, 0.01)))


def times(*seconds: PhaseSeconds) -> PhaseTimes:
    found = PhaseTimes()
    for each in seconds:
        found.add(each)
    return found


def test_what_an_empty_call_takes_is_taken_off_each_call() -> None:
    """Calls cost 1: 3 − 1, 2 − 1, 6 − 1 and 3 − 1 are 2, 1, 5 and 2 of 10."""
    found = times(*[PhaseSeconds((3.0, 2.0, 6.0, 3.0), 1.0)] * FEWEST)
    assert found.shares == pytest.approx((0.2, 0.1, 0.5, 0.2))


def test_a_single_slow_step_changes_nothing() -> None:
    steps = [PhaseSeconds((2.0, 2.0, 4.0, 2.0), 0.0)] * FEWEST + [PhaseSeconds((900.0, 2.0, 4.0, 2.0), 70.0)]
    assert times(*steps).shares == pytest.approx((0.2, 0.2, 0.4, 0.2))


def test_a_phase_that_takes_less_than_a_call_takes_nothing() -> None:
    assert times(*[PhaseSeconds((3.0, 0.5, 2.0, 1.5), 1.0)] * FEWEST).shares == pytest.approx((2 / 3.5, 0.0, 1 / 3.5, 0.5 / 3.5))
    assert times(*[PhaseSeconds((1.0, 0.9, 1.0, 1.0), 1.0)] * FEWEST).shares is None


def test_shares_are_known_after_a_few_steps_and_of_the_last_ones() -> None:
    old, new = PhaseSeconds((1.0, 1.0, 1.0, 1.0), 0.0), PhaseSeconds((4.0, 1.0, 4.0, 1.0), 0.0)
    assert times(*[old] * (FEWEST - 1)).shares is None
    found = times(*[old] * KEPT, *[new] * (KEPT // 2 + 1))
    assert found.shares == pytest.approx((0.4, 0.1, 0.4, 0.1))
    found.forget()
    assert found.shares is None


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_measured_steps_leave_the_bits_of_all_others(optimizer: str) -> None:
    """Across the end of an epoch of seven batches."""
    measured, plain = run(optimizer), run(optimizer)
    assert len(measured.time_phases(5)) == 5
    measured.train(4)
    measured.time_phases(3)
    plain.train(12)
    assert measured.iteration == plain.iteration == 12
    assert measured.state.arena[: measured.program.moments_end].tobytes() == plain.state.arena[: plain.program.moments_end].tobytes()
    assert measured.state.context[: ITERATION + 1].tobytes() == plain.state.context[: ITERATION + 1].tobytes()
    assert measured.order.tobytes() == plain.order.tobytes()
    seen, expected = (each.history.curves() for each in (measured, plain))
    assert seen.mean.tobytes() == expected.mean.tobytes() and seen.norms.tobytes() == expected.norms.tobytes()


def test_to_time_phases_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of compiled code that Python calls by itself is compiled in every process: soon after training began, whoever asked the
    training thread for anything waited 0.2 s for a function of one line."""
    found = run()
    found.train(1)
    kernels = {name: value for name, value in vars(machine_code).items() if isinstance(value, CPUDispatcher)}
    parts = [name for name, value in kernels.items() if value._can_compile]  # others are compiled ahead
    assert "has_next_batch" in parts
    for name in parts:
        for module in (machine, machine_code):
            monkeypatch.setattr(module, name, lambda *_, name=name: pytest.fail(f"{name} is called from Python"), raising=False)
    assert len(found.time_phases(2)) == 2


def test_every_phase_takes_time() -> None:
    (found,) = run().time_phases(1)
    assert all(seconds > 0 for seconds in (*found.phases, found.empty))


def test_they_give_way_to_a_command() -> None:
    found = run()
    found.control[machine.LEAVE] = 1
    assert found.time_phases(3) == [] and found.iteration == 0


def test_numbers_that_go_wrong_are_told_as_in_training() -> None:
    messages = []
    for train in (lambda r: r.time_phases(1), lambda r: r.train(1)):
        found = run()
        found.state["dense_1.weight"][0, 0] = np.nan
        with pytest.raises(TrainingError) as error:
            train(found)
        messages.append(str(error.value))
        assert found.iteration == 0
    assert messages[0] == messages[1]


def test_from_eight_steps_on_the_middle_of_the_last_ninety_six_is_known() -> None:
    times = PhaseTimes()
    for k in range(8):
        assert times.shares is None and times.seconds is None, k
        times.add(PhaseSeconds((3.0, 2.0, 4.0, 1.0), 1.0))
    assert times.shares == pytest.approx((2 / 6, 1 / 6, 3 / 6, 0.0)) and times.seconds == 6.0
    for _ in range(48):
        times.add(PhaseSeconds((1.0, 1.0, 1.0, 9.0), 1.0))
    for _ in range(48):
        times.add(PhaseSeconds((9.0, 1.0, 1.0, 1.0), 1.0))
    assert times.shares == pytest.approx((0.5, 0.0, 0.0, 0.5)), "half of them each: the mean of both middle ones"
    times.add(PhaseSeconds((9.0, 1.0, 1.0, 1.0), 1.0))
    assert times.shares == (1.0, 0.0, 0.0, 0.0), "the first is forgotten"
    times.forget()
    assert times.shares is None
