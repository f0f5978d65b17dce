"""Chapters: where their curves can be cut, and what was trained from which iteration on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from projects import small_project

from nnlab.training.chapter import Chapter, LearningRate, WeightsIntervention, row_before


def frames_at(*iterations: int) -> SimpleNamespace:
    """Keyframes after these iterations."""

    def before(iteration: int) -> int | None:
        known = [row for row, at in enumerate(iterations) if at <= iteration]
        return known[-1] if known else None

    def split(iteration: int) -> tuple[SimpleNamespace, SimpleNamespace]:
        return frames_at(*(at for at in iterations if at <= iteration)), frames_at(*(at for at in iterations if at > iteration))

    return SimpleNamespace(iterations=iterations, before=before, split=split)


@pytest.mark.parametrize(
    ("iteration", "origin", "size", "row"),
    [
        (50, 0, 1, 3), (44, 0, 1, 3), (43, 0, 1, 2), (9, 0, 1, None),
        (50, 0, 10, 1), (50, 0, 7, 2), (50, 0, 8, None), (50, 2, 9, 2), (50, 0, 5, 2), (12, 0, 6, 0), (50, 12, 32, 3), (50, 11, 100, None),
    ],
)  # fmt: skip
def test_curves_are_cut_between_two_blocks_of_the_history(iteration: int, origin: int, size: int, row: int | None) -> None:
    """Keyframes after 12, 20, 35 or 38, and 44 iterations; a block ends at origin + k · size."""
    frames = frames_at(12, 20, 35 if origin == 0 else 38, 44)
    assert row_before(frames, SimpleNamespace(origin=origin, block_size=size), iteration) == row  # type: ignore[arg-type]


def chapter() -> Chapter:
    project = small_project()
    start = SimpleNamespace(context=[10] * 16)
    return Chapter(
        project, start, frames_at(10, 20, 30),  # type: ignore[arg-type]
        [(12, LearningRate(0.5)), (15, WeightsIntervention({})), (25, LearningRate(0.25))],
    )  # fmt: skip


def test_the_project_again_from_every_change_of_the_rate_on() -> None:
    found = list(chapter().projects())
    project = small_project()
    at = [begins for begins, _ in found]
    assert at == [10, 12, 25]
    assert [each.training.learning_rate for _, each in found] == [project.training.learning_rate, 0.5, 0.25]
    assert found[1][1] == replace(project, training=replace(project.training, learning_rate=0.5))


@pytest.mark.parametrize(("iteration", "kept", "rate"), [(12, [12], 0.5), (11, [], None), (24, [12, 15], 0.5), (25, [12, 15, 25], 0.25)])
def test_what_was_changed_at_an_iteration_belongs_to_what_ends_there(iteration: int, kept: list[int], rate: float | None) -> None:
    whole = chapter()
    before = whole.until(iteration)
    assert [at for at, _ in before.interventions] == kept
    assert before.keyframes.iterations == tuple(at for at in (10, 20, 30) if at <= iteration)
    start = SimpleNamespace(context=[iteration] * 16)
    behind = whole.after(iteration, start)  # type: ignore[arg-type]
    assert [at for at, _ in behind.interventions] == [at for at in (12, 15, 25) if at not in kept]
    assert behind.keyframes.iterations == tuple(at for at in (10, 20, 30) if at > iteration)
    assert behind.begins == iteration
    assert behind.project.training.learning_rate == (rate or small_project().training.learning_rate)
