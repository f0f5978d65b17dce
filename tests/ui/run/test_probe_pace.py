"""Each probe has its share while a core is left for it; all have one share together when training wants every core."""

from __future__ import annotations

import pytest

from nnlab.ui.run.probe_pace import CROWDED_SHARE, CROWDED_SHORTEST, SHARE, SHORTEST, STEP_SHARE, ProbePace


def share_of(pace: ProbePace, cost: float) -> float:
    """What part of the time goes into a probe that takes `cost` seconds."""
    return cost / (cost + pace.pause_after(cost))


def test_one_run_leaves_a_core_to_probes() -> None:
    pace = ProbePace(lambda: None)
    pace.note("own", {"dear": 0.05, "cheap": 0.0001}, ("dear", "cheap"))
    assert share_of(pace, 0.05) == pytest.approx(SHARE)
    assert pace.pause_after(0.0001) == SHORTEST


def test_runs_on_every_core_leave_one_share_to_all_probes() -> None:
    pace = ProbePace(lambda: CROWDED_SHARE)
    for run in ("own", "beside"):
        pace.note(run, {"dear": 0.05, "cheap": 0.0005}, ("dear", "cheap"))
    cheap = 0.0005 / CROWDED_SHORTEST  # of the time, for each of the two
    assert pace.pause_after(0.0005) == CROWDED_SHORTEST
    assert share_of(pace, 0.05) == pytest.approx((CROWDED_SHARE - 2 * cheap) / 2)


def test_what_is_not_wanted_any_more_takes_nothing() -> None:
    pace = ProbePace(lambda: CROWDED_SHARE)
    pace.note("own", {"dear": 0.05}, ("dear",))
    pace.note("beside", {"dear": 0.05}, ("dear",))
    assert share_of(pace, 0.05) == pytest.approx(CROWDED_SHARE / 2)
    pace.forget("beside")
    assert share_of(pace, 0.05) == pytest.approx(CROWDED_SHARE)
    pace.note("own", {"other": 0.001}, ("other",))
    assert share_of(pace, 0.05) == pytest.approx(CROWDED_SHARE)


def test_a_probe_takes_twelve_hundredths_of_a_core_and_comes_thirty_times_a_second_at_most() -> None:
    alone, crowded = ProbePace(lambda: None), ProbePace(lambda: CROWDED_SHARE)
    assert alone.pause_after(0.12) == pytest.approx(0.88) and alone.pause_after(0.0) == 0.03
    assert crowded.pause_after(0.0) == 0.2


def test_together_probes_take_no_more_than_one_alone_and_least_where_all_cores_wait_for_each_other() -> None:
    assert STEP_SHARE < CROWDED_SHARE / 2 and CROWDED_SHARE <= SHARE
