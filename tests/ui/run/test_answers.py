"""An answer of the training thread is waited for, but never for ever."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from nnlab.core.errors import NNLabError
from nnlab.ui.run import answers
from nnlab.ui.run.answers import wait_for


def test_an_answer_that_comes_is_handed_on() -> None:
    answer: Future[int] = Future()
    threading.Timer(0.02, answer.set_result, [7]).start()
    assert wait_for(answer) == 7


def test_an_error_that_is_the_answer_is_raised() -> None:
    answer: Future[int] = Future()
    answer.set_exception(NNLabError("There is no network yet."))
    with pytest.raises(NNLabError, match=r"There is no network yet\."):
        wait_for(answer)


def test_an_answer_that_does_not_come_is_not_wanted_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "SECONDS", 0.05)
    answer: Future[int] = Future()
    with pytest.raises(NNLabError, match=r"did not answer within 0\.05 seconds; try again when the present step has ended"):
        wait_for(answer)
    assert answer.cancelled()


def test_ten_seconds_are_as_long_as_a_person_waits_for_one() -> None:
    """Miller 1968, Nielsen 1993: beyond ten seconds people turn to something else."""
    asked: list[float | None] = []

    class Silent(Future[int]):
        def result(self, timeout: float | None = None) -> int:
            asked.append(timeout)
            raise TimeoutError

    with pytest.raises(NNLabError, match="did not answer within 10 seconds"):
        wait_for(Silent())
    assert asked == [10.0]
