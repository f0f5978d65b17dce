"""Scores that are kept as they are shown: each at the iteration it is of, cut by a rewind, dropped with other data, and never many."""

from __future__ import annotations

from types import SimpleNamespace as Of

from nnlab.ui.comparison.watched_scores import MOST, WatchedScores


def run(name: str, iteration: int, score: float, at: int | None = None, data: object = None, past: bool = False) -> Of:
    """What is read of a run: shown at an iteration, its score being of the weights after `at`."""
    view = Of(
        data=data, frame=Of(iteration=iteration), probes={"predictions": Of(metrics={"r2": score})}, is_in_the_past=past,
        probed_at={"predictions": iteration if at is None else at},
    )  # fmt: skip
    return Of(name=name, view=view)


def kept(scores: WatchedScores, name: str = "a") -> list[tuple[int, float]]:
    iterations, values = scores.of(run(name, 0, 0.0))  # type: ignore[arg-type]
    return list(zip(iterations.astype(int).tolist(), values.tolist(), strict=True))


def test_every_run_has_its_scores_at_the_iterations_they_are_of() -> None:
    scores = WatchedScores()
    for iteration, lag in ((1, 0), (5, 2), (6, 3), (9, 0)):  # the third is the same result once more
        scores.note([run("a", iteration, iteration / 10, iteration - lag), run("b", iteration, -iteration / 10, iteration - lag)])  # type: ignore[list-item]
    assert kept(scores) == [(1, 0.1), (3, 0.5), (9, 0.9)]
    assert kept(scores, "b") == [(1, -0.1), (3, -0.5), (9, -0.9)] and kept(scores, "c") == []


def test_a_rewind_cuts_the_past_does_not_and_other_data_begin_anew() -> None:
    scores = WatchedScores()
    for iteration in (1, 5, 9):
        scores.note([run("a", iteration, 0.1)])  # type: ignore[list-item]
    scores.note([run("a", 1, 0.1, past=True)])  # type: ignore[list-item]
    assert [at for at, _ in kept(scores)] == [1, 5, 9]
    scores.note([run("a", 6, 0.2)])  # type: ignore[list-item]
    assert kept(scores) == [(1, 0.1), (5, 0.1), (6, 0.2)]
    scores.note([run("a", 7, 0.3, data="others")])  # type: ignore[list-item]
    assert kept(scores) == [(7, 0.3)]


def test_a_long_run_keeps_its_ends_and_ever_fewer_between() -> None:
    scores = WatchedScores()
    for iteration in range(5 * MOST):
        scores.note([run("a", iteration, float(iteration))])  # type: ignore[list-item]
    found = [at for at, _ in kept(scores)]
    assert MOST // 2 <= len(found) <= MOST and found[0] == 0 and found[-1] == 5 * MOST - 1
    assert found == sorted(set(found)) and all(at == score for at, score in kept(scores))
