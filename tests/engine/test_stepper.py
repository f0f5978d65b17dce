"""What a begun iteration started from is known at every one of its instructions, forwards and back."""

from __future__ import annotations

import numpy as np
import pytest
from projects import small_project

from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.training.snapshots import take_snapshot


@pytest.fixture
def run() -> Run:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((40, 2)).astype(np.float32)
    y = generator.integers(0, 2, (40, 1)).astype(np.float32)
    return Run(Setup(small_project().graph, x, y, update=Update("adam", 0.01), batch_size=10, seed=3))


def learned(run: Run) -> bytes:
    return run.state.arena[: run.program.moments_end].tobytes()


def test_what_was_learned_before_the_iteration_is_known_at_every_instruction(run: Run) -> None:
    run.train(5)
    before = learned(run)
    for pc in range(len(run.program.instructions)):
        assert run.stepper.learned_before.tobytes() == before, pc
        run.stepper.forward()
    assert learned(run) != before
    assert run.stepper.learned_before.tobytes() == learned(run), "the iteration is complete: this is where the next begins"


def test_stepping_back_into_an_earlier_update_finds_the_weights_of_that_iteration(run: Run) -> None:
    starts = []
    for _ in range(2):
        starts.append(learned(run))
        run.stepper.forward()
        run.stepper.finish()
    for start in reversed(starts):
        for _ in range(len(run.program.instructions)):
            assert run.stepper.back()
            assert run.stepper.learned_before.tobytes() == start
    assert run.iteration == 0 and not run.stepper.can_go_back


def test_an_undisturbed_snapshot_is_the_state_before_and_leaves_the_begun_iteration_as_it_is(run: Run) -> None:
    run.train(5)
    before = take_snapshot(run)
    for _ in range(len(run.program.instructions) - 1):  # up to within the update
        run.stepper.forward()
        state, pc = run.state.arena.tobytes(), run.stepper.pc
        now = take_snapshot(run, undisturbed=True)
        assert all((now.parameters[name] == values).all() for name, values in before.parameters.items())
        assert all((now.moments[name] == values).all() for name, values in before.moments.items())
        assert run.stepper.inside and run.stepper.pc == pc and run.state.arena.tobytes() == state
    take_snapshot(run)
    assert not run.stepper.inside and run.iteration == 6


def test_it_can_go_back_as_soon_as_an_instruction_has_run(run: Run) -> None:
    assert run.stepper.can_go_back is False
    run.stepper.forward()
    assert run.stepper.can_go_back is True
    run.stepper.back()
    assert run.stepper.can_go_back is False
    run.stepper.forward()
    run.stepper.forget()
    assert run.stepper.can_go_back is False


def test_however_little_memory_there_is_the_last_instruction_is_taken_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnlab.engine import stepper

    monkeypatch.setattr(stepper, "MEMORY", 0)
    before = run.state.arena.tobytes()
    run.stepper.forward()
    assert run.stepper.back() and run.state.arena.tobytes() == before
    for _ in range(3):
        run.stepper.forward()
    assert run.stepper.back() and not run.stepper.can_go_back, "and no more than that"
