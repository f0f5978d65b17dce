"""Snapshots of a run: taken between two steps, restored into any network they fit."""

from __future__ import annotations

from nnlab.engine.run import Run
from nnlab.training.commands import Snapshot


def take_snapshot(run: Run, undisturbed: bool = False) -> Snapshot:
    """A copy of weights, moments and position.

    A stepped iteration is finished first, or given up if it cannot be; with `undisturbed` the copy is of the state before it.
    """
    if not undisturbed:
        run.stepper.settle()
    program, learned = run.program, run.stepper.learned_before
    moments = {name: place.view(learned, 1).copy() for name, place in program.moments.items()}
    stored = {name: info.place.view(learned, 1).copy() for name, info in program.stored.items()}
    return Snapshot(stored, moments, run.stepper.context_before)


def restore_snapshot(run: Run, snapshot: Snapshot) -> None:
    """Sets what fits the present network by name and shape, and the position with its seed; a stepped iteration is given up."""
    state = run.state
    places = {name: info.place for name, info in run.program.stored.items()}
    state.set_parameters({n: v for n, v in snapshot.parameters.items() if n in places and places[n].shape == v.shape})
    for name, place in run.program.moments.items():
        values = snapshot.moments.get(name)
        if values is not None and values.shape == place.shape:
            place.view(state.arena, 1)[...] = values
    run.move_to(snapshot.context)
