"""Rounds: the same steps for all, nobody far ahead, and an end that all agree on."""

from __future__ import annotations

import threading

from nnlab.training.rounds import LEAD, Rounds

WAIT = 10.0


def never() -> bool:
    return False


def test_the_sizes_of_rounds_make_up_the_stretch() -> None:
    rounds = Rounds(1, 25, 10, never)
    found = []
    while (steps := rounds.begin(0)) > 0:
        found.append(steps)
        rounds.end(0)
    assert found == [10, 10, 5] and rounds.steps == 25


def test_who_is_ahead_waits() -> None:
    rounds, is_waiting, went_on = Rounds(2, 100, 10, never), threading.Event(), threading.Event()

    def fast() -> None:
        for _ in range(LEAD + 1):
            rounds.begin(0)
            rounds.end(0)
        is_waiting.set()
        rounds.begin(0)
        went_on.set()

    thread = threading.Thread(target=fast)
    thread.start()
    assert is_waiting.wait(WAIT) and not went_on.wait(0.1)
    rounds.begin(1)
    rounds.end(1)
    assert went_on.wait(WAIT)
    thread.join(WAIT)


def test_nobody_waits_for_a_run_that_has_stopped() -> None:
    rounds = Rounds(2, 100, 10, never)
    rounds.begin(1)
    rounds.leave(1)
    for _ in range(10):
        assert rounds.begin(0) == 10
        rounds.end(0)
    assert rounds.begin(0) == 0


def test_whoever_wants_them_to_leave_gets_all_at_the_same_step() -> None:
    wants = [False]
    rounds = Rounds(2, 100, 10, lambda: wants[0])
    for _ in range(2):
        assert rounds.begin(0) == 10
        rounds.end(0)
    wants[0] = True
    for _ in range(2):
        assert rounds.begin(1) == 10
        rounds.end(1)
    assert rounds.begin(1) == rounds.begin(0) == 0
    assert rounds.steps == 20


def test_one_round_is_done_in_any_case() -> None:
    rounds = Rounds(1, 100, 10, lambda: True)
    assert rounds.begin(0) == 10
    rounds.end(0)
    assert rounds.begin(0) == 0 and rounds.steps == 10
